//! The answer of Open-Meteo, written place by place.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::query::{AskedPlace, OpenMeteoQuery};
use super::variable::Variable;
use crate::fault::ForecastFault;
use crate::fault::body::Spoil;
use crate::json::raw;
use crate::model::{ModelOver, ModelWeather};
use crate::simulation::Simulation;
use crate::weather::hour::HOUR;

const DAY: i64 = 24 * HOUR;
const QUARTER_OF_AN_HOUR: i64 = 900_000;

/// The value that no weather has.
const ABSURD: f64 = 999.0;

/// The answer as pieces of text, one for each place. A clone continues from the same position, which
/// lets a fault find the middle.
#[derive(Clone, Debug)]
pub(crate) struct OpenMeteoBody {
    simulation: Arc<Simulation>,
    query: Arc<OpenMeteoQuery>,
    /// What time it is for the model.
    now: i64,
    fault: Option<ForecastFault>,
    spoil: Option<Spoil>,
    /// The numbers of the places in the question, in the order of the answer.
    places: Arc<[usize]>,
    next: usize,
    begun: bool,
    ended: bool,
}

impl OpenMeteoBody {
    pub(crate) fn new(
        simulation: Arc<Simulation>,
        query: OpenMeteoQuery,
        now: Timestamp,
        fault: Option<ForecastFault>,
        spoil: Option<Spoil>,
    ) -> Self {
        let count = query.places.len();
        let places: Arc<[usize]> = match fault {
            Some(ForecastFault::MissingPlaces) => (0..count / 2).collect(),
            Some(ForecastFault::SwappedPlaces) => (0..count).rev().collect(),
            _ => (0..count).collect(),
        };
        let now = now.as_millisecond();
        let stuck = fault == Some(ForecastFault::StuckRun);
        Self {
            simulation,
            now: if stuck { now - (query.forecast_days + 1) * DAY } else { now },
            query: Arc::new(query),
            fault,
            spoil,
            places,
            next: 0,
            begun: false,
            ended: false,
        }
    }

    /// An object for one place, an array for several or none.
    fn is_list(&self) -> bool {
        self.query.places.len() > 1 || self.places.is_empty()
    }

    fn write_place(&self, out: &mut Vec<u8>, number: usize) {
        let AskedPlace { latitude, longitude, elevation } = self.query.places[number];
        let mut model = self.simulation.model_over(latitude, longitude);
        if let Some(height) = elevation {
            model = model.at_height(height);
        }
        // As the real one's coordinates, which are single floats.
        let (latitude, longitude) = (model.latitude_degrees() as f32, model.longitude_degrees() as f32);
        text(
            out,
            format_args!(r#"{{"latitude":{latitude:?},"longitude":{longitude:?},"generationtime_ms":0.2,"#),
        );
        raw(out, r#""utc_offset_seconds":0,"timezone":"GMT","timezone_abbreviation":"GMT","#);
        text(out, format_args!(r#""elevation":{:?}"#, model.height_metres()));
        if number > 0 {
            text(out, format_args!(r#","location_id":{number}"#));
        }
        if !self.query.current.is_empty() {
            self.write_current(out, &mut model);
        }
        if !self.query.hourly.is_empty() {
            self.write_hourly(out, &mut model);
        }
        out.push(b'}');
    }

    fn write_current(&self, out: &mut Vec<u8>, model: &mut ModelOver<'_>) {
        let at = self.now.div_euclid(QUARTER_OF_AN_HOUR) * QUARTER_OF_AN_HOUR;
        let (now, before) = (self.at(model, at), self.at(model, at - HOUR));
        self.write_units(out, "current", r#""interval":"seconds","#, &self.query.current);
        raw(out, r#","current":{"time":"#);
        self.write_time(out, at);
        raw(out, r#","interval":900"#);
        for &variable in &self.query.current {
            text(out, format_args!(r#","{}":"#, variable.name()));
            self.write_value(out, variable, &now, &before);
        }
        out.push(b'}');
    }

    fn write_hourly(&self, out: &mut Vec<u8>, model: &mut ModelOver<'_>) {
        let today = self.now.div_euclid(DAY) * DAY;
        let (first, end) = (today - self.query.past_days * DAY, today + self.query.forecast_days * DAY);
        let count = ((end - first) / HOUR) as usize;
        // With the hour before the first one.
        let weather: Vec<ModelWeather> =
            (0..=count as i64).map(|hour| self.at(model, first + (hour - 1) * HOUR)).collect();
        self.write_units(out, "hourly", "", &self.query.hourly);
        raw(out, r#","hourly":{"time":["#);
        for hour in 0..count {
            separate(out, hour);
            self.write_time(out, first + hour as i64 * HOUR);
        }
        out.push(b']');
        let kept = if self.fault == Some(ForecastFault::ShortArrays) { count * 2 / 3 } else { count };
        for &variable in &self.query.hourly {
            text(out, format_args!(r#","{}":["#, variable.name()));
            for (hour, pair) in weather.windows(2).take(kept).enumerate() {
                separate(out, hour);
                self.write_value(out, variable, &pair[1], &pair[0]);
            }
            out.push(b']');
        }
        out.push(b'}');
    }

    /// The model at a time: of its last run, or in the past of the run of that hour.
    fn at(&self, model: &mut ModelOver<'_>, valid: i64) -> ModelWeather {
        let run = self.now.min(valid).div_euclid(HOUR) * HOUR;
        model.at_millis(run, valid)
    }

    fn write_units(&self, out: &mut Vec<u8>, of: &str, more: &str, variables: &[Variable]) {
        let units = self.query.units;
        let time = if units.unix_time { "unixtime" } else { "iso8601" };
        text(out, format_args!(r#","{of}_units":{{"time":"{time}""#));
        if let Some(more) = more.strip_suffix(',') {
            text(out, format_args!(",{more}"));
        }
        for variable in variables {
            let unit = match self.fault {
                Some(ForecastFault::WrongUnits) => variable.wrong_unit(units),
                _ => variable.unit(units),
            };
            text(out, format_args!(r#","{}":"{unit}""#, variable.name()));
        }
        out.push(b'}');
    }

    fn write_time(&self, out: &mut Vec<u8>, millis: i64) {
        if self.query.units.unix_time {
            text(out, format_args!("{}", millis / 1000));
        } else {
            let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
            text(out, format_args!("\"{}\"", Offset::UTC.to_datetime(time).strftime("%Y-%m-%dT%H:%M")));
        }
    }

    fn write_value(&self, out: &mut Vec<u8>, variable: Variable, now: &ModelWeather, before: &ModelWeather) {
        let units = self.query.units;
        let value = match self.fault {
            Some(ForecastFault::Nulls) => return raw(out, "null"),
            Some(ForecastFault::AbsurdValues) => ABSURD,
            _ => variable.value(now, before, units),
        };
        text(out, format_args!("{value:.*}", variable.decimals(units)));
    }
}

impl Iterator for OpenMeteoBody {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut out = Vec::with_capacity(16 * 1024);
        if !self.begun && self.is_list() {
            out.push(b'[');
        }
        self.begun = true;
        if let Some(&number) = self.places.get(self.next) {
            separate(&mut out, self.next);
            let start = out.len();
            self.write_place(&mut out, number);
            if let Some(spoil) = self.spoil.filter(|spoil| spoil.nth.min(self.places.len() - 1) == self.next)
            {
                spoil.apply(&mut out, start);
            }
            self.next += 1;
        }
        if self.next == self.places.len() {
            self.ended = true;
            if self.is_list() {
                out.push(b']');
            }
        }
        Some(out.into())
    }
}

fn separate(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

fn text(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a vector cannot fail");
}
