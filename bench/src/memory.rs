//! The memory section: peak memory while the process reads the boxes once a second.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};

/// The memory limit of a small pod.
const GOAL_MIB: f64 = 64.0;

/// Seconds of refreshes for each second of effort.
const PATIENCE: u32 = 4;

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    let mut server = programs.hivebox(Refresh::EverySecond)?;
    server.first_answer()?;
    let first = mebibytes(server.peak_memory()?);
    let seconds = PATIENCE * effort.seconds;
    thread::sleep(Duration::from_secs(u64::from(seconds)));
    let peak = mebibytes(server.peak_memory()?);
    report.add(Row {
        what: format!("peak memory, {} boxes read each second for {seconds} s", programs.boxes),
        hivebox: format!("{peak:.1} MiB"),
        beside: format!("after the first read: {first:.1} MiB"),
        goal: format!("≤ {GOAL_MIB} MiB"),
        met: Some(peak <= GOAL_MIB),
    });
    Ok(())
}

pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
