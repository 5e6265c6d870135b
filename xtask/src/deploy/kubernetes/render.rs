//! The output of Kustomize and Helm, in files for the tools and in memory for our rules.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::objects::Objects;
use crate::step;
use crate::tools::{HELM, KUBECTL, YAML_PYTHON};
use crate::workspace::Workspace;

/// `PyYAML` reads `off` as a boolean, as Kubernetes does and parsers of newer YAML do not.
const TO_JSON: &str = "import json, sys, yaml; json.dump([x for x in yaml.safe_load_all(sys.stdin.buffer) if x], sys.stdout, sort_keys=True)";

/// Values to render the chart with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    pub(super) name: &'static str,
    /// A file beside `values.yaml`.
    pub(super) file: Option<&'static str>,
}

const PRODUCTION: Values = Values { name: "chart", file: None };
const KIND: Values = Values { name: "chart-kind", file: Some("values-kind.yaml") };
const MANAGED: Values = Values { name: "chart-managed", file: Some("values-managed.yaml") };
/// All values in the repository.
pub(super) const VALUES: [Values; 3] = [PRODUCTION, KIND, MANAGED];

/// All renderings.
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

/// Renders everything.
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
    let mut command = KUBECTL.command(workspace)?;
    let name = folder.rsplit('/').next().unwrap_or(folder);
    render(workspace, name, command.arg("kustomize").arg(Path::new("deploy/kubernetes").join(folder)))
}

fn helm(workspace: &Workspace, values: Values) -> Result<Objects> {
    let mut command = HELM.command(workspace)?;
    command.args(["template", "hivebox", super::CHART, "--namespace", "hivebox"]);
    // Without it only the namespace would differ: `helm install` expects it to exist.
    command.args(["--set", "namespace.create=true"]);
    if let Some(file) = values.file {
        command.arg("--values").arg(Path::new(super::CHART).join(file));
    }
    render(workspace, values.name, &mut command)
}

fn render(workspace: &Workspace, name: &str, command: &mut Command) -> Result<Objects> {
    let folder = workspace.target().join("kubernetes");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let yaml = step::output(command)?;
    let file = folder.join(name).with_extension("yaml");
    fs::write(&file, yaml).with_context(|| format!("cannot write {}", file.display()))?;
    let mut convert = YAML_PYTHON.command(workspace)?;
    let input = fs::File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let json = step::output(convert.args(["-c", TO_JSON]).stdin(Stdio::from(input)))?;
    let objects = serde_json::from_slice(&json).context("PyYAML printed no JSON")?;
    let objects = Objects::new(name, folder, objects);
    ensure!(objects.by_id().len() == objects.len(), "{name} renders an object twice");
    fs::write(objects.json(), serde_json::to_vec_pretty(&objects.by_id())?)
        .context("cannot write the objects as JSON")?;
    eprintln!("{name}: {}", file.display());
    Ok(objects)
}
