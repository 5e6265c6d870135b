//! Kustomize, Helm and Kind: what they make is rendered, compared, and judged by others' rules and our own.
//!
//! Files hold what is meant, and a cluster gets what is rendered, so all but the linter of Helm looks at the latter.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::tools::{self, CHECKOV, HELM, KUBECTL, KUBERNETES_VALIDATE, YAML_PYTHON};
use crate::workspace::Workspace;

mod hardening;
mod neighbours;
mod objects;
mod references;
mod render;
mod settings;
mod stopping;

use objects::Objects;
use render::Rendered;

/// Kinds of which kubernetes-validate has no schema, because operators bring them.
const CUSTOM: [&str; 2] = ["ServiceMonitor", "ExternalSecret"];
/// The versions of Kubernetes whose schemas must be met: Kind's, and the newest that is known.
const VERSIONS: [&str; 2] = ["1.35", "1.37"];
const CHART: &str = "deploy/helm/hivebox";
const CHECKOV_CONFIG: &str = "deploy/kubernetes/checkov.yaml";

/// Runs all checks, up to the first that fails.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&KUBECTL, &KUBERNETES_VALIDATE, &YAML_PYTHON, &HELM, &CHECKOV])?;
    let rendered = render::all(workspace)?;
    schemas(workspace, &rendered)?;
    lint(workspace)?;
    same(&rendered)?;
    our_rules(workspace, &rendered)?;
    settings::check(workspace, &rendered)?;
    safety(workspace, &rendered)
}

fn schemas(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    step::heading("Manifests: the schemas of Kubernetes");
    for (objects, version) in rendered.every().flat_map(|objects| VERSIONS.map(|version| (objects, version)))
    {
        let program = KUBERNETES_VALIDATE.path(workspace)?;
        let mut command = workspace.command(program);
        let told = command
            .args(["--strict", "--quiet", "--kubernetes-version", version])
            .arg(objects.file())
            .output()
            .context("cannot start kubernetes-validate")?;
        let told_text = String::from_utf8_lossy(&told.stdout);
        // A kind without a schema is a warning there, and so is a kind that is misspelt.
        let is_custom = |line: &&str| CUSTOM.iter().any(|kind| line.contains(&format!(" kind {kind} ")));
        let complaints: Vec<_> = told_text.lines().filter(|line| !is_custom(line)).collect();
        if !told.status.success() || !complaints.is_empty() {
            bail!("{}\n{}", complaints.join("\n"), String::from_utf8_lossy(&told.stderr));
        }
        eprintln!("{}: {} objects are valid for Kubernetes {version}", objects.name(), objects.len());
    }
    Ok(())
}

fn lint(workspace: &Workspace) -> Result<()> {
    for values in render::VALUES {
        let mut command = workspace.command(HELM.path(workspace)?);
        command.args(["lint", "--strict", CHART]);
        if let Some(file) = values.file {
            command.arg("--values").arg(Path::new(CHART).join(file));
        }
        step::run(&format!("Helm lint: {}", values.name), &mut command)?;
    }
    step::heading("Helm: an unknown setting is refused");
    let mut unknown = workspace.command(HELM.path(workspace)?);
    unknown.args(["template", CHART, "--set", "settings.HIVEBOX_NO_SUCH=1"]);
    if step::succeeds(&mut unknown) {
        bail!("the chart takes a setting that values.schema.json does not know");
    }
    Ok(())
}

fn same(rendered: &Rendered) -> Result<()> {
    step::heading("Helm and Kustomize make the same objects");
    for (kustomize, helm) in [
        (&rendered.production, &rendered.chart_production),
        (&rendered.kind, &rendered.chart_kind),
        (&rendered.managed, &rendered.chart_managed),
    ] {
        refuse(&kustomize.differences(helm))?;
        eprintln!("{} and {}: {} objects, all the same", kustomize.name(), helm.name(), helm.len());
    }
    Ok(())
}

fn our_rules(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    step::heading("Manifests: our own rules");
    // The base has no secrets yet: an overlay brings them.
    for objects in [&rendered.production, &rendered.kind] {
        let complaints = [
            hardening::check(objects),
            references::check(objects),
            neighbours::check(objects),
            stopping::check(objects),
        ];
        refuse(&complaints.concat())?;
        eprintln!("{}: all rules are kept", objects.name());
    }
    // Its Secret is made by hand, so what it refers to cannot be judged.
    let managed = &rendered.managed;
    refuse(&[hardening::check(managed), neighbours::check(managed), stopping::check(managed)].concat())?;
    eprintln!("{}: all rules are kept", managed.name());
    refuse(&versions(workspace, &rendered.production)?)
}

/// Whether the image and the chart are of this version.
fn versions(workspace: &Workspace, production: &Objects) -> Result<Vec<String>> {
    let version = env!("CARGO_PKG_VERSION");
    let mut complaints = Vec::new();
    let image = production.images().find(|image| image.contains("/hivebox:")).unwrap_or_default();
    if !image.ends_with(&format!(":{version}")) {
        complaints.push(format!("the Deployment's image is {image:?}, the workspace's version {version}"));
    }
    let path = workspace.root().join(CHART).join("Chart.yaml");
    let chart = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for key in ["version", "appVersion"] {
        if !chart.lines().any(|line| line == format!("{key}: {version}")) {
            complaints.push(format!("Chart.yaml has another {key} than the workspace, {version}"));
        }
    }
    Ok(complaints)
}

fn safety(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    let checkov = CHECKOV.path(workspace)?;
    let call = |arguments: &[&str]| {
        let mut command = workspace.command(&checkov);
        command.args(["--config-file", CHECKOV_CONFIG]).args(arguments);
        command
    };
    for objects in [&rendered.production, &rendered.kind, &rendered.managed] {
        let mut command = call(&["--framework", "kubernetes", "--file"]);
        step::run(&format!("checkov: {}", objects.name()), command.arg(objects.file()))?;
    }
    // checkov looks for Helm on the PATH, and renders into the namespace that this variable names.
    let mut command = call(&["--framework", "helm", "--directory", CHART]);
    command.env("HELM_NAMESPACE", "hivebox");
    step::run("checkov: the chart", with_on_path(&mut command, &HELM.path(workspace)?)?)
}

/// The command with the program's folder first on its `PATH`.
fn with_on_path<'a>(command: &'a mut Command, program: &Path) -> Result<&'a mut Command> {
    let own = program.parent().context("the program is in no folder")?.to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others)))?;
    Ok(command.env("PATH", path))
}

/// An error with all complaints, if there are any.
fn refuse(complaints: &[String]) -> Result<()> {
    if complaints.is_empty() {
        return Ok(());
    }
    bail!("{}", complaints.join("\n"))
}
