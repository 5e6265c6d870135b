//! What commands need to answer about a place: the boxes now, and the forecast for its cell.

use std::sync::Arc;

use forecast_sources::FailureKind;
use hivebox_climate::forecast::ForecastCell;
use hivebox_climate::place::Position;
use hivebox_present::{Clock, NoForecast, Present};
use hivebox_question::at_place::PlaceForecast;
use hivebox_question::forecast::OriginBody;
use hivebox_question::parameters::stretch::TIMEZONE;
use hivebox_question::words::Words;
use hivebox_refresh::forecast::{self, AskError};
use hivebox_refresh::upstream::PollError;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use opensensemap::Observer;

use super::output;
use super::progress;
use super::settings::{SettingFlags, Visiting};
use super::values;
use crate::exit::Failure;
use crate::service;

/// The flags of commands that answer about a place once.
#[derive(Debug, clap::Args)]
pub(super) struct VisitFlags {
    /// Time zone of the times, by its name in the IANA time zone database, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = values::of(TIMEZONE.kind))]
    pub(super) timezone: TimeZone,
    /// Print JSON, as the HTTP API does
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) settings: SettingFlags<Visiting>,
}

/// What is known about the weather at a place now.
pub(super) struct Known {
    pub(super) present: Present,
    pub(super) forecast: Result<PlaceForecast, NoForecast>,
    /// Why the weather model has no forecast and what to do, if it was asked.
    pub(super) failure: Option<String>,
    pub(super) now: Timestamp,
}

/// Asks openSenseMap and the weather model, which knows nothing about another moment, `at`, than now. Without one of
/// them there is still an answer.
///
/// # Errors
/// Neither answers, or the weather model cannot be set up.
pub(super) async fn ask(
    settings: &Visiting,
    position: Position,
    at: Option<Timestamp>,
) -> Result<Known, Failure> {
    let clock = Clock::system();
    let now = clock.now();
    // Readings are no finer than milliseconds, and a moment of nanoseconds is hard to read.
    let now = at.unwrap_or_else(|| now.round(Unit::Second).unwrap_or(now));
    let poller = service::poller(&settings.upstream, &settings.answer, clock, Observer::default())?;
    let source = if at.is_some() { None } else { forecast::source(&settings.forecast)? };
    let cell = ForecastCell::of(position);
    let ahead = async {
        let Some(source) = source else { return (Err(NoForecast::Off), None) };
        let facts = source.facts();
        match forecast::ask_once(&*source, cell, now).await {
            Ok(forecast) => (Ok(PlaceForecast { source: facts, cell, forecast: Arc::new(forecast) }), None),
            Err(error) => (Err(NoForecast::SourceFailed), Some(model_failed(facts.name, &error))),
        }
    };
    let spinner = progress::spinner("reading senseBoxes");
    let (read, (forecast, failure)) = tokio::join!(poller.poll(now, None), ahead);
    spinner.finish_and_clear();
    let present = match read {
        Ok((present, _)) => present,
        Err(error) if forecast.is_ok() => {
            output::note(&format!("{}; the weather model alone answers", upstream_failed(&error)));
            Present::empty(now)
        }
        Err(error) => {
            let message = format!(
                "{}; check the network, or name another source with --upstream",
                upstream_failed(&error)
            );
            return Err(Failure::new(Failure::code_of_poll(&error), message));
        }
    };
    Ok(Known { present, forecast, failure, now })
}

/// What went wrong with the weather model, and what to do.
fn model_failed(name: &str, error: &AskError) -> String {
    let next = match error {
        AskError::Fetch(error) => match error.kind() {
            FailureKind::Forbidden => "check --contact",
            FailureKind::RateLimited | FailureKind::Paused => "others at this address may ask it, too",
            FailureKind::Timeout => "raise --forecast-timeout, or check the network",
            _ => "check the network and --forecast",
        },
        AskError::Useless(_) | AskError::Nothing => "check --forecast",
    };
    format!("{name} has no forecast: {error}; {next}")
}

/// What went wrong with openSenseMap.
fn upstream_failed(error: &PollError) -> String {
    match error {
        PollError::Fetch(error) => format!("openSenseMap cannot be read: {}", error.in_public()),
        PollError::File { .. } | PollError::Decode { .. } => error.to_string(),
    }
}

/// A place and a moment for people, such as `52.52° N, 13.405° E, Mon 30 Nov 12:10 (Europe/Berlin)`.
pub(super) fn heading(
    (latitude, longitude): (f64, f64),
    at: Timestamp,
    zone: &TimeZone,
    words: &Words,
) -> String {
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{}, {} ({name})", place(latitude, longitude, words), words.moment(at, zone))
}

/// A place for people, such as `52.52° N, 13.41° E`.
fn place(latitude: f64, longitude: f64, words: &Words) -> String {
    let [north, south, east, west] = words.compass;
    let part = |degrees: f64, positive: char, negative: char| {
        let side = if degrees < 0.0 { negative } else { positive };
        let text = format!("{:.4}", degrees.abs());
        format!("{}° {side}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    format!("{}, {}", part(latitude, north, south), part(longitude, east, west))
}

/// Who made the forecast, with the attribution that its licence requires.
pub(super) fn credit(origin: &OriginBody, words: &Words) -> String {
    let OriginBody { attribution, attribution_link, licence, name, .. } = origin;
    let say = &words.chores;
    let attribution = (say.weather_data)(attribution, name);
    let corrected = origin.corrected_by.as_ref().map_or_else(
        || say.not_corrected.to_owned(),
        |by| {
            let sign = if by.difference_kelvin < 0.0 { "" } else { "+" };
            let difference = format!("{sign}{}", words.number(by.difference_kelvin, 1));
            (say.corrected)(by.boxes, &difference, &words.number(by.nearest_km, 1))
        },
    );
    format!("{attribution} ({licence}), {attribution_link}; {corrected}")
}

#[cfg(test)]
mod tests {
    use hivebox_climate::chores::Language;

    use super::*;

    #[test]
    fn places_and_moments_read_well() {
        assert_eq!(place(-33.0, -70.5, Words::of(Language::English)), "33° S, 70.5° W");
        let at = "2026-12-03T11:40:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let heading = |language| heading((52.5, 13.4), at, &zone, Words::of(language));
        assert_eq!(heading(Language::English), "52.5° N, 13.4° E, Thu 3 Dec 12:40 (Europe/Berlin)");
        assert_eq!(heading(Language::German), "52.5° N, 13.4° O, Do 3. Dez 12:40 (Europe/Berlin)");
    }
}
