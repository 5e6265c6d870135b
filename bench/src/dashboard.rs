//! The dashboard section: the bytes of the first load, the time to the first useful picture, and the frame
//! rate while the map is dragged.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::spread::Spread;

/// Acceptable on a mobile phone.
const GOAL_BYTES: u64 = 300_000;
const GOAL_MS: f64 = 1000.0;
/// The refresh rate of common screens.
const GOAL_FRAMES: f64 = 60.0;
/// The second half measures this many times as many boxes.
const GROWTH: u32 = 10;

/// What `web/tests/measure.mjs` prints.
#[derive(Debug, Deserialize)]
struct Measured {
    bytes: Bytes,
    requests: u64,
    first_picture_ms: Vec<f64>,
    frames_ms: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Bytes {
    br: u64,
    gzip: u64,
}

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    rows(programs, effort, report, true)?;
    rows(&programs.with_boxes(GROWTH * programs.boxes)?, effort, report, false)
}

/// Adds rows; only those of the first number of boxes have goals.
fn rows(programs: &Programs, effort: Effort, report: &mut Report, has_goals: bool) -> Result<()> {
    let Measured { bytes, requests, first_picture_ms, frames_ms } = measure(programs, effort)?;
    let boxes = programs.boxes;
    let first_picture = Spread::of(first_picture_ms).context("no load was measured")?;
    ensure!(!frames_ms.is_empty(), "no frame was drawn");
    let per_second = 1000.0 * frames_ms.len() as f64 / frames_ms.iter().sum::<f64>();
    let longest = frames_ms.iter().copied().fold(0.0, f64::max);
    let goal = |goal: String| if has_goals { goal } else { String::new() };
    report.add(Row {
        what: format!("bytes of the dashboard's first load, {boxes} boxes, {requests} requests"),
        hivebox: format!("{} kB as gzip", bytes.gzip / 1000),
        beside: format!("as br: {} kB", bytes.br / 1000),
        goal: goal(format!("≤ {} kB", GOAL_BYTES / 1000)),
        met: has_goals.then_some(bytes.gzip <= GOAL_BYTES),
    });
    report.add(Row {
        what: format!("time to its first useful picture, {boxes} boxes"),
        hivebox: format!("{first_picture:.0} ms"),
        goal: goal(format!("≤ {GOAL_MS} ms")),
        met: has_goals.then_some(first_picture.median <= GOAL_MS),
        ..Row::default()
    });
    report.add(Row {
        what: format!(
            "frames per second while its map is dragged, {boxes} boxes, drawn without a graphics processor"
        ),
        hivebox: format!("{per_second:.0}, the longest took {longest:.0} ms"),
        goal: goal(format!("{GOAL_FRAMES}")),
        met: has_goals.then_some(per_second.round() >= GOAL_FRAMES),
        ..Row::default()
    });
    Ok(())
}

/// The browser is not pinned to the cores of the load, like the browser of a user.
fn measure(programs: &Programs, effort: Effort) -> Result<Measured> {
    let all_boxes = ("HIVEBOX_UPSTREAM_MAX_BYTES", (1_u64 << 30).to_string());
    let mut server = programs.hivebox_with(Refresh::Never, &[all_boxes])?;
    server.first_answer()?;
    let mut command = Command::new("node");
    command
        .arg("web/tests/measure.mjs")
        .args([effort.starts.to_string(), effort.seconds.to_string()])
        .stderr(Stdio::inherit())
        .env("HIVEBOX_TEST_URL", format!("http://{}", server.address()));
    let output = command.output().context("cannot start node")?;
    ensure!(output.status.success(), "measure.mjs failed: {}", output.status);
    serde_json::from_slice(&output.stdout).context("cannot parse the output of measure.mjs")
}
