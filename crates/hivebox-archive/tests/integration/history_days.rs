//! The files of days, boxes and sensors agree with a naive program, in whatever parts the readings come.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hivebox_archive::history::hourly::{HourlyBuilder, HourlyReading};
use hivebox_archive::history::{
    BoxRow, CollectedReading, CollectedReadings, DayFiles, DayRow, InventoryFiles, SensorRow, merge_day,
    merge_inventory, read_boxes, read_day, read_sensors,
};
use hivebox_archive::{Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

use crate::readings::{noon, readings};

const HOUR_MILLIS: i64 = 3_600_000;
const KINDS: [(&str, Option<&str>); 4] = [
    ("Temperatur", Some("air_temperature")),
    ("Luftfeuchte", Some("relative_humidity")),
    ("Sonstiges", Some("not_in_the_catalogue")),
    ("Zauberkraft", None),
];
/// Münster, Sydney, a pole, a place at the date line, and none.
const PLACES: [Option<(f64, f64)>; 5] =
    [Some((51.96, 7.62)), Some((-33.87, 151.21)), Some((90.0, 0.0)), Some((-17.0, -179.99)), None];
/// Values that are exact in hundredths, values that are not, and values that do not fit.
const VALUES: [f64; 8] = [16.07, -0.001, 16.0657, 0.125, -273.15, 9_999_999.99, 1e12, f64::MAX];

#[derive(Debug, Clone, PartialEq)]
struct Told {
    sensor: u8,
    kind: usize,
    place: usize,
    height: Option<f64>,
    exposure: Exposure,
    name: &'static str,
    millis: i64,
    raw: Option<f64>,
    value: Option<f64>,
    verdict: Verdict,
}

fn told() -> impl Strategy<Value = Told> {
    // Few times, so that many readings share one, at the borders of days and within one.
    let millis = prop::sample::select(vec![
        -1,
        0,
        1,
        9 * HOUR_MILLIS,
        9 * HOUR_MILLIS + 300_000,
        24 * HOUR_MILLIS - 1,
        24 * HOUR_MILLIS,
        40 * HOUR_MILLIS,
    ]);
    let value = prop::option::weighted(0.9, prop::sample::select(VALUES.to_vec()));
    let raw = prop_oneof![3 => Just(None), 1 => prop::sample::select(VALUES.to_vec()).prop_map(Some)];
    let kind = prop_oneof![4 => Just(0_usize), 1 => 0..KINDS.len()];
    (
        (0_u8..6, kind, 0..PLACES.len(), prop::option::of(Just(60.5))),
        (
            prop::sample::select(vec![Exposure::Outdoor, Exposure::Mobile]),
            prop::sample::select(vec!["Süd", "Nord"]),
        ),
        (millis, raw, value, prop::sample::select(Verdict::ALL.to_vec())),
    )
        .prop_map(|((sensor, kind, place, height), (exposure, name), (millis, raw, value, verdict))| {
            Told {
                sensor,
                kind,
                place,
                height,
                exposure,
                name,
                millis,
                raw: raw.or(value),
                value,
                verdict: if value.is_some() { verdict } else { Verdict::NotANumber },
            }
        })
}

impl Told {
    fn sensor_id(&self) -> String {
        format!("sensor {}", self.sensor)
    }

    /// Two of three sensors belong to one box.
    fn box_id(&self) -> String {
        format!("box {}", self.sensor * 2 / 3)
    }

    fn at(&self) -> Timestamp {
        midnight() + SignedDuration::from_millis(self.millis)
    }

    fn date(&self) -> Date {
        jiff::tz::Offset::UTC.to_datetime(self.at()).date()
    }

    fn stands(&self) -> Option<Place> {
        PLACES[self.place].and_then(|(latitude, longitude)| Place::new(latitude, longitude, self.height))
    }

    fn hundredths(&self) -> Option<i32> {
        let hundredths = (self.value? * 100.0).round();
        (hundredths.abs() < 1e9).then_some(hundredths as i32)
    }

    fn add_to(&self, collected: &mut CollectedReadings) {
        collected.add(&CollectedReading {
            box_id: &self.box_id(),
            box_name: self.name,
            model: "custom",
            exposure: self.exposure,
            place: self.stands(),
            sensor_id: &self.sensor_id(),
            title: KINDS[self.kind].0,
            unit: "°C",
            sensor_type: "BME280",
            phenomenon: KINDS[self.kind].1,
            raw_value: self.raw,
            value: self.value.map(Canonical),
            measured_at: self.at(),
            verdict: self.verdict,
        });
    }
}

fn midnight() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

fn collected<'a>(all: impl IntoIterator<Item = &'a Told>) -> CollectedReadings {
    let mut collected = CollectedReadings::default();
    all.into_iter().for_each(|told| told.add_to(&mut collected));
    collected
}

type Days = BTreeMap<Date, DayFiles>;

fn merge(days: &mut Days, collected: &CollectedReadings) {
    for date in collected.dates() {
        let existing = days.get(&date).map(|files| files.readings.clone());
        let files = merge_day(date, existing.as_ref(), collected, Catalogue::builtin()).unwrap().unwrap();
        days.insert(date, files);
    }
}

/// The newest reading of each sensor and time.
fn naively(all: &[Told]) -> BTreeMap<(String, i64), Told> {
    all.iter().map(|told| ((told.sensor_id(), told.millis), told.clone())).collect()
}

/// A row as text, which is owned and comparable.
fn as_text(row: &DayRow<'_>) -> String {
    format!("{row:?}")
}

fn expected_text(told: &Told) -> String {
    as_text(&DayRow {
        phenomenon: KINDS[told.kind].1,
        box_id: &told.box_id(),
        sensor_id: &told.sensor_id(),
        measured_at: told.at(),
        hundredths: told.hundredths(),
        // It comes back unchanged, except for the sign of zero.
        raw_value: told.raw.map(|raw| raw + 0.0),
        verdict: told.verdict,
        exposure: told.exposure,
        model: "custom",
        place: told.stands(),
    })
}

fn texts(file: &Bytes) -> Vec<String> {
    let mut rows = Vec::new();
    read_day(file, |row| rows.push(as_text(row))).unwrap();
    rows
}

fn hourly(date: Date, all: &[&Told]) -> Bytes {
    let mut builder = HourlyBuilder::new(Catalogue::builtin(), date).unwrap();
    for (slug, told) in KINDS.iter().flat_map(|(_, slug)| all.iter().map(move |told| (slug, told))) {
        let known = slug.and_then(|slug| Catalogue::builtin().by_slug(slug));
        let (Some(phenomenon), Some(hundredths)) = (known, told.hundredths()) else { continue };
        if told.verdict == Verdict::Ok && KINDS[told.kind].1 == *slug {
            builder
                .add(&HourlyReading {
                    phenomenon,
                    exposure: told.exposure,
                    position: told.stands().map(|place| place.position()),
                    measured_at: told.at(),
                    hundredths,
                })
                .unwrap();
        }
    }
    builder.finish().unwrap().bytes.into()
}

/// The readings in non-empty parts.
fn parts(all: &[Told], cuts: &[prop::sample::Index]) -> Vec<Vec<Told>> {
    let cuts: BTreeSet<usize> = cuts.iter().map(|cut| cut.index(all.len() + 1)).collect();
    let mut borders: Vec<usize> = [0].into_iter().chain(cuts).chain([all.len()]).collect();
    borders.dedup();
    borders
        .windows(2)
        .map(|border| all[border[0]..border[1]].to_vec())
        .filter(|part| !part.is_empty())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_reading_is_there_once_and_the_newest_counts(
        all in prop::collection::vec(told(), 1..60),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let mut days = Days::new();
        for part in parts(&all, &cuts) {
            merge(&mut days, &collected(&part));
        }
        let expected = naively(&all);
        let dates: BTreeSet<Date> = expected.values().map(Told::date).collect();
        prop_assert_eq!(days.keys().copied().collect::<BTreeSet<_>>(), dates);
        for (date, files) in &days {
            let here: Vec<&Told> = expected.values().filter(|told| told.date() == *date).collect();
            let (mut rows, mut told) = (texts(&files.readings), here.iter().map(|told| expected_text(told)).collect::<Vec<_>>());
            rows.sort_unstable();
            told.sort_unstable();
            prop_assert_eq!(rows, told);
            prop_assert_eq!(files.rows, here.len() as u64);
            prop_assert_eq!(Some(files.first_at), here.iter().map(|told| told.at()).min());
            prop_assert_eq!(Some(files.last_at), here.iter().map(|told| told.at()).max());
            prop_assert_eq!(&files.hourly, &hourly(*date, &here));
        }
    }

    #[test]
    fn neither_parts_nor_order_nor_repetition_change_a_byte(
        all in prop::collection::vec(told(), 1..60),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        swaps in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 60),
    ) {
        let mut days = Days::new();
        let parts = parts(&all, &cuts);
        for part in &parts {
            merge(&mut days, &collected(part));
        }
        let before = days.clone();
        merge(&mut days, &collected(parts.last().unwrap()));
        prop_assert_eq!(&days, &before, "the last part again");

        let mut once: Vec<Told> = naively(&all).into_values().collect();
        for (one, other) in swaps {
            let (one, other) = (one.index(once.len()), other.index(once.len()));
            once.swap(one, other);
        }
        let mut at_once = Days::new();
        merge(&mut at_once, &collected(&once));
        prop_assert_eq!(at_once, before, "all at once");
    }

    #[test]
    fn rows_of_a_phenomenon_and_a_sensor_stand_together_by_time(all in prop::collection::vec(told(), 1..60)) {
        let mut days = Days::new();
        merge(&mut days, &collected(&all));
        for files in days.values() {
            let mut keys = Vec::new();
            read_day(&files.readings, |row| {
                let phenomenon = row.phenomenon.map(str::to_owned);
                keys.push(((phenomenon.is_none(), phenomenon), row.sensor_id.to_owned(), row.measured_at));
            }).unwrap();
            prop_assert!(keys.is_sorted_by_key(|(phenomenon, ..)| phenomenon));
            let sensor = |at: usize| (&keys[at].0, &keys[at].1);
            let begun = (0..keys.len()).filter(|&at| at == 0 || sensor(at) != sensor(at - 1));
            let sensors: BTreeSet<_> = (0..keys.len()).map(sensor).collect();
            prop_assert_eq!(begun.count(), sensors.len(), "a sensor stands in two places");
            for two in keys.windows(2).filter(|two| (&two[0].0, &two[0].1) == (&two[1].0, &two[1].1)) {
                prop_assert!(two[0].2 > two[1].2, "the newest comes first");
            }
            let reader = SerializedFileReader::new(files.readings.clone()).unwrap();
            let phenomena: BTreeSet<_> = keys.iter().map(|(phenomenon, ..)| phenomenon).collect();
            prop_assert_eq!(reader.metadata().num_row_groups(), phenomena.len());
        }
    }

    #[test]
    fn boxes_and_sensors_are_as_they_were_last(
        mut all in prop::collection::vec(told(), 1..60),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        // The readings are in order of time, so later ones are also added later.
        all.sort_by_key(|told| told.millis);
        let mut files: Option<InventoryFiles> = None;
        for part in parts(&all, &cuts) {
            let (boxes, sensors) = (files.as_ref().map(|files| &files.boxes), files.as_ref().map(|files| &files.sensors));
            files = Some(merge_inventory(boxes, sensors, &collected(&part)).unwrap());
        }
        let files = files.unwrap();
        let at_once = merge_inventory(None, None, &collected(&all)).unwrap();
        prop_assert_eq!(&files, &at_once);
        let (mut boxes, mut sensors): (Vec<BoxRow>, Vec<SensorRow>) = (Vec::new(), Vec::new());
        read_boxes(&files.boxes, |row| boxes.push(row)).unwrap();
        read_sensors(&files.sensors, |row| sensors.push(row)).unwrap();
        prop_assert_eq!(files.boxes_rows, boxes.len() as u64);
        prop_assert_eq!(files.sensors_rows, sensors.len() as u64);
        prop_assert_eq!(boxes.len(), all.iter().map(Told::box_id).collect::<BTreeSet<_>>().len());
        prop_assert_eq!(sensors.len(), all.iter().map(Told::sensor_id).collect::<BTreeSet<_>>().len());
        for row in &boxes {
            let here: Vec<&Told> = all.iter().filter(|told| told.box_id() == *row.box_id).collect();
            let last = here.last().unwrap();
            prop_assert_eq!((&*row.name, row.exposure, row.place), (last.name, last.exposure, last.stands()));
            prop_assert_eq!((row.days.first, row.days.last), (here[0].date(), last.date()));
            let latitudes = || here.iter().filter_map(|told| told.stands()).map(|place| place.latitude_degrees());
            let extremes = [latitudes().fold(f64::INFINITY, f64::min), latitudes().fold(f64::NEG_INFINITY, f64::max)];
            prop_assert_eq!(row.extent.map(|extent| extent.latitudes), latitudes().next().map(|_| extremes));
        }
        for row in &sensors {
            let here: Vec<&Told> = all.iter().filter(|told| told.sensor_id() == *row.sensor_id).collect();
            let last = here.last().unwrap();
            prop_assert_eq!((&*row.title, row.phenomenon.as_deref()), KINDS[last.kind]);
            prop_assert_eq!((row.days.first, row.days.last), (here[0].date(), last.date()));
        }
    }
}

#[test]
fn a_snapshot_comes_back_reading_by_reading_and_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let readings = readings(40);
    let sealed = Sealed::of(SnapshotName::at(noon()), &readings, Catalogue::builtin()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.put(&sealed)).unwrap();
    let snapshot = runtime.block_on(store.get(SnapshotName::at(noon()))).unwrap();
    let mut collected = CollectedReadings::default();
    assert_eq!(collected.add_snapshot(&snapshot).unwrap(), 120);
    let mut days = Days::new();
    merge(&mut days, &collected);
    let files = days.values().next().unwrap().clone();
    let mut found = 0;
    read_day(&files.readings, |row| {
        let reading = readings.iter().find(|reading| reading.sensor_id() == row.sensor_id).unwrap();
        assert_eq!(row.raw_value, reading.raw_value());
        assert_eq!(row.hundredths.map(f64::from), reading.value().map(|value| (value.0 * 100.0).round()));
        assert_eq!(Some(row.measured_at), reading.measured_at());
        assert_eq!((row.verdict, row.place), (reading.verdict(), reading.place()));
        assert_eq!((row.box_id, row.exposure), (reading.box_id(), reading.exposure()));
        found += 1;
    })
    .unwrap();
    assert_eq!(found, 120);
    collected.add_snapshot(&snapshot).unwrap();
    merge(&mut days, &collected);
    assert_eq!(days.into_values().collect::<Vec<_>>(), [files]);
}

#[test]
fn a_day_of_which_nothing_is_known_has_no_files() {
    let date = jiff::civil::date(2026, 11, 24);
    assert_eq!(merge_day(date, None, &CollectedReadings::default(), Catalogue::builtin()).unwrap(), None);
}
