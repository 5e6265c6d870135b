//! How often windows for chores were right.

use std::fmt::Write;

use hivebox_climate::chores::{Ahead, ChoreVerdict, Chores, Language, Told, Window};
use hivebox_climate::estimate::Spot;
use hivebox_climate::forecast::{Outlook, OutlookHour, Ranged};
use hivebox_climate::sun::Daylight;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::TrueWeather;

use super::world::View;

/// Every hour is compared at a quarter past, so that edges of windows on whole hours do not decide.
const PAST_THE_HOUR: SignedDuration = SignedDuration::from_mins(15);
/// A colony in winter, as far as the weather does not decide.
const TOLD: Told =
    Told { rain: None, wind: None, broodless: Some(true), clustered: Some(true), heavy_flight: Some(false) };

/// Counts of hours, for each chore in the order of the list.
#[derive(Debug, Clone, Default)]
pub(crate) struct WindowScore {
    chores: Vec<Hours>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Hours {
    all: f64,
    /// The windows say `go`.
    said: f64,
    /// The true weather says `go`.
    true_go: f64,
    /// Both do.
    right: f64,
    /// The windows say `go`, and the true weather says neither `go` nor `caution`.
    harmful: f64,
}

impl WindowScore {
    pub(crate) fn add(&mut self, view: &View, spot: Spot, now: Timestamp) {
        let hours = view.corrected.hours.iter().zip(&view.truth);
        let truth = Outlook { hours: hours.map(|(hour, truth)| exact(hour.at, truth)).collect() };
        let chores = Chores::builtin();
        let sun = Daylight::stretches(spot.position, now, now + Ahead::REACH);
        let windows = |outlook: &Outlook| {
            let ahead = Ahead::new(outlook, now, now)?;
            Some(chores.windows(&ahead, TOLD, &sun))
        };
        let (Some(said), Some(right)) = (windows(&view.corrected), windows(&truth)) else { return };
        self.chores.resize(said.len(), Hours::default());
        for ((hours, said), right) in self.chores.iter_mut().zip(&said).zip(&right) {
            for hour in view.corrected.hours.iter().skip(1).take(6 * 24) {
                let at = hour.at + PAST_THE_HOUR;
                let (said, right) = (verdict_at(said, at), verdict_at(right, at));
                let is_go = |verdict| verdict == Some(ChoreVerdict::Go);
                hours.all += 1.0;
                hours.said += f64::from(is_go(said));
                hours.true_go += f64::from(is_go(right));
                hours.right += f64::from(is_go(said) && is_go(right));
                hours.harmful += f64::from(is_go(said) && right.is_none());
            }
        }
    }

    pub(crate) fn table(&self) -> String {
        let mut table = String::from(
            "| chore | hours truly go | found | false go, of all hours | of hours said go | harmful, of hours said go |\n\
             |---|---|---|---|---|---|\n",
        );
        let percent = |part: f64, whole: f64| {
            if whole > 0.0 { format!("{:.1} %", 100.0 * part / whole) } else { "none".to_owned() }
        };
        for (chore, hours) in Chores::builtin().iter().zip(&self.chores) {
            let wrong = hours.said - hours.right;
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} |",
                chore.name(Language::English),
                percent(hours.true_go, hours.all),
                percent(hours.right, hours.true_go),
                percent(wrong, hours.all),
                percent(wrong, hours.said),
                percent(hours.harmful, hours.said),
            );
        }
        table
    }
}

fn verdict_at(windows: &[Window], at: Timestamp) -> Option<ChoreVerdict> {
    windows.iter().find(|window| window.from <= at && at < window.to).map(|window| window.verdict)
}

/// The true weather as an outlook that is certain.
fn exact(at: Timestamp, truth: &TrueWeather) -> OutlookHour {
    let certain = |value: f64| Some(Ranged::normal(value, 0.0));
    OutlookHour {
        at,
        air_temperature: certain(truth.air_temperature_celsius),
        relative_humidity: certain(truth.relative_humidity_percent),
        wind_speed: certain(truth.wind_speed_metres_per_second),
        wind_gust: certain(truth.wind_gust_metres_per_second),
        precipitation: certain(truth.precipitation_millimetres),
        precipitation_probability: Some(if truth.precipitation_millimetres > 0.0 { 100.0 } else { 0.0 }),
    }
}
