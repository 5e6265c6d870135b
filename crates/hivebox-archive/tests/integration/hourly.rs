//! The hourly sums agree with a naive program that loops over all readings for each row.

use std::collections::BTreeMap;

use bytes::Bytes;
use hivebox_archive::history::hourly::{
    HourlyArea, HourlyBuilder, HourlyError, HourlyFile, HourlyReading, HourlyRow, read,
};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::histogram::Histogram;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, GeohashCell, Position};
use hivebox_climate::quantity::Canonical;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use proptest::prelude::*;

const DAY: Date = date(2026, 11, 24);
const SLUGS: [&str; 3] = ["air_temperature", "illuminance", "wind_direction"];
const EXPOSURES: [Exposure; 4] = [Exposure::Indoor, Exposure::Outdoor, Exposure::Mobile, Exposure::Unknown];
/// Münster, a place in the same cell, Sydney, and a corner of four cells.
const PLACES: [(f64, f64); 4] = [(51.96, 7.62), (51.2, 8.3), (-33.87, 151.21), (0.0, 1e-9)];
const HOUR_MILLIS: i64 = 3_600_000;

fn midnight() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

fn phenomenon(slug: &str) -> PhenomenonId {
    Catalogue::builtin().by_slug(slug).unwrap()
}

fn reading() -> impl Strategy<Value = HourlyReading> {
    // Two hours, and the first and last millisecond of the day.
    let millis =
        prop_oneof![8 => 9 * HOUR_MILLIS..11 * HOUR_MILLIS, 1 => Just(0), 1 => Just(24 * HOUR_MILLIS - 1)];
    let hundredths = prop_oneof![8 => -6000..6000, 1 => Just(999_999_999), 1 => Just(-999_999_999)];
    let place = prop::option::weighted(0.8, prop::sample::select(PLACES.to_vec()));
    (
        prop::sample::select(SLUGS.to_vec()),
        prop::sample::select(EXPOSURES.to_vec()),
        place,
        millis,
        hundredths,
    )
        .prop_map(|(slug, exposure, place, millis, hundredths)| HourlyReading {
            phenomenon: phenomenon(slug),
            exposure,
            position: place.and_then(|(latitude, longitude)| Position::new(latitude, longitude)),
            measured_at: midnight() + SignedDuration::from_millis(millis),
            hundredths,
        })
}

fn sorted(mut readings: Vec<HourlyReading>) -> Vec<HourlyReading> {
    readings.sort_by_key(|reading| reading.phenomenon);
    readings
}

fn file(readings: &[HourlyReading]) -> HourlyFile {
    let mut builder = HourlyBuilder::new(Catalogue::builtin(), DAY).unwrap();
    for reading in readings {
        builder.add(reading).unwrap();
    }
    builder.finish().unwrap()
}

fn rows(file: &HourlyFile) -> Vec<HourlyRow> {
    let mut rows = Vec::new();
    read(Bytes::from(file.bytes.clone()), |row| rows.push(row)).unwrap();
    assert_eq!(rows.len() as u64, file.rows);
    rows
}

type Key = (HourlyArea, String, &'static str, i64);

/// The rows that a reading belongs to: those of the planet and of its cell.
fn keys(reading: &HourlyReading) -> [Key; 2] {
    let area = reading
        .position
        .map_or(HourlyArea::Nowhere, |position| HourlyArea::GeohashCell(GeohashCell::of(position)));
    let slug = Catalogue::builtin().phenomenon(reading.phenomenon).slug();
    let hour = reading.measured_at.as_millisecond() / HOUR_MILLIS * HOUR_MILLIS;
    [HourlyArea::Planet, area].map(|area| (area, slug.to_owned(), reading.exposure.slug(), hour))
}

fn key(row: &HourlyRow) -> Key {
    (row.area, row.phenomenon.to_string(), row.exposure.slug(), row.hour.as_millisecond())
}

/// The sum, minimum and maximum in hundredths, and the distribution, of the row with this key.
fn naively(readings: &[HourlyReading], key: &Key) -> (i64, i32, i32, Histogram) {
    let here = || readings.iter().filter(|reading| keys(reading).contains(key));
    let id = phenomenon(&key.1);
    let mut values = Histogram::new(Catalogue::builtin().phenomenon(id).sketch_resolution());
    here().for_each(|reading| values.add(Canonical(f64::from(reading.hundredths) / 100.0)));
    let hundredths = || here().map(|reading| reading.hundredths);
    let sum = hundredths().map(i64::from).sum();
    (sum, hundredths().min().unwrap(), hundredths().max().unwrap(), values)
}

proptest! {
    #[test]
    fn each_row_tells_what_its_readings_come_to(readings in prop::collection::vec(reading(), 0..60)) {
        let readings = sorted(readings);
        let rows = rows(&file(&readings));
        let told: BTreeMap<Key, _> = rows.iter().map(|row| {
            let sums = &row.sums;
            (key(row), (sums.sum_hundredths, sums.min_hundredths, sums.max_hundredths, sums.values.clone()))
        }).collect();
        prop_assert_eq!(told.len(), rows.len(), "a row is there twice");
        let expected: BTreeMap<Key, _> =
            readings.iter().flat_map(keys).map(|key| (key.clone(), naively(&readings, &key))).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn the_order_of_the_boxes_changes_no_byte(readings in prop::collection::vec(reading(), 0..60)) {
        let mut reversed = readings.clone();
        reversed.reverse();
        prop_assert_eq!(file(&sorted(readings)), file(&sorted(reversed)));
    }
}

/// A reading in each of `cells` cells along the equator, which has 256; each round of them is an hour.
fn around_the_equator(cells: u32) -> Vec<HourlyReading> {
    let at = |number: u32| HourlyReading {
        phenomenon: phenomenon("air_temperature"),
        exposure: Exposure::Outdoor,
        position: Position::new(0.5, -179.5 + f64::from(number % 256) * 1.40625),
        measured_at: midnight() + SignedDuration::from_hours((number / 256).into()),
        hundredths: number as i32,
    };
    (0..cells).map(at).collect()
}

#[test]
fn the_planet_comes_first_in_row_groups_of_its_own() {
    let mut readings = around_the_equator(2560);
    let others: Vec<_> =
        readings.iter().map(|reading| HourlyReading { phenomenon: phenomenon("co2"), ..*reading }).collect();
    readings.extend(others);
    let file = file(&readings);
    let areas: Vec<HourlyArea> = rows(&file).iter().map(|row| row.area).collect();
    assert_eq!(areas.len(), 2 * (10 + 2560));
    assert!(areas.iter().take(20).all(|area| *area == HourlyArea::Planet), "ten hours of two phenomena");
    assert!(areas.iter().skip(20).all(|area| *area != HourlyArea::Planet));

    let reader = SerializedFileReader::new(Bytes::from(file.bytes)).unwrap();
    let groups = reader.metadata().row_groups();
    assert_eq!(groups.iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>(), [20, 5120]);
    let nulls = |group: usize| groups[group].column(3).statistics().and_then(Statistics::null_count_opt);
    assert_eq!(
        [nulls(0), nulls(1)],
        [Some(20), Some(0)],
        "a reader sees in the footer which groups are whose"
    );
}

#[test]
fn readings_that_are_not_sorted_or_of_another_day_are_refused() {
    let mut builder = HourlyBuilder::new(Catalogue::builtin(), DAY).unwrap();
    let [first] = around_the_equator(1)[..] else { panic!() };
    builder.add(&first).unwrap();
    for millis in [-1, 24 * HOUR_MILLIS] {
        let measured_at = midnight() + SignedDuration::from_millis(millis);
        let error = builder.add(&HourlyReading { measured_at, ..first }).unwrap_err();
        assert!(matches!(error, HourlyError::OtherDay { .. }), "{error}");
    }
    builder.add(&HourlyReading { phenomenon: phenomenon("co2"), ..first }).unwrap();
    let error = builder.add(&first).unwrap_err().to_string();
    assert!(error.contains("air_temperature"), "{error}");
}

#[test]
fn a_day_without_readings_is_a_file_without_rows() {
    assert_eq!(rows(&file(&[])), []);
}

#[test]
fn files_with_other_columns_are_refused() {
    let other = crate::readings::sealed(midnight(), 1);
    let error = read(other.file().clone(), |row| panic!("{row:?}")).unwrap_err();
    assert!(matches!(error, HourlyError::Contents(_)), "{error}");
    assert!(read(Bytes::from_static(b"PAR1"), |row| panic!("{row:?}")).is_err());
}
