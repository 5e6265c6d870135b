//! Builds the program and what goes into the image with it, by the script that the Dockerfile runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

const SCRIPT: &str = "deploy/docker/build.sh";

/// Builds in the checkout; cargo builds again only what has changed.
pub(super) fn build(workspace: &Workspace, profile: &str, directory: &Path) -> Result<PathBuf> {
    let files = directory.join("context/image");
    let script = |arguments: &[&str]| {
        let mut command = script(workspace, workspace.root(), workspace.target(), profile);
        command.args(arguments);
        command
    };
    step::run("Static program", &mut script(&["binary"]))?;
    step::run("Files of the image", &mut script(&["rootfs", &files.to_string_lossy()]))?;
    Ok(files)
}

/// Builds again: from a copy of the sources in another directory, into another target directory, and from
/// scratch. The two programs must be the same to the byte.
pub(super) fn compare(workspace: &Workspace, profile: &str, directory: &Path) -> Result<()> {
    step::heading("Copy of the sources");
    let again = directory.join("built-again");
    let _ = fs::remove_dir_all(&again);
    let sources = again.join("sources");
    fs::create_dir_all(&sources)?;
    for name in [".cargo", "Cargo.toml", "Cargo.lock", "LICENSE", "crates", "deploy", "xtask"] {
        step::quiet(workspace.command("cp").args(["-a", name]).arg(&sources))?;
    }
    let target = again.join("target");
    step::run("Static program, again", script(workspace, &sources, &target, profile).arg("binary"))?;
    let digest = |target: &Path| digest(Command::new("sha256sum"), &program(target, profile)?);
    let (first, second) = (digest(workspace.target())?, digest(&target)?);
    step::heading(&format!("Digests\n{first}\n{second}"));
    if first != second {
        bail!("the same sources gave two programs: {first} and {second}; diffoscope tells where they differ");
    }
    fs::remove_dir_all(&again).context("the copy cannot be removed")
}

fn script(workspace: &Workspace, sources: &Path, target: &Path, profile: &str) -> Command {
    // As cargo is called elsewhere, without what it tells the programs that it runs.
    let cargo = workspace.cargo();
    let mut command = Command::new(sources.join(SCRIPT));
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(sources).env("CARGO_TARGET_DIR", target).env("PROFILE", profile);
    command
}

/// Where cargo puts the program that was built for this machine by name.
fn program(target: &Path, profile: &str) -> Result<PathBuf> {
    let output =
        Command::new("rustc").args(["--print", "host-tuple"]).output().context("cannot start rustc")?;
    let tuple = String::from_utf8(output.stdout)?;
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(tuple.trim()).join(directory).join("hivebox"))
}

/// The SHA-256 that `command`, a `sha256sum`, tells of a file.
pub(super) fn digest(mut command: Command, file: &Path) -> Result<String> {
    let output = command.arg(file).output().context("cannot start sha256sum")?;
    if !output.status.success() {
        bail!("sha256sum {}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    text.split(' ').next().map(str::to_owned).context("sha256sum said nothing")
}
