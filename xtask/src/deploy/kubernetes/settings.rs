//! Every list of settings names exactly the settings that the program prints by `hivebox config`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::objects::{Objects, text_map};
use super::references::keys;
use super::render::Rendered;
use crate::step;
use crate::workspace::Workspace;

/// Settings of the S3 client, which the program reads too.
const OF_AWS: [&str; 4] = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// Settings with secrets, which belong into the Secret only.
const SECRET: [&str; 3] = ["HIVEBOX_CACHE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// A table that may omit settings, and one that may not.
const SHORT_TABLE: &str = "README.md";
const FULL_TABLE: &str = "docs/operating.md";

/// Runs the checks. Builds hivebox unless it gets the program.
pub(super) fn check(workspace: &Workspace, program: Option<&Path>, rendered: &Rendered) -> Result<()> {
    if program.is_none() {
        let build = ["build", "--package", "hivebox", "--bin", "hivebox"];
        step::run("Build hivebox", workspace.cargo().args(build))?;
    }
    let built = workspace.target().join("debug/hivebox");
    let binary = Binary::ask(workspace, program.unwrap_or(&built))?;
    let mut complaints = Vec::new();
    for objects in [&rendered.production, &rendered.kind] {
        complaints.extend(in_cluster(&binary, objects));
    }
    complaints.extend(in_schema(&binary, workspace)?);
    complaints.extend(in_example(&binary, workspace)?);
    complaints.extend(in_table(&binary, workspace, FULL_TABLE, true)?);
    complaints.extend(in_table(&binary, workspace, SHORT_TABLE, false)?);
    step::report("Settings: the same in all lists", &complaints)?;
    // Production's secrets are in a vault, so Kind's replace them here.
    let secret = rendered.kind.find("Secret", "hivebox").map(|secret| text_map(&secret["stringData"]));
    for objects in [&rendered.production, &rendered.kind] {
        binary.accepts(objects, &secret.clone().unwrap_or_default())?;
    }
    eprintln!("{} settings", binary.defaults.len());
    Ok(())
}

/// The program, and its settings.
struct Binary<'a> {
    workspace: &'a Workspace,
    program: &'a Path,
    /// The default of each variable; empty for those of AWS.
    defaults: BTreeMap<String, String>,
}

impl<'a> Binary<'a> {
    fn ask(workspace: &'a Workspace, program: &'a Path) -> Result<Self> {
        let mut binary = Self { workspace, program, defaults: BTreeMap::new() };
        let mut command = binary.config();
        let printed = step::output(command.arg("--json").envs(OF_AWS.map(|name| (name, "-"))))?;
        let settings: Vec<Value> =
            serde_json::from_slice(&printed).context("`hivebox config --json` printed no JSON")?;
        for setting in settings {
            let text = |key: &str| setting[key].as_str().map(str::to_owned).context("a setting has no text");
            let value = if setting["origin"] == "default" { text("value")? } else { String::new() };
            binary.defaults.insert(text("variable")?, value);
        }
        if let Some(unread) = OF_AWS.iter().find(|name| !binary.defaults.contains_key(**name)) {
            bail!("the program does not read {unread}");
        }
        Ok(binary)
    }

    /// `hivebox config` without the settings of the person who runs this.
    fn config(&self) -> Command {
        let mut command = Command::new(self.program);
        command.arg("config").env_clear().current_dir(self.workspace.target().join("kubernetes"));
        command
    }

    fn known(&self) -> BTreeSet<&str> {
        self.defaults.keys().map(String::as_str).collect()
    }

    /// Checks that the program would start with the settings in the cluster.
    fn accepts(&self, objects: &Objects, secret: &BTreeMap<&str, &str>) -> Result<()> {
        let plain = objects.settings("hivebox").unwrap_or_default();
        let output = self.config().envs(plain).envs(secret).output()?;
        if !output.status.success() {
            bail!(
                "{}: hivebox would not start:\n{}",
                objects.name(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }
}

fn in_cluster(binary: &Binary<'_>, objects: &Objects) -> Vec<String> {
    let plain: BTreeSet<_> = objects.settings("hivebox").unwrap_or_default().into_keys().collect();
    let secret: BTreeSet<_> = keys(objects, "Secret", "hivebox").unwrap_or_default().into_iter().collect();
    let wanted = BTreeSet::from(SECRET);
    let named = |what: &str| format!("{}: the {what}", objects.name());
    let mut complaints = compare(&named("Secret hivebox"), &secret, &wanted);
    complaints.extend(compare(&named("ConfigMap hivebox"), &plain, &(&binary.known() - &wanted)));
    complaints
}

fn in_schema(binary: &Binary<'_>, workspace: &Workspace) -> Result<Vec<String>> {
    let file = "deploy/helm/hivebox/values.schema.json";
    let schema: Value = serde_json::from_str(&workspace.read(file)?)?;
    let settings = schema["properties"]["settings"]["properties"].as_object().context("no settings")?;
    let found = settings.keys().map(String::as_str).collect();
    Ok(compare(file, &found, &(&binary.known() - &BTreeSet::from(SECRET))))
}

fn in_example(binary: &Binary<'_>, workspace: &Workspace) -> Result<Vec<String>> {
    let file = ".env.example";
    let text = workspace.read(file)?;
    let lines = text.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let variables = lines.filter_map(|line| Some(line.split_once('=')?.0)).filter(|name| is_variable(name));
    Ok(compare(file, &variables.collect(), &binary.known()))
}

/// Rows such as `` | `HIVEBOX_LISTEN` | `127.0.0.1:5000` | … | ``.
fn in_table(binary: &Binary<'_>, workspace: &Workspace, file: &str, is_full: bool) -> Result<Vec<String>> {
    let text = workspace.read(file)?;
    let rows: BTreeMap<_, _> = text.lines().filter_map(row).collect();
    let found: BTreeSet<_> = rows.keys().copied().collect();
    let wanted = if is_full { binary.known() } else { &binary.known() & &found };
    let mut complaints = compare(file, &found, &wanted);
    for (variable, default) in rows {
        if binary.defaults.get(variable).is_some_and(|known| known != default) {
            complaints.push(format!(
                "{file}: the default of {variable} is {:?}, not {default:?}",
                binary.defaults[variable]
            ));
        }
    }
    Ok(complaints)
}

fn row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('`'));
    let (variable, default) = (cells.next()?, cells.next()?);
    is_variable(variable).then_some((variable, default))
}

fn is_variable(text: &str) -> bool {
    let is_ours = text.starts_with("HIVEBOX_") || text.starts_with("AWS_");
    is_ours && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn compare(place: &str, found: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Vec<String> {
    let missing = wanted.difference(found).map(|name| format!("{place} lacks {name}"));
    let unknown = found.difference(wanted).map(|name| format!("{place} has {name}, which it should not"));
    missing.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_rows_of_settings() {
        assert_eq!(row("| `HIVEBOX_CACHE` | `memory:` | what |"), Some(("HIVEBOX_CACHE", "memory:")));
        assert_eq!(row("| `AWS_REGION` | | what |"), Some(("AWS_REGION", "")));
        assert_eq!(row("| variable | default | what |"), None);
        assert_eq!(row("`HIVEBOX_CACHE`"), None);
    }
}
