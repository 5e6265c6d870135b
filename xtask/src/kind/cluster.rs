//! The cluster: made, filled, asked and removed, a command a step, each of which is printed.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::endpoints::Stored;
use super::{INGRESS, ask};
use crate::step;
use crate::tools::{self, CURL, on_path};
use crate::workspace::Workspace;

const CLUSTER: &str = "hivebox";
const CONTEXT: &str = "kind-hivebox";
const IMAGE: &str = "hivebox:kind";
const PATIENCE: &str = "--timeout=5m";
/// The programs, and how each is come by.
const PROGRAMS: [(&str, &str); 3] = [
    ("docker", "install Docker, https://docs.docker.com/engine/install/"),
    ("kind", "install Kind 0.33 or newer, https://kind.sigs.k8s.io/docs/user/quick-start/#installation"),
    ("kubectl", "install kubectl 1.34 or newer, https://kubernetes.io/docs/tasks/tools/"),
];

/// Builds, makes and installs everything.
pub(super) fn up(workspace: &Workspace) -> Result<()> {
    programs()?;
    tools::ensure(workspace, &[&CURL])?;
    let run = |program: &str, arguments: &[&str]| told(workspace.command(program).args(arguments));
    let kubectl = |arguments: &[&str]| told(kubectl(workspace).args(arguments));
    if !step::succeeds(Command::new("docker").arg("info")) {
        bail!("docker does not work: is its service started, and may you use it? `docker info` says more");
    }
    // An index of attestations beside the image is more than `kind load` takes.
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
    // ingress-nginx judges our Ingress, and says no to all for some seconds after it is ready.
    patiently("ingress-nginx", || kubectl(&["apply", "--kustomize", "deploy/kubernetes/overlays/kind"]))?;
    if is_there {
        // The image's name is as it was, so nothing else tells that it is another.
        kubectl(&["rollout", "restart", "deployment/hivebox", "deployment/simulation", "-n", "hivebox"])?;
    }
    for waited in ["statefulset/valkey", "statefulset/minio", "deployment/simulation", "deployment/hivebox"] {
        kubectl(&["rollout", "status", waited, "-n", "hivebox", PATIENCE])?;
    }
    // The autoscaler makes three of one.
    let three = "--for=jsonpath={.status.readyReplicas}=3";
    kubectl(&["wait", three, "deployment/hivebox", "-n", "hivebox", PATIENCE])?;
    patiently(INGRESS, || {
        ask::ask(workspace, INGRESS, "/temperature", &[])?.expect(200, "application/json")
    })?;
    eprintln!("\nHiveBox answers at {INGRESS}/temperature. Next: cargo xtask kind test");
    Ok(())
}

/// Removes the cluster.
pub(super) fn down(workspace: &Workspace) -> Result<()> {
    programs()?;
    told(workspace.command("kind").args(["delete", "cluster", "--name", CLUSTER]))
}

/// Whether all programs are there.
///
/// # Errors
/// Says of each that is missing what to do.
pub(super) fn programs() -> Result<()> {
    let missing = PROGRAMS.iter().filter(|(program, _)| on_path(program).is_none());
    let advice: Vec<_> =
        missing.map(|(program, advice)| format!("{program} is not on the PATH: {advice}")).collect();
    if advice.is_empty() {
        return Ok(());
    }
    bail!("{}", advice.join("\n"))
}

/// Whether what was stored is on the disk of MinIO, which keeps an object as a folder of its name.
pub(super) fn minio_holds(workspace: &Workspace, stored: &Stored) -> Result<()> {
    step::heading("The snapshot is in MinIO");
    let name = stored.object.rsplit('/').next().unwrap_or_default();
    let mut command = kubectl(workspace);
    command.args(["exec", "statefulset/minio", "-n", "hivebox", "--", "ls", "-R", "/data/hivebox"]);
    show(&command);
    let listed = command.stderr(Stdio::inherit()).output().context("cannot start kubectl")?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    if !listed.lines().any(|line| line == name) {
        bail!("MinIO has no {name}; it has:\n{listed}");
    }
    eprintln!("{name} is there");
    Ok(())
}

/// Restarts all replicas, one after the other.
pub(super) fn restart(workspace: &Workspace) -> Result<()> {
    told(kubectl(workspace).args(["rollout", "restart", "deployment/hivebox", "-n", "hivebox"]))?;
    told(kubectl(workspace).args(["rollout", "status", "deployment/hivebox", "-n", "hivebox", PATIENCE]))?;
    // The last of the old replicas still drains, by HIVEBOX_DRAIN_DELAY, when the last new one is ready.
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

/// Runs a step under its own text.
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

/// Tries for a minute.
fn patiently(what: &str, attempt: impl Fn() -> Result<()>) -> Result<()> {
    const ATTEMPTS: u32 = 12;
    for left in (0..ATTEMPTS).rev() {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(error) if left == 0 => return Err(error),
            Err(error) => eprintln!("{what} is not ready ({error:#}); again in 5 s"),
        }
        thread::sleep(Duration::from_secs(5));
    }
    Ok(())
}
