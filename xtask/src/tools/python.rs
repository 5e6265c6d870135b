//! Python packages, in virtual environments of the project's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use crate::step;
use crate::workspace::Workspace;

/// A virtual environment, made of a file of requirements.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Environment {
    /// Its folder's name in `target/tools`.
    name: &'static str,
    /// The file, from the root of the checkout.
    requirements: &'static str,
}

/// What most tools are in.
pub(super) const PROJECT: Environment =
    Environment { name: "python", requirements: "xtask/requirements.txt" };
/// checkov, which pins old versions of what others need newer.
pub(super) const CHECKOV: Environment =
    Environment { name: "checkov", requirements: "xtask/requirements-checkov.txt" };

impl Environment {
    /// The file that it is made of.
    pub(super) fn requirements(&self) -> &'static str {
        self.requirements
    }

    /// The program in it, if it holds what its file asks for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn program(&self, workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
        let folder = self.folder(workspace);
        let is_current = is_current(workspace, &folder, self.requirements)?;
        Ok(Some(folder.join("bin").join(name)).filter(|program| is_current && program.is_file()))
    }

    /// Makes it anew.
    ///
    /// # Errors
    /// Without a Python that can make one, or when pip cannot fetch the packages.
    pub(super) fn install(&self, workspace: &Workspace) -> Result<()> {
        let folder = self.folder(workspace);
        let python = interpreter()?;
        step::quiet(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
            .with_context(|| format!("{python} could not make the environment {}", folder.display()))?;
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

/// Whether the folder holds what the file of requirements asks for, as [`mark`] noted.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn is_current(workspace: &Workspace, folder: &Path, requirements: &str) -> Result<bool> {
    Ok(fs::read_to_string(stamp(folder)).ok() == Some(read(workspace, requirements)?))
}

/// Notes that the folder holds all that the file asks for. Done last, so that an installation cut short is
/// made again.
pub(super) fn mark(workspace: &Workspace, folder: &Path, requirements: &str) -> Result<()> {
    fs::write(stamp(folder), read(workspace, requirements)?)
        .with_context(|| format!("cannot write into {}", folder.display()))
}

/// What to say when pip fails.
pub(super) fn unreachable_registry(requirements: &str) -> String {
    format!(
        "pip could not fetch the packages of {requirements}; the Python registry must be reachable (pip's own \
         configuration and the proxy variables apply)"
    )
}

/// A Python 3 with `venv` and `ensurepip`. Debian packs these apart from Python itself.
fn interpreter() -> Result<&'static str> {
    const CANDIDATES: [&str; 2] = ["python3", "/usr/bin/python3"];
    let capable = || {
        let works =
            |python: &&str| step::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"]));
        CANDIDATES.into_iter().find(works)
    };
    if let Some(python) = capable() {
        return Ok(python);
    }
    eprintln!(
        "no python3 here has the modules venv and ensurepip; installing the Debian package python3-venv"
    );
    apt::install(&["python3-venv"])?;
    capable().context("python3 still lacks the module venv or ensurepip after python3-venv was installed")
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("installed-requirements.txt")
}

fn read(workspace: &Workspace, requirements: &str) -> Result<String> {
    let path = workspace.root().join(requirements);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
