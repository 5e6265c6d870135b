//! Output of commands.

use std::io::{self, Write, stderr, stdout};

use hivebox_archive::Stray;
use serde::Serialize;

use crate::exit::{Code, Failure};

/// Prints a line. A closed pipe, as after `head`, is not a failure.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    write(text.as_bytes())?;
    write(b"\n")
}

/// Prints a value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&json_text(value)?)
}

/// A value as JSON.
pub(super) fn json_text(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Code::Software, format!("cannot write the output as JSON: {error}")))
}

/// Tells something on standard error, beside the output.
pub(super) fn note(text: &str) {
    // If standard error is gone, no one can read it.
    let _ = writeln!(stderr().lock(), "hivebox: {text}");
}

/// Prints what lies in the store and is not used.
pub(super) fn strays(to: &mut impl Write, strays: &[Stray]) -> Result<(), Failure> {
    for Stray { object, reason } in strays {
        unless_closed(writeln!(to, "SKIP  {object}  {reason}"))?;
    }
    Ok(())
}

/// Prints bytes.
pub(super) fn write(bytes: &[u8]) -> Result<(), Failure> {
    unless_closed(stdout().lock().write_all(bytes))
}

fn unless_closed(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}
