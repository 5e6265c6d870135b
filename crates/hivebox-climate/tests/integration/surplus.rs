//! How much one box can count for.

use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Exposure;
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::summary::NetworkSummary;
use hivebox_climate::verdict::{MAX_SENSORS_OF_A_BOX, Verdict, VerdictRules};
use jiff::Timestamp;

fn as_of() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

/// A box of sensors, each given by title, unit and value.
fn add_box(builder: &mut ReadingsBuilder<'_>, id: usize, sensors: &[(&str, &str, &str)]) {
    let (id, exposure) = (format!("{id:024}"), Exposure::Outdoor);
    builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure, place: None });
    for (number, (title, unit, value)) in sensors.iter().enumerate() {
        let measured = (!value.is_empty()).then_some(Measured { value, at: as_of() });
        let id = format!("{id}{number}");
        builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type: "", measured });
    }
}

fn builder() -> ReadingsBuilder<'static> {
    ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of())
}

fn mean(readings: &Readings) -> f64 {
    NetworkSummary::of(readings, Catalogue::builtin()).mean_air_temperature().unwrap().0
}

fn verdicts(readings: &Readings) -> Vec<Verdict> {
    readings.iter().map(|reading| reading.verdict()).collect()
}

/// 300 boxes at 6 °C, and a box with so many thermometers at 49.5 °C.
fn network(hot_sensors: usize) -> Arc<Readings> {
    let mut builder = builder();
    for id in 0..300 {
        add_box(&mut builder, id, &[("Temperatur", "°C", "6")]);
    }
    add_box(&mut builder, 300, &vec![("Temperatur", "°C", "49.5"); hot_sensors]);
    builder.finish()
}

#[test]
fn one_box_hardly_moves_the_mean_of_300_however_many_thermometers_it_has() {
    let most = network(4000);
    assert!((mean(&most) - 6.0 - 4.0 * 43.5 / 304.0).abs() < 1e-9, "{}", mean(&most));
    assert_eq!(mean(&most).to_bits(), mean(&network(MAX_SENSORS_OF_A_BOX)).to_bits());
    let summary = NetworkSummary::of(&most, Catalogue::builtin());
    let air = summary.air_temperature();
    assert_eq!((air.count(), air.by_verdict[Verdict::Surplus.index()]), (304, 3996));
}

#[test]
fn the_first_sensors_of_a_phenomenon_count_in_the_order_of_the_box() {
    use Verdict::{Implausible, Missing, Ok, Surplus, UnitUnknown};
    let mut builder = builder();
    add_box(&mut builder, 0, &[("Temperatur", "°C", "1"); 3]);
    let sensors = [
        ("Temperatur", "°C", "1"),
        ("PM10", "µg/m³", "1"),
        ("Temperatur", "%", "1"),
        ("Temperature BME280", "°C", ""),
        ("Temperatur", "°F", "1"),
        ("Temperatur", "°C", "400"),
        ("Temperatur", "°C", "5"),
        ("PM10", "µg/m³", "2"),
        ("Temperatur", "°C", "400"),
        ("Kalibrierungswert", "", "7"),
    ];
    add_box(&mut builder, 1, &sensors);
    add_box(&mut builder, 2, &[("Temperatur", "°C", "1")]);
    let readings = builder.finish();
    // A sensor that shows nothing keeps its place, so that a verdict does not depend on the moment.
    let of_second = [Ok, Ok, UnitUnknown, Missing, Ok, Implausible, Surplus, Ok, Implausible, UnitUnknown];
    assert_eq!(verdicts(&readings), [&[Ok; 3][..], &of_second, &[Ok]].concat());
    assert!((readings.reading(9).value().unwrap().0 - 5.0).abs() < 1e-9, "it keeps its value");
}

#[test]
fn another_moment_and_another_replica_find_the_same_sensors_surplus() {
    let mut builder = builder();
    add_box(&mut builder, 0, &[("Temperatur", "°C", "1"); 2]);
    add_box(&mut builder, 1, &[("Temperatur", "°C", "1"); 6]);
    let readings = builder.finish();
    let (catalogue, rules) = (Catalogue::builtin(), VerdictRules::default());
    let past = as_of() - jiff::SignedDuration::from_hours(240);
    let judged = readings.iter().map(|reading| {
        let measured = Measured { value: "2", at: past };
        reading.judge_another(catalogue, &rules, past, measured).1.verdict
    });
    assert_eq!(judged.collect::<Vec<_>>(), verdicts(&readings));
    let sent = Readings::from_bytes(&readings.to_bytes().unwrap(), catalogue, rules).unwrap();
    assert_eq!(verdicts(&sent), verdicts(&readings));
    assert_eq!(verdicts(&readings).iter().filter(|verdict| **verdict == Verdict::Surplus).count(), 2);
}
