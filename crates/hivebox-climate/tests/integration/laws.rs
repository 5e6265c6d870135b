//! Properties that hold for any input.

use std::sync::Arc;

use hivebox_climate::catalogue::{Catalogue, Meaning};
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::Celsius;
use hivebox_climate::readings::{
    BoxFacts, BoxReadings, Measured, Reading, Readings, ReadingsBuilder, SensorFacts,
};
use hivebox_climate::status::Bands;
use hivebox_climate::summary::NetworkSummary;
use hivebox_climate::title;
use hivebox_climate::verdict::{Verdict, VerdictRules};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// A sensor: title, unit, and optionally value and age in seconds (negative for the future).
type Drawn = (String, String, Option<(String, i64)>);

fn as_of() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn text_of(choices: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(choices).prop_map(str::to_owned), 1 => any::<String>()]
}

fn sensor() -> impl Strategy<Value = Drawn> {
    let title = text_of(&["Temperatur", "Temperature DHT22", "Luftdruck", "PM10", "rel. Luftfeuchte", "?"]);
    let unit = text_of(&["°C", "°F", "K", "hPa", "Pa", "%", "µg/m³", ""]);
    let number = prop_oneof![
        (-200.0..200.0_f64).prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| value.to_string())
    ];
    let value = prop_oneof![8 => number, 1 => any::<String>()];
    (title, unit, prop::option::weighted(0.9, (value, -7200..7200_i64)))
}

fn readings(sensors: &[Drawn]) -> Arc<Readings> {
    readings_after(sensors, None)
}

fn readings_after(sensors: &[Drawn], previous: Option<&Readings>) -> Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    for (index, (title, unit, measured)) in sensors.iter().enumerate() {
        // Boxes with three sensors, one sensor or none, and with zero, one or two grouptags.
        if index % 3 == 0 {
            for (id, model) in [
                (format!("empty{index}"), "empty".to_owned()),
                (format!("{index}"), format!("{}", index % 7)),
            ] {
                builder.add_box(&BoxFacts {
                    id: &id,
                    name: "",
                    model: &model,
                    exposure: Exposure::Outdoor,
                    place: None,
                });
                ["bees", "moor"].iter().take(index % 5).for_each(|tag| builder.add_grouptag(tag));
            }
        }
        let measured = measured
            .as_ref()
            .map(|(value, age)| Measured { value, at: as_of() - SignedDuration::from_secs(*age) });
        let id = format!("s{index}");
        builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type: "", measured });
    }
    builder.finish_after(previous)
}

/// Everything visible of each row and box, as text because NaN is not equal to itself.
fn rows(readings: &Readings) -> Vec<String> {
    let row = |reading: Reading<'_>| {
        let of_box =
            (reading.box_id(), reading.box_name(), reading.model(), reading.exposure(), reading.place());
        let of_sensor = (reading.sensor_id(), reading.kind());
        let measured = (reading.raw_value(), reading.value(), reading.measured_at(), reading.verdict());
        let unchanged = (reading.unchanged_since(), reading.unchanged_times(), reading.was_seen_to_change());
        format!("{of_box:?} {of_sensor:?} {measured:?} {unchanged:?}")
    };
    let of_box = |it: BoxReadings<'_>| {
        format!("{} {} {:?} {:?}", it.id(), it.model(), it.grouptags().collect::<Vec<_>>(), it.rows())
    };
    readings.iter().map(row).chain(readings.boxes().map(of_box)).collect()
}

proptest! {
    #[test]
    fn normalising_a_title_twice_is_as_good_as_once(title: String) {
        let once = title::normalise(&title);
        prop_assert_eq!(title::normalise(&once), once);
    }

    #[test]
    fn case_and_space_do_not_change_what_a_title_means(index in 0..5_usize, spaces in 0..4_usize) {
        let titles = ["Temperatur", "rel. Luftfeuchte", "PM2.5", "Beleuchtungsstärke", "Wind speed"];
        let units = ["°C", "%", "µg/m³", "lx", "m/s"];
        let classify = |title: &str| Catalogue::builtin().classify(title, units[index]);
        let spaced = format!("{0}{1}{0}", " ".repeat(spaces), titles[index]);
        let is_known = matches!(classify(titles[index]), Meaning::Measures { .. });
        prop_assert!(is_known);
        prop_assert_eq!(classify(&spaced.to_uppercase()), classify(titles[index]));
        prop_assert_eq!(classify(&spaced.to_lowercase()), classify(titles[index]));
    }

    #[test]
    fn each_sensor_has_one_verdict_and_is_counted_once(sensors in prop::collection::vec(sensor(), 0..40)) {
        let readings = readings(&sensors);
        let summary = NetworkSummary::of(&readings, Catalogue::builtin());
        prop_assert_eq!(readings.len(), sensors.len());
        prop_assert_eq!(readings.iter().len(), sensors.len());
        prop_assert_eq!(summary.by_verdict().iter().sum::<u64>(), sensors.len() as u64);
    }

    #[test]
    fn a_reading_that_counts_is_finite_plausible_and_within_the_hour(sensors in prop::collection::vec(sensor(), 0..40)) {
        for reading in readings(&sensors).iter().filter(|reading| reading.verdict() == Verdict::Ok) {
            let phenomenon = Catalogue::builtin().phenomenon(reading.phenomenon().unwrap());
            prop_assert!(phenomenon.plausible().contains(&reading.value().unwrap().0));
            let age = as_of().duration_since(reading.measured_at().unwrap());
            prop_assert!(age <= VerdictRules::default().max_age && age >= -SignedDuration::from_mins(5));
        }
    }

    #[test]
    fn a_mean_lies_between_the_least_and_the_greatest_that_count(sensors in prop::collection::vec(sensor(), 0..40)) {
        let readings = readings(&sensors);
        let air = Catalogue::builtin().air_temperature();
        let counting: Vec<f64> = readings
            .iter()
            .filter(|reading| reading.verdict() == Verdict::Ok && reading.phenomenon() == Some(air))
            .map(|reading| reading.value().unwrap().0)
            .collect();
        match NetworkSummary::of(&readings, Catalogue::builtin()).mean_air_temperature() {
            None => prop_assert!(counting.is_empty()),
            Some(Celsius(mean)) => {
                let (least, greatest) = counting.iter().fold((f64::MAX, f64::MIN), |(least, greatest), value| (least.min(*value), greatest.max(*value)));
                prop_assert!((least..=greatest).contains(&mean), "{mean} of {counting:?}");
            }
        }
    }

    #[test]
    fn readings_read_back_from_bytes_are_the_same(
        before in prop::collection::vec(sensor(), 0..40),
        sensors in prop::collection::vec(sensor(), 0..40),
        unchanged in 0..40_usize,
    ) {
        let sensors = [&before[..unchanged.min(before.len())], &sensors[..]].concat();
        let sent = readings_after(&sensors, Some(&readings(&before)));
        let bytes = sent.to_bytes().unwrap();
        let read = Readings::from_bytes(&bytes, Catalogue::builtin(), VerdictRules::default()).unwrap();
        prop_assert_eq!(read.as_of(), sent.as_of());
        prop_assert_eq!(rows(&read), rows(&sent));
        prop_assert_eq!(NetworkSummary::of(&read, Catalogue::builtin()), NetworkSummary::of(&sent, Catalogue::builtin()));
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn bytes_with_an_error_are_refused_or_read_as_other_readings(
        sensors in prop::collection::vec(sensor(), 1..10),
        at in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut bytes = readings(&sensors).to_bytes().unwrap();
        let length = bytes.len();
        bytes[at.index(length)] = byte;
        if let Ok(read) = Readings::from_bytes(&bytes, Catalogue::builtin(), VerdictRules::default()) {
            prop_assert_eq!(rows(&read).len(), read.len() + read.box_count());
        }
        prop_assert!(Readings::from_bytes(&bytes[..at.index(length)], Catalogue::builtin(), VerdictRules::default()).is_err());
    }

    #[test]
    fn the_order_of_sensors_changes_no_count(sensors in prop::collection::vec(sensor(), 0..40)) {
        let mut reversed = sensors.clone();
        reversed.reverse();
        let counts = |sensors: &[Drawn]| NetworkSummary::of(&readings(sensors), Catalogue::builtin()).by_verdict();
        prop_assert_eq!(counts(&sensors), counts(&reversed));
    }

    #[test]
    fn bands_read_what_they_write(low in -50..20_i32, width in 1..60_i32, temperature in -80.0..80.0_f64) {
        let bands: Bands = format!("{low}:Cold,{}:Good,:Hot", low + width).parse().unwrap();
        let again: Bands = bands.to_string().parse().unwrap();
        prop_assert_eq!(again.word(Celsius(temperature)), bands.word(Celsius(temperature)));
        let word = if temperature < f64::from(low) { "Cold" } else if temperature < f64::from(low + width) { "Good" } else { "Hot" };
        prop_assert_eq!(bands.word(Celsius(temperature)), word);
    }
}

#[test]
fn the_mean_of_equal_readings_is_that_reading() {
    let sensor = ("Temperatur".to_owned(), "°C".to_owned(), Some(("0.1".to_owned(), 0)));
    let summary =
        NetworkSummary::of(&readings(&[sensor.clone(), sensor.clone(), sensor]), Catalogue::builtin());
    assert_eq!(summary.mean_air_temperature(), Some(Celsius(0.1)));
}
