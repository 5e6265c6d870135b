//! `hivebox temperature`.

use std::collections::BTreeMap;
use std::fmt::Display;

use hivebox_climate::verdict::Verdict;
use hivebox_kinds::Instant;
use jiff::{Timestamp, Unit};
use opensensemap::Observer;
use serde::Serialize;

use super::output;
use super::serve::block_on;
use super::settings::{Reading, SettingFlags};
use super::values;
use crate::exit::{Code, Failure};
use crate::service;
use hivebox_present::{Clock, Present};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Judge readings as of this moment instead of now, such as 2024-10-14T09:20:00Z
    #[arg(long, value_name = "TIME", value_parser = values::of(Instant))]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<Reading>,
}

/// The output of `--json`.
#[derive(Debug, Serialize)]
struct TemperatureJson<'a> {
    mean_celsius: f64,
    status: &'a str,
    readings: u64,
    as_of: Timestamp,
    boxes: usize,
    /// The number of air temperature sensors for each verdict.
    sensors: BTreeMap<&'static str, u64>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = args.settings.config()?;
    block_on(async {
        let clock = Clock::system();
        let poller = service::poller(&config.upstream, &config.answer, clock.clone(), Observer::default())?;
        // Readings are no finer than milliseconds, and a moment of nanoseconds is hard to read.
        let now = clock.now();
        let as_of = args.at.unwrap_or_else(|| now.round(Unit::Second).unwrap_or(now));
        let (present, poll) = poller.poll(as_of, None).await?;
        print(&present, args.json)?;
        let left_out: Vec<_> = poll.left_out().filter(|(_, count)| *count > 0).collect();
        if !args.json && !left_out.is_empty() {
            output::line(&format!("left out of the list of senseBoxes: {}", figures(left_out)))?;
        }
        Ok(())
    })
}

fn print(present: &Present, json: bool) -> Result<(), Failure> {
    let by_verdict = present.summary.air_temperature().by_verdict;
    let sensors: Vec<(&'static str, u64)> =
        Verdict::ALL.iter().map(|verdict| (verdict.slug(), by_verdict[verdict.index()])).collect();
    let (as_of, boxes) = (present.readings.as_of(), present.readings.box_count());
    let Some(answer) = &present.answer else {
        let why = in_figures(&sensors);
        let message =
            format!("no air temperature reading of {boxes} senseBoxes counts as of {as_of} ({why})");
        return Err(Failure::new(Code::Unavailable, message));
    };
    if json {
        let (mean_celsius, status, readings) = (answer.mean.0, answer.status.as_str(), answer.count);
        let sensors = sensors.into_iter().collect();
        return output::json(&TemperatureJson { mean_celsius, status, readings, as_of, boxes, sensors });
    }
    output::line(&format!("{:.2} °C  {}", answer.mean.0, answer.status))?;
    output::line(&format!(
        "mean of {} readings from {boxes} senseBoxes as of {as_of} ({})",
        answer.count,
        in_figures(&sensors)
    ))
}

fn in_figures(sensors: &[(&'static str, u64)]) -> String {
    let sensors = sensors.iter().copied().filter(|(_, count)| *count > 0);
    let figures = figures(sensors);
    if figures.is_empty() { "no air temperature sensors".into() } else { figures }
}

/// Such as `ok 300, surplus 2`.
fn figures<N: Display>(counts: impl IntoIterator<Item = (&'static str, N)>) -> String {
    let figures: Vec<String> = counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
    figures.join(", ")
}
