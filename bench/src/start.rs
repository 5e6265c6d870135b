//! The start section: the time from the start of the process to its first answer.

use anyhow::{Context, Result};

use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::spread::Spread;

/// Fast enough to replace a pod while its clients retry once.
const GOAL_MS: f64 = 100.0;

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..effort.starts {
        let (_, elapsed) = programs.hivebox(Refresh::Never)?.first_answer()?;
        times.push(elapsed.as_secs_f64() * 1000.0);
    }
    let spread = Spread::of(times).context("no start was measured")?;
    report.add(Row {
        what: format!("start to first answer, {} boxes", programs.boxes),
        hivebox: format!("{spread:.0} ms"),
        goal: format!("≤ {GOAL_MS} ms"),
        met: Some(spread.median <= GOAL_MS),
        ..Row::default()
    });
    Ok(())
}
