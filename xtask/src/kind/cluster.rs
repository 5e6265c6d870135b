//! The cluster: creates, fills, queries and deletes it, and prints every command.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::load;
use crate::step;
use crate::tools::{self, CURL, on_path};
use crate::workspace::Workspace;

/// The address of the cluster's ingress on this machine; see `deploy/kind/cluster.yaml`.
pub(super) const INGRESS: &str = "http://127.0.0.1:8080";
const CLUSTER: &str = "hivebox";
const CONTEXT: &str = "kind-hivebox";
const IMAGE: &str = "hivebox:kind";
const PATIENCE: &str = "--timeout=5m";
/// The programs, and how to get them.
const PROGRAMS: [(&str, &str); 3] = [
    ("docker", "install Docker, https://docs.docker.com/engine/install/"),
    ("kind", "install Kind 0.33 or newer, https://kind.sigs.k8s.io/docs/user/quick-start/#installation"),
    ("kubectl", "install kubectl 1.34 or newer, https://kubernetes.io/docs/tasks/tools/"),
];

/// Builds the image, creates the cluster, and installs everything.
pub(super) fn up(workspace: &Workspace) -> Result<()> {
    programs()?;
    tools::ensure(workspace, &[&CURL])?;
    let run = |program: &str, arguments: &[&str]| told(workspace.command(program).args(arguments));
    let kubectl = |arguments: &[&str]| told(kubectl(workspace).args(arguments));
    if !step::succeeds(Command::new("docker").arg("info")) {
        bail!("docker does not work: start its service, or get the right to use it; `docker info` says more");
    }
    // `kind load` rejects an image with attestations.
    let mut build = workspace.command("docker");
    build.args(["build", "--file", "deploy/docker/Dockerfile", "--tag", IMAGE, "."]);
    told(build.env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1"))?;
    let is_there = is_there(workspace)?;
    if !is_there {
        run("kind", &["create", "cluster", "--config", "deploy/kind/cluster.yaml", "--wait", "5m"])?;
    }
    run("kind", &["load", "docker-image", IMAGE, "--name", CLUSTER])?;
    kubectl(&["apply", "--kustomize", "deploy/kind/ingress-nginx"])?;
    kubectl(&["rollout", "status", "deployment/ingress-nginx-controller", "-n", "ingress-nginx", PATIENCE])?;
    // ingress-nginx validates our Ingress, and rejects everything for some seconds after it is ready.
    patiently("ingress-nginx", || kubectl(&["apply", "--kustomize", "deploy/kubernetes/overlays/kind"]))?;
    if is_there {
        // The image's name has not changed, so Kubernetes does not notice the new image.
        kubectl(&["rollout", "restart", "deployment/hivebox", "deployment/simulation", "-n", "hivebox"])?;
    }
    for waited in ["statefulset/valkey", "statefulset/minio", "deployment/simulation", "deployment/hivebox"] {
        kubectl(&["rollout", "status", waited, "-n", "hivebox", PATIENCE])?;
    }
    // The autoscaler starts three replicas.
    let three = "--for=jsonpath={.status.readyReplicas}=3";
    kubectl(&["wait", three, "deployment/hivebox", "-n", "hivebox", PATIENCE])?;
    patiently(INGRESS, || {
        step::quiet(
            load::curl(workspace)?.args(["--fail", "--max-time", "90"]).arg(format!("{INGRESS}/temperature")),
        )
    })?;
    eprintln!("\nHiveBox answers at {INGRESS}/temperature. Next: cargo xtask kind test");
    Ok(())
}

/// Deletes the cluster.
pub(super) fn down(workspace: &Workspace) -> Result<()> {
    programs()?;
    told(workspace.command("kind").args(["delete", "cluster", "--name", CLUSTER]))
}

/// Checks that all programs are installed.
///
/// # Errors
/// For each missing program, says how to get it.
pub(super) fn programs() -> Result<()> {
    let missing = PROGRAMS.iter().filter(|(program, _)| on_path(program).is_none());
    let advice: Vec<_> =
        missing.map(|(program, advice)| format!("{program} is not on the PATH: {advice}")).collect();
    if advice.is_empty() {
        return Ok(());
    }
    bail!("{}", advice.join("\n"))
}

/// Checks that the stored snapshot is on the disk of MinIO, which keeps an object as a folder of its name.
pub(super) fn minio_holds(workspace: &Workspace, name: &str) -> Result<()> {
    step::heading("The snapshot is in MinIO");
    let mut command = kubectl(workspace);
    command.args(["exec", "statefulset/minio", "-n", "hivebox", "--", "ls", "-R", "/data/hivebox"]);
    show(&command);
    let listed = command.stderr(Stdio::inherit()).output().context("cannot start kubectl")?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    if !listed.lines().any(|line| line == name) {
        bail!("MinIO has no {name}, only:\n{listed}");
    }
    eprintln!("{name} exists");
    Ok(())
}

/// Restarts all replicas, one after another.
pub(super) fn restart(workspace: &Workspace) -> Result<()> {
    told(kubectl(workspace).args(["rollout", "restart", "deployment/hivebox", "-n", "hivebox"]))?;
    told(kubectl(workspace).args(["rollout", "status", "deployment/hivebox", "-n", "hivebox", PATIENCE]))?;
    // The last old replica still drains, for HIVEBOX_DRAIN_DELAY, when the last new one is ready.
    thread::sleep(Duration::from_secs(15));
    Ok(())
}

fn is_there(workspace: &Workspace) -> Result<bool> {
    let output = workspace.command("kind").args(["get", "clusters"]).output().context("cannot start kind")?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().any(|name| name == CLUSTER))
}

fn kubectl(workspace: &Workspace) -> Command {
    let mut command = workspace.command("kubectl");
    command.args(["--context", CONTEXT]);
    command
}

/// Runs a command under its text.
fn told(command: &mut Command) -> Result<()> {
    step::run(&text(command), command)
}

fn show(command: &Command) {
    eprintln!("{}", text(command));
}

fn text(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Retries for a minute.
fn patiently(what: &str, attempt: impl Fn() -> Result<()>) -> Result<()> {
    const ATTEMPTS: u32 = 12;
    for left in (0..ATTEMPTS).rev() {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(error) if left == 0 => return Err(error),
            Err(error) => eprintln!("{what} is not ready ({error:#}); retrying in 5 s"),
        }
        thread::sleep(Duration::from_secs(5));
    }
    Ok(())
}
