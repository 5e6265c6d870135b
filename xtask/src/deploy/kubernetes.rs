//! Kustomize and Helm: renders their objects, compares them, and checks them with other people's rules and ours.
//!
//! A cluster gets what is rendered, so only the linter of Helm reads the source files.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::tools::{self, CHECK_JSONSCHEMA, CHECKOV, HELM, KUBECTL, KUBERNETES_VALIDATE, YAML_PYTHON};
use crate::workspace::Workspace;

mod neighbours;
mod objects;
mod references;
mod render;
mod settings;
mod stopping;

use objects::Objects;
use render::Rendered;

/// Kinds without a schema in kubernetes-validate, because operators define them.
const CUSTOM: [&str; 2] = ["ServiceMonitor", "ExternalSecret"];
/// Manifests must be valid for these versions of Kubernetes: Kind's, and the newest known one.
const VERSIONS: [&str; 2] = ["1.35", "1.37"];
const CHART: &str = "deploy/helm/hivebox";
const CHECKOV_CONFIG: &str = "deploy/kubernetes/checkov.yaml";
const HARDENING: &str = "deploy/kubernetes/hardening.schema.json";

/// Runs all checks, up to the first that fails. Builds hivebox unless it gets the program.
pub(super) fn run(workspace: &Workspace, program: Option<&Path>) -> Result<()> {
    let needed = [&CHECK_JSONSCHEMA, &CHECKOV, &HELM, &KUBECTL, &KUBERNETES_VALIDATE, &YAML_PYTHON];
    tools::ensure(workspace, &needed)?;
    let rendered = render::all(workspace)?;
    schemas(workspace, &rendered)?;
    lint(workspace)?;
    same(workspace, &rendered)?;
    our_rules(workspace, &rendered)?;
    settings::check(workspace, program, &rendered)?;
    safety(workspace, &rendered)
}

fn schemas(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    step::heading("Manifests: the schemas of Kubernetes");
    for (objects, version) in rendered.every().flat_map(|objects| VERSIONS.map(|version| (objects, version)))
    {
        let mut command = KUBERNETES_VALIDATE.command(workspace)?;
        command.args(["--strict", "--quiet", "--kubernetes-version", version]).arg(objects.yaml());
        let printed = String::from_utf8(step::output(&mut command)?)?;
        // It only warns about a kind without a schema, and thus about a misspelt kind.
        let is_custom = |line: &&str| CUSTOM.iter().any(|kind| line.contains(&format!(" kind {kind} ")));
        let complaints: Vec<_> = printed.lines().filter(|line| !is_custom(line)).collect();
        if !complaints.is_empty() {
            bail!("{}: {}", objects.name(), complaints.join("\n"));
        }
        eprintln!("{}: {} objects are valid for Kubernetes {version}", objects.name(), objects.len());
    }
    Ok(())
}

fn lint(workspace: &Workspace) -> Result<()> {
    for values in render::VALUES {
        let mut command = HELM.command(workspace)?;
        command.args(["lint", "--strict", CHART]);
        if let Some(file) = values.file {
            command.arg("--values").arg(Path::new(CHART).join(file));
        }
        step::run(&format!("Helm lint: {}", values.name), &mut command)?;
    }
    step::heading("Helm: the chart rejects an unknown setting");
    let mut unknown = HELM.command(workspace)?;
    unknown.args(["template", CHART, "--set", "settings.HIVEBOX_NO_SUCH=1"]);
    if step::succeeds(&mut unknown) {
        bail!("the chart accepts a setting that is not in values.schema.json");
    }
    Ok(())
}

fn same(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    for (kustomize, helm) in [
        (&rendered.production, &rendered.chart_production),
        (&rendered.kind, &rendered.chart_kind),
        (&rendered.managed, &rendered.chart_managed),
    ] {
        let mut diff = workspace.command("git");
        diff.args(["--no-pager", "diff", "--no-index", "--exit-code"]).args([kustomize.json(), helm.json()]);
        step::run(&format!("Kustomize ({}) and Helm render the same", kustomize.name()), &mut diff)?;
    }
    Ok(())
}

fn our_rules(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    // The base has no secrets: overlays add them.
    for objects in [&rendered.production, &rendered.kind, &rendered.managed] {
        let mut hardening = CHECK_JSONSCHEMA.command(workspace)?;
        hardening.args(["--schemafile", HARDENING]).arg(objects.json());
        step::run(&format!("Hardening: {}", objects.name()), &mut hardening)?;
        let mut complaints = [neighbours::check(objects), stopping::check(objects)].concat();
        // An operator creates the Secret of `managed`, so its references cannot be checked.
        if objects.name() != rendered.managed.name() {
            complaints.extend(references::check(objects));
        }
        step::report(&format!("Manifests, our rules: {}", objects.name()), &complaints)?;
    }
    step::report("Versions of image and chart", &versions(workspace, &rendered.production)?)
}

/// Compares the versions of the image and the chart with Cargo.toml.
fn versions(workspace: &Workspace, production: &Objects) -> Result<Vec<String>> {
    let version = env!("CARGO_PKG_VERSION");
    let mut complaints = Vec::new();
    let image = production.images().find(|image| image.contains("/hivebox:")).unwrap_or_default();
    if !image.ends_with(&format!(":{version}")) {
        complaints.push(format!("the Deployment's image is {image:?}, but the version is {version}"));
    }
    let chart = workspace.read(&format!("{CHART}/Chart.yaml"))?;
    for key in ["version", "appVersion"] {
        if !chart.lines().any(|line| line == format!("{key}: {version}")) {
            complaints
                .push(format!("Chart.yaml has another {key} than {version}, the version in Cargo.toml"));
        }
    }
    Ok(complaints)
}

fn safety(workspace: &Workspace, rendered: &Rendered) -> Result<()> {
    let call = |arguments: &[&str]| -> Result<Command> {
        let mut command = CHECKOV.command(workspace)?;
        command.args(["--config-file", CHECKOV_CONFIG]).args(arguments);
        Ok(command)
    };
    let mut manifests = call(&["--framework", "kubernetes", "--file"])?;
    manifests.args([&rendered.production, &rendered.kind, &rendered.managed].map(Objects::yaml));
    step::run("checkov: manifests", &mut manifests)?;
    // checkov looks for Helm on the PATH, and renders into the namespace of this variable.
    let mut chart = call(&["--framework", "helm", "--directory", CHART])?;
    chart.env("HELM_NAMESPACE", "hivebox");
    step::run("checkov: the chart", with_on_path(&mut chart, &HELM.path(workspace)?)?)
}

/// Puts the program's folder first on the command's `PATH`.
fn with_on_path<'a>(command: &'a mut Command, program: &Path) -> Result<&'a mut Command> {
    let own = program.parent().context("the program has no parent folder")?.to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others)))?;
    Ok(command.env("PATH", path))
}
