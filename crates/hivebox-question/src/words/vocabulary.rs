//! Which words a language has.

use hivebox_present::NoForecast;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

/// The words of one language. Sentences with gaps are functions of what fills them.
#[derive(Debug)]
pub struct Words {
    /// Monday to Sunday.
    pub(super) weekdays: [&'static str; 7],
    /// January to December.
    pub(super) months: [&'static str; 12],
    /// A day, of its weekday, number and month.
    pub(super) day: fn(&str, i8, &str) -> String,
    /// North, south, east and west.
    pub compass: [char; 4],
    /// What separates the whole from the parts of a number.
    pub(super) decimal_mark: char,
    /// `go`, `caution`, `no` and `unknown`.
    pub(super) verdicts: [&'static str; 4],
    pub(super) no_forecast: NoForecastWords,
    /// What the command line says about chores.
    pub chores: ChoresWords,
}

/// Why there is no forecast.
#[derive(Debug)]
pub(super) struct NoForecastWords {
    pub(super) off: &'static str,
    pub(super) pending: &'static str,
    pub(super) source_failed: &'static str,
    pub(super) paused: fn(&str) -> String,
    pub(super) budget_spent: &'static str,
    pub(super) busy: &'static str,
}

/// What the command line says about chores.
#[derive(Debug)]
pub struct ChoresWords {
    /// Of the moment until which a verdict holds.
    pub until: fn(&str) -> String,
    /// The same with the verdict.
    pub verdict_until: fn(&str, &str) -> String,
    /// The same for a verdict that follows.
    pub then_until: fn(&str, &str) -> String,
    /// Before what the model says, if boxes or the beekeeper say otherwise.
    pub by_the_forecast: &'static str,
    /// Before the next stretch.
    pub next: fn(&str) -> String,
    /// A stretch: its beginning, its end and its verdict.
    pub stretch: fn(&str, &str, &str) -> String,
    /// How certain it is, in percent.
    pub certain: fn(&str) -> String,
    /// Who made the forecast: the attribution, and the name of the source.
    pub weather_data: fn(&str, &str) -> String,
    /// How many boxes correct it, by how many °C, and how far the nearest is.
    pub corrected: fn(i64, &str, &str) -> String,
    /// That no box does.
    pub not_corrected: &'static str,
    /// That no weather model is set, and how to name one.
    pub name_a_model: &'static str,
    /// That none was asked, as the question is about another moment than now.
    pub not_now: &'static str,
}

impl Words {
    /// A verdict, by its name in JSON.
    #[must_use]
    pub fn verdict(&self, slug: &str) -> &'static str {
        let [go, caution, no, unknown] = self.verdicts;
        match slug {
            "go" => go,
            "caution" => caution,
            "no" => no,
            _ => unknown,
        }
    }

    /// Why there is no forecast, as a sentence.
    #[must_use]
    pub fn no_forecast(&self, reason: NoForecast) -> String {
        let words = &self.no_forecast;
        match reason {
            NoForecast::Off => words.off.to_owned(),
            NoForecast::Pending => words.pending.to_owned(),
            NoForecast::SourceFailed => words.source_failed.to_owned(),
            NoForecast::Paused { until } => (words.paused)(&time_after(until)),
            NoForecast::BudgetSpent => words.budget_spent.to_owned(),
            NoForecast::Busy => words.busy.to_owned(),
        }
    }

    /// A moment, such as `Mon 30 Nov 12:10`.
    #[must_use]
    pub fn moment(&self, at: Timestamp, zone: &TimeZone) -> String {
        let at = zone.to_datetime(at);
        let weekday = self.weekdays[at.weekday().to_monday_zero_offset().unsigned_abs() as usize % 7];
        let month = self.months[(at.month() - 1).unsigned_abs() as usize % 12];
        format!("{} {}", (self.day)(weekday, at.day(), month), at.strftime("%H:%M"))
    }

    /// A number with its decimals, as the language writes it.
    #[must_use]
    pub fn number(&self, number: f64, decimals: usize) -> String {
        format!("{number:.decimals$}").replace('.', &self.decimal_mark.to_string())
    }
}

/// A time in UTC to full minutes, at the earliest the moment itself.
fn time_after(moment: Timestamp) -> String {
    let up_to_minutes = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    let moment = moment.round(up_to_minutes).unwrap_or(moment);
    format!("{} UTC", moment.strftime("%H:%M"))
}
