//! The composition of all services: valid by the schema of Compose, as closed as we promise, and whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::step;
use crate::tools::{CHECK_JSONSCHEMA, HAPROXY, PROMTOOL};
use crate::workspace::Workspace;

const FOLDER: &str = "deploy/compose";
const FILE: &str = "deploy/compose/compose.yaml";
const EXAMPLE: &str = "deploy/compose/.env.example";

/// Checks all that needs no program of ours.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    step::run(
        "Composition: schema",
        workspace
            .command(CHECK_JSONSCHEMA.path(workspace)?)
            .args(["--builtin-schema=vendor.compose-spec", FILE]),
    )?;
    // Compose itself knows more than its schema, where it is there.
    if step::succeeds(Command::new("docker").args(["compose", "version"])) {
        let mut compose = workspace.command("docker");
        compose.args([
            "compose",
            "--file",
            FILE,
            "--env-file",
            EXAMPLE,
            "--profile=demo",
            "config",
            "--quiet",
        ]);
        step::run("Composition: docker compose config", &mut compose)?;
    }
    step::run(
        "Load balancer of the composition",
        workspace.command(HAPROXY.path(workspace)?).args(["-c", "-f", "deploy/compose/haproxy.cfg"]),
    )?;
    step::run(
        "Prometheus of the composition",
        workspace.command(PROMTOOL.path(workspace)?).args([
            "check",
            "config",
            "deploy/prometheus/prometheus.yml",
        ]),
    )?;
    step::heading("Composition: services");
    let composition = Composition::read(workspace)?;
    let mut faults = composition.faults();
    faults.extend(composition.missing_sources(&workspace.root().join(FOLDER)));
    if !faults.is_empty() {
        bail!("{FILE}:\n  {}", faults.join("\n  "));
    }
    eprintln!("{} services", composition.services.len());
    Ok(())
}

/// Asks the program whether it takes the settings that the composition gives it.
pub(super) fn check_settings(workspace: &Workspace, program: &Path) -> Result<()> {
    step::heading("Composition: settings of HiveBox");
    let environment = Composition::read(workspace)?.environment("hivebox")?;
    let mut command = Command::new(program);
    command.env_clear().envs(&environment).args(["config", "--json"]).current_dir(workspace.target());
    let output = command.output().context("cannot start hivebox")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let in_force: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    for name in environment.keys() {
        let is_in_force =
            |setting: &&Value| setting["variable"] == *name && setting["origin"] == "environment";
        ensure!(in_force.iter().any(|setting| is_in_force(&setting)), "{FILE}: HiveBox knows no {name}");
    }
    eprintln!("{} settings", environment.len());
    Ok(())
}

#[derive(Debug)]
struct Composition {
    services: Map<String, Value>,
    volumes: Map<String, Value>,
    networks: Map<String, Value>,
}

impl Composition {
    fn read(workspace: &Workspace) -> Result<Self> {
        let read = |file: &str| {
            fs::read_to_string(workspace.root().join(file)).with_context(|| format!("cannot read {file}"))
        };
        Self::parse(&read(FILE)?, &variables(&read(EXAMPLE)?))
    }

    fn parse(text: &str, variables: &BTreeMap<String, String>) -> Result<Self> {
        let whole: Value = serde_saphyr::from_str(text).with_context(|| format!("{FILE} is no YAML"))?;
        let whole = interpolated(whole, variables)?;
        let part =
            |name: &str| whole[name].as_object().cloned().with_context(|| format!("{FILE} has no {name}"));
        Ok(Self { services: part("services")?, volumes: part("volumes")?, networks: part("networks")? })
    }

    fn environment(&self, service: &str) -> Result<BTreeMap<String, String>> {
        let environment = self.services[service]["environment"].as_object();
        let environment = environment.with_context(|| format!("{service} has no environment"))?;
        Ok(environment.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, service) in &self.services {
            let must = |holds: bool, what: &str| (!holds).then(|| format!("{name}: {what}"));
            faults.extend(hardening(service).into_iter().filter_map(|(holds, what)| must(holds, what)));
            for (other, how) in service["depends_on"].as_object().into_iter().flatten() {
                let has_check =
                    self.services.get(other).is_some_and(|other| !other["healthcheck"]["test"].is_null());
                faults.extend(must(has_check, &format!("depends on {other}, which has no health check")));
                let waits = how["condition"] == "service_healthy";
                faults.extend(must(waits, &format!("waits until {other} is healthy")));
            }
            for network in strings(&service["networks"]) {
                faults.extend(must(
                    self.networks.contains_key(&network),
                    &format!("unknown network {network}"),
                ));
            }
            for volume in strings(&service["volumes"]) {
                let (source, _) = volume.split_once(':').unwrap_or((&volume, ""));
                let is_fine = if source.starts_with('.') {
                    volume.ends_with(":ro")
                } else {
                    self.volumes.contains_key(source)
                };
                faults.extend(must(
                    is_fine,
                    &format!("{volume}: a named volume, or a read-only file of deploy/"),
                ));
            }
        }
        let of_hivebox = &self.services["hivebox"];
        let replicas = text(&of_hivebox["deploy"]["replicas"]).parse::<u32>();
        if !replicas.is_ok_and(|replicas| replicas >= 2) {
            faults.push("hivebox: has at least two replicas".into());
        }
        if strings(&self.services["opensensemap"]["profiles"]) != ["demo"] {
            faults.push("opensensemap: is of the profile demo alone".into());
        }
        faults
    }

    /// Files and folders of the repository that services are given and that are not there.
    fn missing_sources(&self, folder: &Path) -> Vec<String> {
        let mut missing = Vec::new();
        for (name, service) in &self.services {
            let volumes = strings(&service["volumes"]);
            let mounted = volumes.iter().filter_map(|volume| Some(volume.split_once(':')?.0.to_owned()));
            let built = service["build"]["context"].as_str().map(|context| {
                let file = service["build"]["dockerfile"].as_str().unwrap_or("Dockerfile");
                format!("./{context}/{file}")
            });
            for source in mounted.chain(built).filter(|source| source.starts_with('.')) {
                if !folder.join(&source).exists() {
                    missing.push(format!("{name}: there is no {source}"));
                }
            }
        }
        missing
    }
}

/// What each service must be.
fn hardening(service: &Value) -> Vec<(bool, &'static str)> {
    let image = text(&service["image"]);
    let tag = image.rsplit_once('/').map_or(image.as_str(), |(_, name)| name).split_once(':');
    let is_own_build = service["build"].is_object();
    let user = text(&service["user"]);
    let limits = &service["deploy"]["resources"]["limits"];
    let ports = strings(&service["ports"]);
    vec![
        (is_own_build || tag.is_some_and(|(_, tag)| tag != "latest"), "its image has an exact tag"),
        (
            user.split(':').all(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())),
            "its user is given by number",
        ),
        (!user.starts_with("0:") && user != "0", "its user is not root"),
        (service["read_only"] == true, "its root file system is read-only"),
        (
            strings(&service["cap_drop"]) == ["ALL"] && service["cap_add"].is_null(),
            "it drops all capabilities",
        ),
        (strings(&service["security_opt"]) == ["no-new-privileges:true"], "it can gain no privileges"),
        (
            service["privileged"].is_null() && service["network_mode"].is_null() && service["pid"].is_null(),
            "it is apart from the host",
        ),
        (!service["healthcheck"]["test"].is_null(), "it has a health check"),
        (
            ["cpus", "memory", "pids"].iter().all(|limit| !limits[limit].is_null()),
            "it has limits for cpus, memory and pids",
        ),
        (service["restart"] == "unless-stopped", "it is started again when it ends"),
        (ports.iter().all(|port| port.starts_with("127.0.0.1:")), "its ports are open to this machine alone"),
    ]
}

/// The lines `NAME=VALUE`.
fn variables(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect()
}

fn interpolated(value: Value, variables: &BTreeMap<String, String>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => Value::String(substitute(&text, variables)?),
        Value::Array(items) => {
            items.into_iter().map(|item| interpolated(item, variables)).collect::<Result<Vec<_>>>()?.into()
        }
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Ok((key, interpolated(value, variables)?)));
            Value::Object(entries.collect::<Result<_>>()?)
        }
        other => other,
    })
}

/// Puts in values for `${NAME:-default}` and `${NAME:?what to do}`; `$$` is a dollar.
fn substitute(text: &str, variables: &BTreeMap<String, String>) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let inner = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let (inner, after) = inner.with_context(|| format!("{text}: write ${{NAME:-default}}"))?;
        let (name, otherwise) = inner.split_once(':').with_context(|| format!("{inner}: no default"))?;
        match (variables.get(name), otherwise.strip_prefix('-')) {
            (Some(value), _) => out.push_str(value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => bail!("{name} has no default, and no example in {EXAMPLE}"),
        }
        rest = after;
    }
    Ok(out + rest)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "
services:
  hivebox: &service
    image: example/hivebox:1
    user: \"1:1\"
    read_only: true
    cap_drop: [ALL]
    security_opt: [\"no-new-privileges:true\"]
    restart: unless-stopped
    healthcheck: {test: [CMD, a]}
    networks: [inside]
    volumes: [\"data:/data\"]
    environment: {A: \"${A:-b}\"}
    deploy: {replicas: 2, resources: {limits: {cpus: \"1\", memory: 1M, pids: 9}}}
  opensensemap:
    <<: *service
    profiles: [demo]
    depends_on: {hivebox: {condition: service_healthy}}
networks: {inside: {}}
volumes: {data: {}}
";

    fn faults(text: &str) -> String {
        Composition::parse(text, &BTreeMap::new()).unwrap().faults().join("; ")
    }

    #[test]
    fn a_sound_composition_has_no_fault() {
        assert_eq!(faults(SOUND), "");
    }

    #[test]
    fn each_promise_is_checked() {
        for (sound, broken, fault) in [
            ("hivebox:1", "hivebox:latest", "hivebox: its image has an exact tag"),
            ("\"1:1\"", "\"0:0\"", "hivebox: its user is not root"),
            ("\"1:1\"", "me", "hivebox: its user is given by number"),
            ("read_only: true", "read_only: false", "hivebox: its root file system is read-only"),
            ("[ALL]", "[CHOWN]", "hivebox: it drops all capabilities"),
            ("no-new-privileges:true", "label:a", "hivebox: it can gain no privileges"),
            ("unless-stopped", "\"no\"", "hivebox: it is started again"),
            ("{test: [CMD, a]}", "{}", "opensensemap: depends on hivebox, which has no health check"),
            ("pids: 9", "swap: 9", "hivebox: it has limits"),
            ("[inside]", "[outside]", "hivebox: unknown network outside"),
            ("\"data:/data\"", "\"./a:/data\"", "hivebox: ./a:/data: a named volume"),
            ("\"data:/data\"", "\"other:/data\"", "hivebox: other:/data: a named volume"),
            ("replicas: 2", "replicas: 1", "hivebox: has at least two replicas"),
            ("profiles: [demo]", "profiles: []", "opensensemap: is of the profile demo"),
            ("service_healthy", "service_started", "opensensemap: waits until hivebox is healthy"),
            (
                "volumes: [",
                "ports: [\"80:80\"]\n    volumes: [",
                "hivebox: its ports are open to this machine",
            ),
            ("volumes: [", "privileged: true\n    volumes: [", "hivebox: it is apart from the host"),
        ] {
            assert!(SOUND.contains(sound), "{sound}");
            let told = faults(&SOUND.replacen(sound, broken, 1));
            assert!(told.contains(fault), "{broken}: {told}");
        }
    }

    #[test]
    fn variables_are_put_in() {
        let variables = variables("# A=x\nB=y=z\n");
        assert_eq!(substitute("${A:-b}:${B:?set it}-$$C", &variables).unwrap(), "b:y=z-$C");
        assert!(substitute("${A:?set it}", &variables).unwrap_err().to_string().contains("no example"));
    }
}
