//! No flipped bit in a file changes an answer without a word.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Bbox, Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use hivebox_climate::verdict::Verdict;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::history::question::{Every, Question};
use crate::history::{CollectedReading, CollectedReadings, CompactionLimits, History};
use crate::query::answer::answer;
use crate::query::memory::Memory;
use crate::query::{DataFile, FileReader, Files, LocalScan, QueryError};
use crate::store::SnapshotStore;

/// How many bits to flip in each part of a file.
const FLIPS: u64 = 1;

/// A history of one day in memory.
struct Scene {
    objects: Arc<InMemory>,
    history: History,
    files: Files,
}

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn midnight() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

/// A day of 40 boxes with three sensors each that measure every three minutes.
fn collected() -> CollectedReadings {
    let mut numbers = Numbers(1);
    let mut collected = CollectedReadings::default();
    for (box_number, slot) in (0..40_u64).flat_map(|number| [(number, 0), (number, 1), (number, 2)]) {
        let (box_id, sensor_id) = (format!("{box_number:024x}"), format!("{:024x}", box_number << 8 | slot));
        let slug = ["air_temperature", "relative_humidity", "wind_direction"][slot as usize];
        for step in 0..480 {
            let value = numbers.below(8000) as f64 / 100.0;
            collected.add(&CollectedReading {
                box_id: &box_id,
                box_name: "Bienen",
                model: ["homeV2Wifi", "custom"][(box_number % 2) as usize],
                exposure: [Exposure::Outdoor, Exposure::Mobile][(box_number / 2 % 2) as usize],
                place: Place::new(48.0 + box_number as f64 / 10.0, 7.0 + step as f64 / 1000.0, Some(60.5)),
                sensor_id: &sensor_id,
                title: "Temperatur",
                unit: "°C",
                sensor_type: "BME280",
                phenomenon: Some(slug),
                raw_value: Some(value * 1.8 + 32.0),
                value: Some(Canonical(value)),
                measured_at: midnight() + SignedDuration::from_secs(180 * step),
                verdict: if numbers.below(10) == 0 { Verdict::Implausible } else { Verdict::Ok },
            });
        }
    }
    collected
}

async fn scene() -> Scene {
    let objects = Arc::new(InMemory::new());
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    let history = History::of(&store);
    history.merge(collected(), midnight() + SignedDuration::from_hours(24)).await.unwrap();
    let files = Files::of(&history.manifest().await.unwrap());
    Scene { objects, history, files }
}

fn questions() -> Vec<Question> {
    let catalogue = Catalogue::builtin();
    let phenomena = ["air_temperature", "relative_humidity", "wind_direction"];
    let question = |selection, phenomena: &[&str]| Question {
        phenomena: phenomena.iter().map(|slug| catalogue.by_slug(slug).unwrap()).collect(),
        selection,
        from: midnight(),
        to: midnight() + SignedDuration::from_hours(24),
        every: Some(Every::Fixed(std::time::Duration::from_hours(6))),
        zone: TimeZone::UTC,
        percentiles: vec![Percentile::MEDIAN],
    };
    let ids = Some((0..6).map(|number| format!("{number:024x}")).collect());
    let bbox = Bbox::new(7.0, 48.0, 7.2, 50.0);
    vec![
        question(Selection { models: vec!["custom".into()], bbox, ..Selection::default() }, &phenomena),
        question(Selection { ids, ..Selection::default() }, &phenomena),
        question(Selection { exposures: vec![Exposure::Mobile], ..Selection::default() }, &phenomena[..2]),
    ]
}

impl Scene {
    /// All answers, by a reader that has read nothing before.
    async fn answers(&self, files: &Files) -> Result<String, QueryError> {
        let reader = FileReader::new(self.history.objects().clone(), 8 << 20, Memory::new(256 << 20));
        let (scan, mut all) = (LocalScan::new(2), Vec::new());
        for question in questions() {
            let rows = answer(&reader, &scan, files, &question).await?.rows;
            all.push(format!("{rows:?}"));
        }
        Ok(all.concat())
    }

    /// The same, for files without checksums, in which damage can make a library panic.
    async fn unchecked_answers(self: &Arc<Self>) -> Result<String, QueryError> {
        let (it, mut files) = (Arc::clone(self), self.files.clone());
        let all = files.readings.iter_mut().chain(&mut files.hourly).chain(&mut files.boxes);
        all.for_each(|file| file.checksums = None);
        let task = tokio::spawn(async move { it.answers(&files).await });
        task.await.unwrap_or_else(|error| Err(QueryError::Ended(error.to_string())))
    }

    async fn read(&self, file: &DataFile) -> Bytes {
        self.objects.get(&file.path).await.unwrap().bytes().await.unwrap()
    }

    async fn write(&self, file: &DataFile, bytes: Vec<u8>) {
        self.objects.put(&file.path, bytes.into()).await.unwrap();
    }
}

/// Every part of a file: the pages of each column and what is before them, bloom filters, indexes, footer and ends.
fn parts(file: &Bytes) -> Vec<Range<u64>> {
    let metadata: ParquetMetaData = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(file)
        .unwrap();
    let length = file.len() as u64;
    let tail: [u8; 4] = file[file.len() - 8..file.len() - 4].try_into().unwrap();
    let footer = length - 8 - u64::from(u32::from_le_bytes(tail));
    let mut parts = vec![0..4, length - 8..length, footer..length - 8];
    let from = |offset: Option<i64>, length: Option<i32>| {
        let (offset, length) = (offset?.unsigned_abs(), u64::from(length?.unsigned_abs()));
        Some(offset..offset + length)
    };
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for (place, column) in group.columns().iter().enumerate() {
            let (start, bytes) = column.byte_range();
            parts.push(start..start + bytes);
            // The header of the first page, which is the dictionary's if there is one.
            parts.push(start..start + 16);
            parts.extend(metadata.offset_index().into_iter().flat_map(|index| {
                let pages = index[number][place].page_locations();
                pages.iter().take(2).map(|page| page.offset.unsigned_abs()..page.offset.unsigned_abs() + 16)
            }));
            parts.extend(from(column.bloom_filter_offset(), column.bloom_filter_length()));
            parts.extend(from(column.column_index_offset(), column.column_index_length()));
            parts.extend(from(column.offset_index_offset(), column.offset_index_length()));
        }
    }
    parts
}

#[tokio::test]
async fn no_flipped_bit_changes_an_answer_without_a_word() {
    let scene = Arc::new(scene().await);
    let right = scene.answers(&scene.files).await.unwrap();
    let mut numbers = Numbers(2);
    let (mut trials, mut told, mut harmless) = (0, 0, 0);
    let files = [&scene.files.readings[0], &scene.files.hourly[0], scene.files.boxes.as_ref().unwrap()];
    for file in files {
        let good = scene.read(file).await;
        for part in parts(&good) {
            for _ in 0..FLIPS {
                let byte = part.start + numbers.below(part.end - part.start);
                let mut bad = good.to_vec();
                bad[byte as usize] ^= 1 << numbers.below(8);
                scene.write(file, bad).await;
                trials += 1;
                match scene.answers(&scene.files).await {
                    Ok(answers) => {
                        assert_eq!(answers, right, "byte {byte} of {}", file.path);
                        harmless += 1;
                    }
                    Err(QueryError::Damaged { path, .. }) => {
                        assert_eq!(path, file.path.as_ref(), "byte {byte}");
                        told += 1;
                    }
                    Err(other) => panic!("byte {byte} of {}: {other}", file.path),
                }
            }
        }
        scene.write(file, good.to_vec()).await;
    }
    println!("{trials} flipped bits: {told} told, {harmless} in blocks that no answer needs");
    assert!(trials > 300 && told > trials / 2, "{told} of {trials}");
}

#[tokio::test]
async fn without_checksums_a_flipped_bit_can_change_an_answer_without_a_word() {
    let scene = Arc::new(scene().await);
    let right = scene.answers(&scene.files).await.unwrap();
    let file = &scene.files.readings[0];
    let good = scene.read(file).await;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&good).unwrap();
    let values =
        metadata.row_group(0).columns().iter().find(|column| column.column_path().string() == "value");
    let (start, length) = values.unwrap().byte_range();
    let (mut numbers, mut silent) = (Numbers(3), 0);
    for _ in 0..12 {
        let byte = (start + numbers.below(length)) as usize;
        let mut bad = good.to_vec();
        bad[byte] ^= 1 << numbers.below(8);
        scene.write(file, bad).await;
        silent += u64::from(scene.unchecked_answers().await.is_ok_and(|answers| answers != right));
        assert!(matches!(scene.answers(&scene.files).await, Err(QueryError::Damaged { .. })), "byte {byte}");
    }
    println!("without checksums, {silent} of 12 flipped bits change an answer");
    assert!(silent > 0, "these bits change nothing anyway");
}

#[tokio::test]
async fn a_file_that_was_cut_or_is_gone_is_named() {
    let scene = scene().await;
    let file = &scene.files.readings[0];
    let good = scene.read(file).await;
    scene.write(file, good[..good.len() / 2].to_vec()).await;
    let told = scene.answers(&scene.files).await.unwrap_err();
    assert!(matches!(&told, QueryError::Damaged { path, .. } if path == file.path.as_ref()), "{told}");
    assert!(told.to_string().contains("restore it from a copy"), "{told}");
    scene.objects.delete(&file.path).await.unwrap();
    let told = scene.answers(&scene.files).await.unwrap_err().to_string();
    assert!(told.contains(file.path.as_ref()) && told.contains("it is missing"), "{told}");
}

#[tokio::test]
async fn a_file_without_checksums_stays_readable_and_is_told() {
    let scene = Arc::new(scene().await);
    let right = scene.answers(&scene.files).await.unwrap();
    assert_eq!(scene.unchecked_answers().await.unwrap(), right);

    let mut manifest = scene.history.manifest().await.unwrap();
    assert_eq!(scene.history.verify(|_, _| {}).await.unwrap().unsealed, [""; 0]);
    manifest.days[0].hourly.checksums = None;
    let json = serde_json::to_vec(&manifest).unwrap();
    let path = object_store::path::Path::from("history/manifest/0000000001.json");
    scene.objects.put(&path, json.into()).await.unwrap();
    let verified = scene.history.verify(|_, _| {}).await.unwrap();
    assert_eq!(verified.unsealed, [manifest.days[0].hourly.path.clone()]);
    assert_eq!(verified.faults, []);
    // Compaction writes such a day anew when there is nothing else to do.
    let now = midnight() + SignedDuration::from_hours(25);
    let compacted = scene.history.compact(&CompactionLimits::default(), now).await.unwrap();
    assert_eq!((compacted.renewed, compacted.change.added), (Some(manifest.days[0].date), 0));
    let verified = scene.history.verify(|_, _| {}).await.unwrap();
    assert_eq!((verified.unsealed, verified.faults), (Vec::new(), Vec::new()));
    let again = scene.history.compact(&CompactionLimits::default(), now).await.unwrap();
    assert_eq!(again.renewed, None);
}
