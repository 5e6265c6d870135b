//! Python packages, in virtual environments of this project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use crate::step;
use crate::workspace::Workspace;

/// A virtual environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Environment {
    /// The name of its folder in `target/tools`.
    name: &'static str,
    /// The file that pins its packages, from the root of the repository.
    requirements: &'static str,
}

/// The environment of most tools.
pub(super) const PROJECT: Environment =
    Environment { name: "python", requirements: "xtask/requirements.txt" };
/// The environment of checkov, whose dependencies are older than those of other tools.
pub(super) const CHECKOV: Environment =
    Environment { name: "checkov", requirements: "xtask/requirements-checkov.txt" };

/// The environment of the peers that quality is compared with.
pub(super) const PEERS: Environment =
    Environment { name: "peers", requirements: "xtask/requirements-peers.txt" };

impl Environment {
    /// The program, if the environment has the packages that the file pins.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn program(&self, workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
        let folder = self.folder(workspace);
        let is_current = is_current(workspace, &folder, self.requirements)?;
        Ok(Some(folder.join("bin").join(name)).filter(|program| is_current && program.is_file()))
    }

    /// Creates it from scratch.
    ///
    /// # Errors
    /// Without a suitable Python, or when pip cannot download the packages.
    pub(super) fn install(&self, workspace: &Workspace) -> Result<()> {
        step::heading(&format!("Install the Python packages of {}", self.requirements));
        let folder = self.folder(workspace);
        let python = interpreter()?;
        step::quiet(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
            .with_context(|| format!("{python} cannot create the environment {}", folder.display()))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
        let mut command = workspace.command(folder.join("bin/python"));
        step::quiet(command.args(pip).args(["--requirement", self.requirements]))
            .with_context(|| unreachable_registry(self.requirements))?;
        mark(workspace, &folder, self.requirements)
    }

    fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.target().join("tools").join(self.name)
    }
}

/// Whether [`mark`] noted the present content of the requirements in the folder.
///
/// # Errors
/// When the requirements cannot be read.
pub(super) fn is_current(workspace: &Workspace, folder: &Path, requirements: &str) -> Result<bool> {
    Ok(fs::read_to_string(stamp(folder)).ok() == Some(workspace.read(requirements)?))
}

/// Notes that the folder has everything that the requirements name. Called last, so that an interrupted
/// installation starts again.
pub(super) fn mark(workspace: &Workspace, folder: &Path, requirements: &str) -> Result<()> {
    fs::write(stamp(folder), workspace.read(requirements)?)
        .with_context(|| format!("cannot write into {}", folder.display()))
}

/// The advice for a failure of pip.
pub(super) fn unreachable_registry(requirements: &str) -> String {
    format!(
        "pip cannot install the packages of {requirements}: make the Python registry reachable (pip's configuration \
         and the proxy variables apply), then try again"
    )
}

/// A Python 3 with `venv` and `ensurepip`, which Debian packages separately.
fn interpreter() -> Result<&'static str> {
    let capable = || {
        let works =
            |python: &&str| step::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"]));
        ["python3", "/usr/bin/python3"].into_iter().find(works)
    };
    if let Some(python) = capable() {
        return Ok(python);
    }
    eprintln!("no python3 has the modules venv and ensurepip; installing the Debian package python3-venv");
    apt::install(&["python3-venv"])?;
    capable().context("python3 still lacks the module venv or ensurepip: install python3-venv by hand")
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("installed-requirements.txt")
}
