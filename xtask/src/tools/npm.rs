//! Node packages, in a folder of the project's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// The program in the folder, if that holds what `package-lock.json` asks for.
///
/// # Errors
/// When `package-lock.json` cannot be read.
pub(super) fn program(workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
    let folder = folder(workspace);
    let is_current = fs::read_to_string(stamp(&folder)).ok() == Some(lock(workspace)?);
    Ok(Some(folder.join("node_modules/.bin").join(name)).filter(|program| is_current && program.is_file()))
}

/// Makes the folder anew.
///
/// # Errors
/// Without Node, or when npm cannot fetch the packages.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    for program in ["node", "npm"] {
        if !step::succeeds(Command::new(program).arg("--version")) {
            bail!("{program} is not on the PATH: install Node 20 or newer with npm, then try again");
        }
    }
    let folder = folder(workspace);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for manifest in MANIFESTS {
        fs::copy(source(workspace).join(manifest), folder.join(manifest))
            .with_context(|| format!("cannot copy {manifest}"))?;
    }
    // Packages run nothing of their own while they are installed: a program of ours needs no such step.
    let mut command = Command::new("npm");
    command
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder);
    step::quiet(&mut command).context(
        "npm could not install the packages of xtask/npm/package-lock.json; the Node registry must be reachable \
         (npm's own configuration and the proxy variables apply)",
    )?;
    // Written last, so that an installation cut short is made again.
    fs::write(stamp(&folder), lock(workspace)?).context("cannot write into the folder of Node packages")
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("tools/npm")
}

fn source(workspace: &Workspace) -> PathBuf {
    workspace.root().join("xtask/npm")
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("installed-package-lock.json")
}

fn lock(workspace: &Workspace) -> Result<String> {
    let path = source(workspace).join("package-lock.json");
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
