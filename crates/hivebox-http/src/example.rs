//! A small network of senseBoxes. The handlers' own code turns it into the examples of the API's description.

use std::sync::Arc;
use std::time::Duration;

use forecast_sources::OpenMeteo;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::forecast::{ForecastCell, ModelHoursBuilder};
use hivebox_climate::place::{Exposure, Place, Position, Tile};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::status::Bands;
use hivebox_climate::verdict::VerdictRules;
use hivebox_config::AnswerConfig;
use hivebox_present::{CellForecast, Present};
use hivebox_question::at_place::PlaceForecast;
use jiff::{SignedDuration, Timestamp};

/// 2024-10-14T09:20:00Z, as in the other examples.
pub(super) const MOMENT: Timestamp = Timestamp::constant(1_728_897_600, 0);

/// The default of `max-reading-age`.
pub(super) const MAX_READING_AGE: SignedDuration = SignedDuration::from_hours(1);

/// Per box: id, name, distance to the first box in hundredths of a degree, temperature and humidity.
const BOXES: [(&str, &str, f64, [&str; 2]); 6] = [
    ("5ade1acf223bd80019a1011c", "Imkerei am Kanal", 0.0, ["16.07", "71.2"]),
    ("5b0d436e0c1ab9001a7b0b7e", "Schulgarten", 1.0, ["16.31", "69.8"]),
    ("5bf8373386f11b001aae627e", "Balkon", 2.0, ["15.88", "70.4"]),
    ("5c6b1e6f3bd6ff001a3c2a41", "Gasometer", 3.0, ["16.40", "68.9"]),
    ("5d6d5269953683001ae46adc", "Hauptbahnhof", 4.0, ["15.95", "72.0"]),
    ("5e60cf5557703e001bdae7f8", "Dachterrasse", 5.0, ["-127", "70.9"]),
];

/// The network, as of [`MOMENT`].
pub(super) fn present() -> Present {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), MOMENT);
    for (id, name, steps, [temperature, humidity]) in BOXES {
        let place = Place::new(51.96 + 0.01 * steps, 7.63, Some(60.0));
        builder.add_box(&BoxFacts { id, name, model: "homeV2Wifi", exposure: Exposure::Outdoor, place });
        builder.add_grouptag("bees");
        let at = MOMENT - SignedDuration::from_secs(40 + steps as i64);
        let sensors = [("Temperatur", "°C", temperature), ("rel. Luftfeuchte", "%", humidity)];
        for (index, (title, unit, value)) in sensors.into_iter().enumerate() {
            let id = format!("{}{index}", &id[..23]);
            let measured = Some(Measured { value, at });
            builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type: "HDC1080", measured });
        }
    }
    let config =
        AnswerConfig { ttl: Duration::from_mins(5), rules: VerdictRules::default(), bands: Bands::hive() };
    Present::of(builder.finish(), 0, &config)
}

/// The place of the first box.
pub(super) fn position() -> Position {
    Position::new(51.96, 7.63).expect("the place is on Earth")
}

/// A tile of a map with the boxes.
pub(super) fn tile() -> Tile {
    Tile::new(8, 133, 84).expect("there are 256 tiles in each row at this zoom")
}

/// A forecast of ten days for the network.
pub(super) fn forecast() -> PlaceForecast {
    let first = MOMENT - SignedDuration::from_hours(24);
    let mut builder = ModelHoursBuilder::new(first, Some(Metres(58.0)));
    for hour in 0_i32..240 {
        // From the coldest hour in the morning to the warmest in the afternoon, and rain each third day.
        let warmth = (f64::from((hour + 9) % 24 - 15) / 24.0 * std::f64::consts::TAU).cos();
        let rains = hour % 72 >= 60;
        builder.push([
            Some(12.0 + 4.0 * warmth),
            Some(75.0 - 10.0 * warmth),
            Some(2.5 + warmth),
            Some(5.0 + 2.0 * warmth),
            Some(if rains { 0.6 } else { 0.0 }),
            Some(if rains { 70.0 } else { 5.0 }),
        ]);
    }
    let fetched_at = MOMENT - SignedDuration::from_mins(13);
    let forecast = CellForecast {
        hours: builder.finish(),
        fetched_at,
        updated_at: None,
        expires_at: fetched_at + SignedDuration::from_hours(1),
    };
    let cell = ForecastCell::of(position());
    PlaceForecast { source: &OpenMeteo::FACTS, cell, forecast: Arc::new(forecast) }
}
