//! Builds the program and the other files of the image with the script that the Dockerfile runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

const SCRIPT: &str = "deploy/docker/build.sh";

/// Builds in the repository; cargo builds only what has changed.
pub(super) fn build(workspace: &Workspace, profile: &str, directory: &Path) -> Result<PathBuf> {
    let files = directory.join("context/image");
    let script = || script(workspace, workspace.root(), workspace.target(), profile);
    step::run("Static program", script().arg("binary"))?;
    step::run("Files of the image", script().arg("rootfs").arg(&files))?;
    Ok(files)
}

/// Builds again from scratch, from a copy of the sources in another directory, into another target directory.
/// The two programs must be equal to the byte.
pub(super) fn compare(workspace: &Workspace, profile: &str, directory: &Path) -> Result<()> {
    step::heading("Copy of the sources");
    let again = directory.join("built-again");
    let _ = fs::remove_dir_all(&again);
    let sources = again.join("sources");
    fs::create_dir_all(&sources)?;
    for name in
        [".cargo", "Cargo.toml", "Cargo.lock", "LICENSE", "bench", "crates", "deploy", "tests", "xtask"]
    {
        step::quiet(workspace.command("cp").args(["-a", name]).arg(&sources))?;
    }
    let target = again.join("target");
    step::run("Static program, again", script(workspace, &sources, &target, profile).arg("binary"))?;
    let digest = |target: &Path| digest(Command::new("sha256sum"), &program(target, profile)?);
    let (first, second) = (digest(workspace.target())?, digest(&target)?);
    step::heading(&format!("Digests\n{first}\n{second}"));
    if first != second {
        bail!("the same sources gave two programs, {first} and {second}: compare them with diffoscope");
    }
    fs::remove_dir_all(&again).context("cannot remove the copy")
}

fn script(workspace: &Workspace, sources: &Path, target: &Path, profile: &str) -> Command {
    let mut command = workspace.command(sources.join(SCRIPT));
    command.current_dir(sources).env("CARGO_TARGET_DIR", target).env("PROFILE", profile);
    command
}

/// The path of the program; the script builds for a named target.
fn program(target: &Path, profile: &str) -> Result<PathBuf> {
    let tuple = String::from_utf8(step::output(Command::new("rustc").args(["--print", "host-tuple"]))?)?;
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(tuple.trim()).join(directory).join("hivebox"))
}

/// The SHA-256 of a file, computed by `command`, a `sha256sum`.
pub(super) fn digest(mut command: Command, file: &Path) -> Result<String> {
    let text = String::from_utf8(step::output(command.arg(file))?)?;
    text.split(' ').next().map(str::to_owned).context("sha256sum printed nothing")
}
