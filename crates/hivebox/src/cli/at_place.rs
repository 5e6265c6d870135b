//! What commands need to answer about a place: the boxes now, and the forecast for its cell.

use std::sync::Arc;

use hivebox_climate::forecast::ForecastCell;
use hivebox_climate::place::Position;
use hivebox_present::{Clock, NoForecast, Present};
use hivebox_question::at_place::PlaceForecast;
use hivebox_question::forecast::OriginBody;
use hivebox_question::parameters::stretch::TIMEZONE;
use hivebox_refresh::forecast;
use hivebox_telemetry::in_words;
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
    pub(super) now: Timestamp,
}

/// Asks openSenseMap and the weather model. Without one of them there is still an answer, so its failure is told on
/// standard error.
///
/// # Errors
/// Neither answers, or the weather model cannot be set up.
pub(super) async fn ask(settings: &Visiting, position: Position) -> Result<Known, Failure> {
    let clock = Clock::system();
    let now = clock.now();
    // Readings are no finer than milliseconds, and a moment of nanoseconds is hard to read.
    let now = now.round(Unit::Second).unwrap_or(now);
    let poller = service::poller(&settings.upstream, &settings.answer, clock, Observer::default())?;
    let source = forecast::source(&settings.forecast)?;
    let cell = ForecastCell::of(position);
    let ahead = async {
        let Some(source) = source else { return Err(NoForecast::Off) };
        let asked = forecast::ask_once(&*source, cell, now).await;
        asked.map(|forecast| (source.facts(), forecast)).map_err(|error| {
            output::note(&format!("{} has no forecast: {}", source.facts().name, in_words(&error)));
            NoForecast::SourceFailed
        })
    };
    let spinner = progress::spinner("reading senseBoxes");
    let (read, ahead) = tokio::join!(poller.poll(now, None), ahead);
    spinner.finish_and_clear();
    let forecast =
        ahead.map(|(source, forecast)| PlaceForecast { source, cell, forecast: Arc::new(forecast) });
    let present = match read {
        Ok((present, _)) => present,
        Err(error) if forecast.is_ok() => {
            output::note(&format!("{}; the weather model alone answers", in_words(&error)));
            Present::empty(now)
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Known { present, forecast, now })
}

/// A moment for people, such as `Mon 30 Nov 12:10`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%a %e %b %H:%M").to_string()
}

/// A place for people, such as `52.52° N, 13.41° E`.
pub(super) fn place(latitude: f64, longitude: f64) -> String {
    let part = |degrees: f64, positive: char, negative: char| {
        let side = if degrees < 0.0 { negative } else { positive };
        let text = format!("{:.4}", degrees.abs());
        format!("{}° {side}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    format!("{}, {}", part(latitude, 'N', 'S'), part(longitude, 'E', 'W'))
}

/// Who made the forecast, with the attribution that its licence requires.
pub(super) fn credit(origin: &OriginBody) -> String {
    let OriginBody { attribution, attribution_link, licence, .. } = origin;
    let corrected = origin.corrected_by.as_ref().map_or_else(
        || "no box nearby corrects it".to_owned(),
        |by| {
            let boxes = if by.boxes == 1 { "1 box" } else { &format!("{} boxes", by.boxes) };
            let (difference, nearest) = (by.difference_kelvin, by.nearest_km);
            format!("corrected by {boxes}, {difference:+.1} °C now, the nearest {nearest:.1} km away")
        },
    );
    format!("{attribution} ({licence}), {attribution_link}; {corrected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_moments_read_well() {
        assert_eq!(place(52.52, 13.405), "52.52° N, 13.405° E");
        assert_eq!(place(-33.0, -70.5), "33° S, 70.5° W");
        let at = "2026-12-03T11:40:00Z".parse().unwrap();
        assert_eq!(moment(at, &TimeZone::get("Europe/Berlin").unwrap()), "Thu  3 Dec 12:40");
    }
}
