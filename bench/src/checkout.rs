//! The repository that is measured, and the programs that `cargo xtask bench` has installed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::stopwatch;

/// The repository. Its root is the working directory: `cargo xtask bench` starts this program there.
#[derive(Debug)]
pub(crate) struct Checkout {
    target: PathBuf,
}

impl Checkout {
    /// Reads where cargo builds.
    ///
    /// # Errors
    /// When something other than `cargo xtask bench` started this program.
    pub(crate) fn locate() -> Result<Self> {
        let target = env::var_os("CARGO_TARGET_DIR").context("run this as `cargo xtask bench`")?;
        Ok(Self { target: target.into() })
    }

    /// The absolute path of the directory that cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A cargo command with these arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// The program that this variable names, such as `HIVEBOX_TEST_WRK`.
///
/// # Errors
/// When the variable is not set.
pub(crate) fn program(variable: &str) -> Result<PathBuf> {
    let path =
        env::var_os(variable).with_context(|| format!("{variable} is not set: run `cargo xtask bench`"))?;
    Ok(path.into())
}

/// Prints a heading.
pub(crate) fn heading(title: &str) {
    eprintln!("\n=== {title}");
}

/// Runs the command under a heading and prints how long it took.
///
/// # Errors
/// When the command cannot be started or fails; its own output says why.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<()> {
    heading(title);
    let started = stopwatch::now();
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{title}: {} failed ({status})", command.get_program().display());
    eprintln!("=== {title}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}
