//! Makes up stations of openSenseMap's built-in models, near real stations.

use super::{SensorDescription, Station, StationList, StationPlace, StationSensor, real};
use crate::object_id::ObjectId;
use crate::seed::Seed;

type Layout = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

const PM: [(&str, &str, &str); 2] = [("PM10", "µg/m³", "SDS 011"), ("PM2.5", "µg/m³", "SDS 011")];
const TEMPERATURE: &str = "Temperatur";
const HUMIDITY: &str = "rel. Luftfeuchte";
const PRESSURE: &str = "Luftdruck";
const LIGHT: (&str, &str, &str) = ("Beleuchtungsstärke", "lx", "TSL45315");
const UV: (&str, &str, &str) = ("UV-Intensität", "μW/cm²", "VEML6070");

/// The most common models, repeated about as often as they are used.
const LAYOUTS: [Layout; 10] = [
    ("luftdaten_sds011_bme280", &LUFTDATEN_BME280),
    ("luftdaten_sds011_bme280", &LUFTDATEN_BME280),
    ("luftdaten_sds011_bme280", &LUFTDATEN_BME280),
    ("luftdaten_sds011_dht22", &LUFTDATEN_DHT22),
    ("luftdaten_sds011_dht22", &LUFTDATEN_DHT22),
    ("homeV2WifiFeinstaub", &HOME_V2_FEINSTAUB),
    ("homeV2Wifi", &HOME_V2),
    ("homeV2Lora", &HOME_V2),
    ("luftdaten_sds011_bmp180", &LUFTDATEN_BMP180),
    ("custom", &CUSTOM),
];
const LUFTDATEN_BME280: [(&str, &str, &str); 5] =
    [PM[0], PM[1], (TEMPERATURE, "°C", "BME280"), (HUMIDITY, "%", "BME280"), (PRESSURE, "Pa", "BME280")];
const LUFTDATEN_DHT22: [(&str, &str, &str); 4] =
    [PM[0], PM[1], (TEMPERATURE, "°C", "DHT22"), (HUMIDITY, "%", "DHT22")];
const LUFTDATEN_BMP180: [(&str, &str, &str); 4] =
    [PM[0], PM[1], (TEMPERATURE, "°C", "BMP180"), (PRESSURE, "hPa", "BMP180")];
const HOME_V2: [(&str, &str, &str); 5] =
    [(TEMPERATURE, "°C", "HDC1080"), (HUMIDITY, "%", "HDC1080"), (PRESSURE, "hPa", "BMP280"), LIGHT, UV];
const HOME_V2_FEINSTAUB: [(&str, &str, &str); 7] =
    [HOME_V2[0], HOME_V2[1], HOME_V2[2], HOME_V2[3], HOME_V2[4], PM[0], PM[1]];
const CUSTOM: [(&str, &str, &str); 4] = [
    ("Temperature", "°F", "DS18B20"),
    ("Bodentemperatur", "°C", "SMT50"),
    ("Bodenfeuchte", "%", "SMT50"),
    ("Windgeschwindigkeit", "km/h", "WINDSPEED"),
];

/// Coprime to the number of real stations, so steps of this size visit each station once before
/// repeating, and even a short list is a fair sample.
const STRIDE: usize = 7919;

/// The largest distance of a made-up station from its real template, in degrees.
const JITTER: f64 = 0.05;

/// Makes up `count` stations.
pub(super) fn catalogue(count: usize, seed: Seed) -> StationList {
    let real = real::catalogue();
    let (mut models, mut all_kinds) = (Vec::new(), Vec::new());
    let (mut stations, mut all_sensors) = (Vec::with_capacity(count), Vec::with_capacity(count * 5));
    let layouts = LAYOUTS.map(|(model, sensors)| {
        let model_index = rank(&mut models, |known| known == model, || model.to_owned());
        let kinds: Vec<u32> = sensors.iter().map(|&texts| kind_index(&mut all_kinds, texts)).collect();
        (model_index, kinds)
    });
    for index in 0..count {
        let template = &real.stations[index.wrapping_mul(STRIDE) % real.stations.len()];
        let seed = seed.with(index as u64);
        let (model, kinds) = &layouts[(seed.with(1).bits() % layouts.len() as u64) as usize];
        let id = ObjectId::at(template.created_at, seed.with(2));
        stations.push(Station {
            id,
            created_at: template.created_at,
            last_measurement_at: template.last_measurement_at,
            active: template.active,
            exposure: template.exposure,
            model: *model,
            place: near(template.place, seed.with(3)),
            first_sensor: all_sensors.len() as u32,
            sensors: kinds.len() as u32,
        });
        all_sensors.extend((1..).zip(kinds).map(|(step, &kind)| StationSensor { id: id.after(step), kind }));
    }
    StationList::assemble(models, all_kinds, stations, all_sensors)
}

fn kind_index(kinds: &mut Vec<SensorDescription>, (title, unit, chip): (&str, &str, &str)) -> u32 {
    let same = |kind: &SensorDescription| {
        kind.title == title && kind.unit == unit && kind.sensor_type.as_deref() == Some(chip)
    };
    rank(kinds, same, || SensorDescription::new(title.to_owned(), unit.to_owned(), Some(chip.to_owned())))
}

/// The index of the matching item, which is appended if there is none.
fn rank<T>(items: &mut Vec<T>, same: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> u32 {
    let found = items.iter().position(same);
    found.unwrap_or_else(|| {
        items.push(make());
        items.len() - 1
    }) as u32
}

fn near(place: StationPlace, seed: Seed) -> StationPlace {
    let jitter = |seed: Seed| seed.between(-JITTER, JITTER);
    let round = |degrees: f64| (degrees * 100.0).round() / 100.0;
    StationPlace {
        longitude: round(place.longitude + jitter(seed.with(1))).clamp(-180.0, 180.0),
        latitude: round(place.latitude + jitter(seed.with(2))).clamp(-90.0, 90.0),
        height: place.height,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::catalogue;
    use crate::seed::Seed;

    #[test]
    fn more_stations_than_real_ones_have_ids_of_their_own() {
        let made = catalogue(15_000, Seed::new(1));
        let ids: HashSet<_> = made.stations().iter().map(|station| station.id).collect();
        assert_eq!(ids.len(), 15_000);
    }

    #[test]
    fn even_a_short_list_has_a_third_of_active_stations() {
        let made = catalogue(300, Seed::new(1));
        let active = made.stations().iter().filter(|station| station.active).count();
        assert!((75..=120).contains(&active), "{active}");
    }
}
