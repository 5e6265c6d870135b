//! One step of a task: a heading, a command, and the time that it took.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

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
    let started = Instant::now();
    quiet(command).with_context(|| format!("{title}: failed"))?;
    eprintln!("=== {title}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Prints what was found wrong under a heading.
///
/// # Errors
/// When anything was.
pub(crate) fn report(title: &str, problems: &[String]) -> Result<()> {
    heading(title);
    for problem in problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{title}: {} found wrong", problems.len());
    }
    Ok(())
}

/// Runs the command without a heading.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{}: {status}", command.get_program().display());
    }
    Ok(())
}

/// Whether the command runs and succeeds; what it prints is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
