//! How the catalogue classifies the titles and units of openSenseMap on 2023-02-28.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hivebox_climate::catalogue::{Catalogue, Meaning};

/// A title and a unit, and the number of sensors with both.
struct TitleCount {
    title: String,
    unit: String,
    sensors: u64,
    is_like_temperature: bool,
}

fn kinds() -> Vec<TitleCount> {
    let mut reader = csv::Reader::from_reader(&include_bytes!("../data/sensors_2023-02-28.csv")[..]);
    let kind = |row: csv::StringRecord| TitleCount {
        title: row[0].into(),
        unit: row[1].into(),
        sensors: row[2].parse().unwrap(),
        is_like_temperature: &row[3] == "temperature",
    };
    reader.records().map(|row| kind(row.unwrap())).collect()
}

fn meaning(kind: &TitleCount) -> String {
    let catalogue = Catalogue::builtin();
    match catalogue.classify(&kind.title, &kind.unit) {
        Meaning::Measures { phenomenon, .. } => catalogue.phenomenon(phenomenon).slug().into(),
        Meaning::UnitUnknown { phenomenon } => {
            format!("{}, unit not known", catalogue.phenomenon(phenomenon).slug())
        }
        Meaning::Unknown => "-".into(),
    }
}

#[test]
fn of_12_097_sensors_like_temperature_so_many_measure_the_air() {
    let mut by_meaning = BTreeMap::<String, u64>::new();
    for kind in kinds().iter().filter(|kind| kind.is_like_temperature) {
        *by_meaning.entry(meaning(kind)).or_default() += kind.sensors;
    }
    assert_eq!(by_meaning.values().sum::<u64>(), 12_097);
    assert_eq!(by_meaning["air_temperature"], 11_157);
    insta::assert_debug_snapshot!(by_meaning);
}

#[test]
fn each_title_seen_more_than_five_times_means_what_it_should() {
    let mut table = String::new();
    for kind in kinds().iter().filter(|kind| kind.sensors > 5) {
        let (sensors, title, unit) = (kind.sensors, &kind.title, &kind.unit);
        writeln!(table, "{sensors:>5}  {title} [{unit}]  ->  {}", meaning(kind)).unwrap();
    }
    insta::assert_snapshot!(table);
}
