//! One step of a task: a heading, a command, and its duration.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The present moment. Tasks read the clock nowhere else.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Prints a heading.
pub(crate) fn heading(title: &str) {
    eprintln!("\n=== {title}");
}

/// Runs the command under a heading and prints its duration.
///
/// # Errors
/// When the command cannot be started or fails; its own output says why.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<()> {
    heading(title);
    let started = now();
    quiet(command).with_context(|| format!("{title}: failed"))?;
    eprintln!("=== {title}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Prints the problems under a heading.
///
/// # Errors
/// When there are any.
pub(crate) fn report(title: &str, problems: &[String]) -> Result<()> {
    heading(title);
    for problem in problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{title}: {} problems", problems.len());
    }
    Ok(())
}

/// Runs the command without a heading.
///
/// # Errors
/// When the command cannot be started or fails; its own output says why.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{}: {status}", command.get_program().display());
    }
    Ok(())
}

/// Runs the command and returns its standard output.
///
/// # Errors
/// When the command cannot be started or fails; its own output says why.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stdout);
        bail!("{}: {}: {printed}", command.get_program().display(), output.status);
    }
    Ok(output.stdout)
}

/// Whether the command runs and succeeds; discards its output.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
