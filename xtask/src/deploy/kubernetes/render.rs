//! Kustomize's and Helm's output, kept in files for the tools and in memory for our own rules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::objects::Objects;
use crate::step;
use crate::tools::{HELM, KUBECTL, YAML_PYTHON};
use crate::workspace::Workspace;

/// `PyYAML` takes `off` for a boolean as Kubernetes does, which a parser of newer YAML would not.
const TO_JSON: &str =
    "import json, sys, yaml; json.dump([x for x in yaml.safe_load_all(sys.stdin.buffer) if x], sys.stdout)";

/// Values that the chart is rendered with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    pub(super) name: &'static str,
    /// A file beside `values.yaml`.
    pub(super) file: Option<&'static str>,
}

const PRODUCTION: Values = Values { name: "chart", file: None };
const KIND: Values = Values { name: "chart-kind", file: Some("values-kind.yaml") };
const MANAGED: Values = Values { name: "chart-managed", file: Some("values-managed.yaml") };
/// All values that the repository has.
pub(super) const VALUES: [Values; 3] = [PRODUCTION, KIND, MANAGED];

/// All that is rendered.
#[derive(Debug)]
pub(super) struct Rendered {
    base: Objects,
    pub(super) production: Objects,
    pub(super) kind: Objects,
    pub(super) managed: Objects,
    pub(super) chart_production: Objects,
    pub(super) chart_kind: Objects,
    pub(super) chart_managed: Objects,
}

impl Rendered {
    pub(super) fn every(&self) -> impl Iterator<Item = &Objects> {
        [
            &self.base,
            &self.production,
            &self.kind,
            &self.managed,
            &self.chart_production,
            &self.chart_kind,
            &self.chart_managed,
        ]
        .into_iter()
    }
}

/// Renders all.
pub(super) fn all(workspace: &Workspace) -> Result<Rendered> {
    step::heading("Render Kustomize and Helm");
    Ok(Rendered {
        base: kustomize(workspace, "base")?,
        production: kustomize(workspace, "overlays/production")?,
        kind: kustomize(workspace, "overlays/kind")?,
        managed: kustomize(workspace, "overlays/managed")?,
        chart_production: helm(workspace, PRODUCTION)?,
        chart_kind: helm(workspace, KIND)?,
        chart_managed: helm(workspace, MANAGED)?,
    })
}

fn kustomize(workspace: &Workspace, folder: &str) -> Result<Objects> {
    let mut command = workspace.command(KUBECTL.path(workspace)?);
    let name = folder.rsplit('/').next().unwrap_or(folder);
    render(workspace, name, command.arg("kustomize").arg(Path::new("deploy/kubernetes").join(folder)))
}

fn helm(workspace: &Workspace, values: Values) -> Result<Objects> {
    let mut command = workspace.command(HELM.path(workspace)?);
    command.args(["template", "hivebox", super::CHART, "--namespace", "hivebox"]);
    // Else the namespace alone would differ: `helm install` wants it to be there before.
    command.args(["--set", "namespace.create=true"]);
    if let Some(file) = values.file {
        command.arg("--values").arg(Path::new(super::CHART).join(file));
    }
    render(workspace, values.name, &mut command)
}

fn render(workspace: &Workspace, name: &str, command: &mut Command) -> Result<Objects> {
    let yaml = output(command)?;
    let file = file(workspace, name)?;
    fs::write(&file, &yaml).with_context(|| format!("cannot write {}", file.display()))?;
    let mut convert = workspace.command(YAML_PYTHON.path(workspace)?);
    let input = fs::File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let json = output(convert.args(["-c", TO_JSON]).stdin(Stdio::from(input)))?;
    let objects = serde_json::from_slice(&json).context("what was converted to JSON is none")?;
    eprintln!("{name}: {}", file.display());
    Ok(Objects::new(name, file, objects))
}

fn file(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.target().join("kubernetes");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.join(format!("{name}.yaml")))
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{}: {}", command.get_program().display(), output.status);
    }
    Ok(output.stdout)
}
