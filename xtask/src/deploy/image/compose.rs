//! The composition of all services. Docker Compose checks it and fills in variables and defaults; a schema with
//! our rules checks the result.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::step;
use crate::tools::{CHECK_JSONSCHEMA, COMPOSE, HAPROXY, PROMTOOL};
use crate::workspace::Workspace;

const FILE: &str = "deploy/compose/compose.yaml";
const EXAMPLE: &str = "deploy/compose/.env.example";
const RULES: &str = "deploy/compose/rules.schema.json";

/// Checks everything except the settings of HiveBox, which need the program.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let composition = read(workspace)?;
    let file = workspace.target().join("composition.json");
    fs::write(&file, composition.to_string()).with_context(|| format!("cannot write {}", file.display()))?;
    step::run(
        "Composition: our rules",
        CHECK_JSONSCHEMA.command(workspace)?.args(["--schemafile", RULES]).arg(&file),
    )?;
    step::report("Composition: files and folders", &missing_files(&composition))?;
    step::run(
        "Load balancer of the composition",
        HAPROXY.command(workspace)?.args(["-c", "-f", "deploy/compose/haproxy.cfg"]),
    )?;
    step::run(
        "Prometheus of the composition",
        PROMTOOL.command(workspace)?.args(["check", "config", "deploy/prometheus/prometheus.yml"]),
    )
}

/// Checks that the program accepts the settings of the composition.
pub(super) fn check_settings(workspace: &Workspace, program: &Path) -> Result<()> {
    step::heading("Composition: settings of HiveBox");
    let composition = read(workspace)?;
    let environment = composition["services"]["hivebox"]["environment"].as_object();
    let environment: BTreeMap<_, _> = environment
        .context("the service hivebox has no environment")?
        .iter()
        .map(|(name, value)| (name, value.as_str().unwrap_or_default()))
        .collect();
    let mut command = Command::new(program);
    command.env_clear().envs(&environment).args(["config", "--json"]).current_dir(workspace.target());
    let in_force: Vec<Value> = serde_json::from_slice(&step::output(&mut command)?)?;
    for name in environment.keys() {
        let is_in_force =
            |setting: &&Value| setting["variable"] == **name && setting["origin"] == "environment";
        ensure!(
            in_force.iter().any(|setting| is_in_force(&setting)),
            "{FILE}: HiveBox has no setting {name}"
        );
    }
    eprintln!("{} settings", environment.len());
    Ok(())
}

/// The composition as Docker Compose sees it, with the example's variables.
fn read(workspace: &Workspace) -> Result<Value> {
    step::heading("Composition: docker compose config");
    let mut compose = COMPOSE.command(workspace)?;
    compose.args(["--file", FILE, "--env-file", EXAMPLE, "--profile=demo", "config", "--format=json"]);
    serde_json::from_slice(&step::output(&mut compose)?).context("docker compose config printed no JSON")
}

/// Files and folders that services mount or are built from, and that do not exist.
fn missing_files(composition: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, service) in composition["services"].as_object().into_iter().flatten() {
        let mounts = service["volumes"].as_array().into_iter().flatten();
        let mounted =
            mounts.filter(|mount| mount["type"] == "bind").filter_map(|mount| mount["source"].as_str());
        let built = service["build"]["context"].as_str().map(|context| {
            Path::new(context).join(service["build"]["dockerfile"].as_str().unwrap_or("Dockerfile"))
        });
        for file in mounted.map(Into::into).chain(built).filter(|file| !file.exists()) {
            missing.push(format!("{name}: {} does not exist", file.display()));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_files_are_reported() {
        let composition = json!({"services": {
            "a": {"volumes": [{"type": "bind", "source": "/none/a"}, {"type": "volume", "source": "b"}]},
            "b": {"build": {"context": "/none", "dockerfile": "b/Dockerfile"}},
        }});
        assert_eq!(
            missing_files(&composition),
            ["a: /none/a does not exist", "b: /none/b/Dockerfile does not exist"]
        );
    }
}
