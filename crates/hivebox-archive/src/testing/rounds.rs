//! A made-up history as it grows: overlapping snapshots, some of them late, and backfills between them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place, Position};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::{MAX_CLOCK_LEAD, Verdict, VerdictRules};
use jiff::Timestamp;
use proptest::prelude::*;

use super::questions::{FIRST_DAY, any_exposure, any_position};
use super::readings::{DAY_MILLIS, Reading};
use crate::history::{CollectedReading, CollectedReadings, CompactionLimits, History};
use crate::{Sealed, Snapshot, SnapshotFormat, SnapshotName, SnapshotStore};

/// Titles and units: some need a conversion, one has an unknown unit, and one is unknown.
const KINDS: [(&str, &str); 6] = [
    ("Temperatur", "°C"),
    ("Temperatur", "°F"),
    ("rel. Luftfeuchte", "%"),
    ("Windrichtung", "°"),
    ("Temperatur", "Grad Zauber"),
    ("Zauberkraft", "mana"),
];
const MODELS: [&str; 2] = ["homeV2Wifi", "custom"];
/// Snapshots and measurements are at multiples of this, in milliseconds, so that many snapshots repeat readings.
const STEP: i64 = 600_000;
const MOST_SENSORS: usize = 12;

/// A box, which may have moved in a later snapshot.
#[derive(Debug, Clone)]
pub struct Station {
    /// The box's id.
    pub box_id: String,
    exposure: Exposure,
    model: usize,
    positions: [Option<Position>; 2],
    sensors: usize,
    /// Whether its sensors have the same ids as those of other such boxes, as some have in openSenseMap.
    shares_ids: bool,
}

/// What a snapshot says about a sensor: its index in [`KINDS`], how many steps ago it measured, and the value.
type Said = (usize, i64, String);

/// The content of a snapshot.
#[derive(Debug, Clone)]
pub struct Told {
    step: i64,
    have_moved: bool,
    sensors: Vec<Option<Said>>,
}

/// A reading of a backfill: its sensor, kind, step, value and verdict.
type Late = (usize, usize, i64, Option<f64>, Verdict);

/// What is ingested at once.
#[derive(Debug, Clone)]
pub enum Round {
    /// Snapshots, and the most readings of one step of compaction.
    Snapshots(Vec<Told>, u64),
    /// Readings of a backfill.
    Backfill(Vec<Late>),
}

/// Everything known about a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownReading {
    /// The reading.
    pub reading: Reading,
    /// Its verdict.
    pub verdict: String,
    /// The box's place, if it is known.
    pub place: Option<Place>,
}

/// All readings by box, sensor and time in milliseconds.
pub type AllReadings = BTreeMap<(String, String, i64), KnownReading>;

fn any_station() -> impl Strategy<Value = Station> {
    let positions = (any_position(), any_position()).prop_map(|(first, second)| [first, second]);
    ("[0-9a-f]{6}", any_exposure(), 0..MODELS.len(), positions, 1..4_usize, any::<bool>()).prop_map(
        |(box_id, exposure, model, positions, sensors, shares_ids)| Station {
            box_id,
            exposure,
            model,
            positions,
            sensors,
            shares_ids,
        },
    )
}

fn any_step() -> impl Strategy<Value = i64> {
    // Around two midnights, so that many readings are in several snapshots, and on two days.
    prop_oneof![4 => 138..150_i64, 4 => 282..294_i64, 1 => 0..432_i64]
}

fn any_said() -> impl Strategy<Value = Option<Said>> {
    let value = prop_oneof![
        8 => (-150..350_i32).prop_map(|tenths| format!("{}", f64::from(tenths) / 10.0)),
        2 => (-1500..3500_i32).prop_map(|hundredths| format!("{:.4}", f64::from(hundredths) / 100.0 + 0.0031)),
        1 => prop::sample::select(vec!["-127", "999", "1e300", "nan", "viel"]).prop_map(str::to_owned),
    ];
    let kind = prop_oneof![4 => Just(usize::MAX), 1 => 0..KINDS.len()];
    // A step ahead is from the future, and more than six ago is stale.
    prop::option::weighted(0.8, (kind, -1..8_i64, value))
}

fn any_told() -> impl Strategy<Value = Told> {
    let sensors = prop::collection::vec(any_said(), MOST_SENSORS);
    (any_step(), prop::bool::weighted(0.2), sensors).prop_map(|(step, have_moved, sensors)| Told {
        step,
        have_moved,
        sensors,
    })
}

fn any_round() -> impl Strategy<Value = Round> {
    let snapshots = (prop::collection::vec(any_told(), 1..6), prop_oneof![Just(1), Just(20), Just(u64::MAX)]);
    let value = prop::option::weighted(0.9, (-2000..4000_i32).prop_map(|it| f64::from(it) / 100.0));
    let verdict = prop_oneof![2 => Just(Verdict::Ok), 1 => prop::sample::select(Verdict::ALL.to_vec())];
    let late = (0..MOST_SENSORS, 0..KINDS.len(), any_step(), value, verdict);
    prop_oneof![
        3 => snapshots.prop_map(|(snapshots, rows)| Round::Snapshots(snapshots, rows)),
        1 => prop::collection::vec(late, 1..20).prop_map(Round::Backfill),
    ]
}

prop_compose! {
    /// Boxes, and the rounds in which their readings are ingested.
    pub fn any_rounds()(
        stations in prop::collection::vec(any_station(), 1..6),
        rounds in prop::collection::vec(any_round(), 1..6),
    ) -> (Vec<Station>, Vec<Round>) {
        (stations, rounds)
    }
}

/// The time of the test, after all readings.
pub fn now() -> Timestamp {
    at(600)
}

fn at(step: i64) -> Timestamp {
    Timestamp::from_millisecond(FIRST_DAY * DAY_MILLIS + step * STEP).unwrap()
}

fn place(position: Option<Position>) -> Option<Place> {
    position.and_then(|at| Place::new(at.latitude_degrees(), at.longitude_degrees(), None))
}

/// Each sensor with its box.
fn sensors(stations: &[Station]) -> Vec<(&Station, String)> {
    let mut sensors = Vec::new();
    for station in stations {
        let of = if station.shares_ids { "shared" } else { &station.box_id };
        sensors.extend((0..station.sensors).map(|sensor| (station, format!("{of}-{sensor}"))));
    }
    sensors.truncate(MOST_SENSORS);
    sensors
}

fn snapshot(stations: &[Station], told: &Told) -> Sealed {
    let moment = at(told.step);
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment);
    let (mut before, sensors) = (None, sensors(stations));
    for (number, ((station, sensor_id), said)) in sensors.iter().zip(&told.sensors).enumerate() {
        if before.replace(&station.box_id) != Some(&station.box_id) {
            builder.add_box(&BoxFacts {
                id: &station.box_id,
                name: "Bienen",
                model: MODELS[station.model],
                exposure: station.exposure,
                place: place(station.positions[usize::from(told.have_moved)]),
            });
        }
        let kind = said.as_ref().map_or(0, |(kind, ..)| *kind);
        let (title, unit) = KINDS.get(kind).copied().unwrap_or(KINDS[number % KINDS.len()]);
        let measured =
            said.as_ref().map(|(_, ago, value)| Measured { value: value.as_str(), at: at(told.step - ago) });
        builder.add_sensor(&SensorFacts { id: sensor_id, title, unit, sensor_type: "BME280", measured });
    }
    Sealed::of(SnapshotName::at(moment), &builder.finish(), Catalogue::builtin()).unwrap()
}

/// Ingests all rounds. Returns what a naive program would know: of two readings with the same box, sensor and time, the
/// last one ingested wins.
pub async fn take_in(store: &SnapshotStore, stations: &[Station], rounds: &[Round]) -> AllReadings {
    let (mut all, mut seen) = (AllReadings::new(), BTreeSet::new());
    for round in rounds {
        match round {
            Round::Snapshots(snapshots, rows) => {
                let mut names = BTreeSet::new();
                for told in snapshots.iter().filter(|told| seen.insert(told.step)) {
                    let sealed = snapshot(stations, told);
                    store.put(&sealed).await.unwrap();
                    names.insert(sealed.name());
                }
                for name in names {
                    let stored = store.get(name).await.unwrap();
                    // The history has no readings from the future.
                    let latest = (stored.name().moment() + MAX_CLOCK_LEAD).as_millisecond();
                    all.extend(read(&stored).into_iter().filter(|((.., at), _)| *at <= latest));
                }
                let limits = CompactionLimits { max_rows: *rows, since: None };
                while History::of(store).compact(&limits, now()).await.unwrap().more {}
            }
            Round::Backfill(late) => {
                let mut collected = CollectedReadings::default();
                let sensors = sensors(stations);
                for late in late {
                    let (station, sensor_id) = &sensors[late.0 % sensors.len()];
                    all.extend([collect(&mut collected, station, sensor_id, *late)]);
                }
                History::of(store).merge(collected, now()).await.unwrap();
            }
        }
    }
    all
}

/// The rows of a snapshot, read from its CSV export.
fn read(snapshot: &Snapshot) -> Vec<((String, String, i64), KnownReading)> {
    let pieces: Vec<Bytes> = snapshot.export(SnapshotFormat::Csv).unwrap().map(Result::unwrap).collect();
    let text = pieces.concat();
    let mut rows = csv::Reader::from_reader(&*text);
    rows.deserialize().map(|row| known(&row.unwrap())).collect()
}

fn known(row: &HashMap<String, String>) -> ((String, String, i64), KnownReading) {
    let text = |name: &str| row[name].clone();
    let number = |name: &str| row[name].parse::<f64>().ok();
    let place = number("latitude").zip(number("longitude"));
    let place = place.and_then(|(latitude, longitude)| Place::new(latitude, longitude, None));
    let at = row["measured_at"].parse::<Timestamp>().unwrap().as_millisecond();
    let reading = Reading {
        phenomenon: Some(row["phenomenon"].as_str()).filter(|slug| !slug.is_empty()).map(in_catalogue),
        box_id: text("box_id"),
        exposure: Exposure::from_api(&row["exposure"]),
        model: model(&row["model"]),
        position: place.map(|place| place.position()),
        at,
        hundredths: number("value").and_then(hundredths),
        is_ok: row["verdict"] == "ok",
    };
    ((text("box_id"), text("sensor_id"), at), KnownReading { reading, verdict: text("verdict"), place })
}

fn collect(
    collected: &mut CollectedReadings,
    station: &Station,
    sensor_id: &str,
    late: Late,
) -> ((String, String, i64), KnownReading) {
    let (_, kind, step, value, verdict) = late;
    let (title, unit) = KINDS[kind];
    let catalogue = Catalogue::builtin();
    let phenomenon = catalogue.classify(title, unit).phenomenon().map(|id| catalogue.phenomenon(id).slug());
    let (place, model) = (place(station.positions[0]), MODELS[station.model]);
    collected.add(&CollectedReading {
        box_id: &station.box_id,
        box_name: "Bienen",
        model,
        exposure: station.exposure,
        place,
        sensor_id,
        title,
        unit,
        sensor_type: "BME280",
        phenomenon,
        raw_value: value,
        value: value.map(Canonical),
        measured_at: at(step),
        verdict,
    });
    let at = at(step).as_millisecond();
    let reading = Reading {
        phenomenon,
        box_id: station.box_id.clone(),
        exposure: station.exposure,
        model,
        position: place.map(|place| place.position()),
        at,
        hundredths: value.and_then(hundredths),
        is_ok: verdict == Verdict::Ok,
    };
    (
        (station.box_id.clone(), sensor_id.to_owned(), at),
        KnownReading { reading, verdict: verdict.slug().to_owned(), place },
    )
}

/// The slug of a phenomenon, from the catalogue.
pub fn in_catalogue(slug: &str) -> &'static str {
    let catalogue = Catalogue::builtin();
    catalogue.phenomenon(catalogue.by_slug(slug).unwrap()).slug()
}

/// A model as a static text.
pub fn model(model: &str) -> &'static str {
    MODELS.into_iter().find(|known| *known == model).unwrap()
}

/// The nearest hundredths, if they fit into nine digits.
fn hundredths(value: f64) -> Option<i32> {
    let hundredths = (value * 100.0).round();
    (hundredths.abs() < 1e9).then_some(hundredths as i32)
}
