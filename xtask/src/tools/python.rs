//! Python packages, in a virtual environment of the project's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use crate::step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "xtask/requirements.txt";

/// The program in the environment, if that holds what `requirements.txt` asks for.
///
/// # Errors
/// When `requirements.txt` cannot be read.
pub(super) fn program(workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
    let environment = environment(workspace);
    let is_current = fs::read_to_string(stamp(&environment)).ok() == Some(requirements(workspace)?);
    Ok(Some(environment.join("bin").join(name)).filter(|program| is_current && program.is_file()))
}

/// Makes the environment anew.
///
/// # Errors
/// Without a Python that can make one, or when pip cannot fetch the packages.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    let environment = environment(workspace);
    let python = interpreter()?;
    step::quiet(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))
        .with_context(|| format!("{python} could not make the environment {}", environment.display()))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    let mut command = workspace.command(environment.join("bin/python"));
    step::quiet(command.args(pip).args(["--requirement", REQUIREMENTS])).with_context(|| {
        format!(
            "pip could not install the packages of {REQUIREMENTS}; the Python registry must be reachable (pip's \
             own configuration and the proxy variables apply)"
        )
    })?;
    // Written last, so that an installation cut short is made again.
    fs::write(stamp(&environment), requirements(workspace)?).context("cannot write into the environment")
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

fn environment(workspace: &Workspace) -> PathBuf {
    workspace.target().join("tools/python")
}

fn stamp(environment: &Path) -> PathBuf {
    environment.join("installed-requirements.txt")
}

fn requirements(workspace: &Workspace) -> Result<String> {
    let path = workspace.root().join(REQUIREMENTS);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
