//! `hivebox temperature`.

use std::collections::BTreeMap;

use hivebox_climate::verdict::Verdict;
use hivebox_kinds::Instant;
use jiff::Timestamp;
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
        let (present, _) = poller.poll(args.at.unwrap_or_else(|| clock.now()), None).await?;
        print(&present, args.json)
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

fn in_figures(sensors: &[(&str, u64)]) -> String {
    let figures: Vec<String> = sensors
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{verdict} {count}"))
        .collect();
    if figures.is_empty() { "no air temperature sensors".into() } else { figures.join(", ") }
}
