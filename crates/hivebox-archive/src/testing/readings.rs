//! Made-up readings, their files, and the simplest possible answers to questions about them.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use arrow_array::builder::{Decimal32Builder, Float64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::direction::MeanDirection;
use hivebox_climate::place::{Exposure, Position};
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::history::BlockChecksums;
use crate::history::hourly::{HourlyBuilder, HourlyReading};
use crate::history::question::{HistoryRow, Question};
use crate::query::{DataFile, Files};

/// The length of a UTC day.
pub const DAY_MILLIS: i64 = 86_400_000;

/// A reading of a made-up box.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The phenomenon's slug, if it is known.
    pub phenomenon: Option<&'static str>,
    /// The box's id.
    pub box_id: String,
    /// The box's exposure.
    pub exposure: Exposure,
    /// The box's model.
    pub model: &'static str,
    /// The box's position, if it is known.
    pub position: Option<Position>,
    /// When it was measured, in milliseconds.
    pub at: i64,
    /// The value in hundredths, if there is one.
    pub hundredths: Option<i32>,
    /// Whether the verdict is `ok`.
    pub is_ok: bool,
}

/// Writes readings in the layout of the history, but in small row groups and pages, so that much can be skipped.
pub fn write(folder: &FilePath, readings: &[Reading]) -> Files {
    let mut days: BTreeMap<i64, Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        days.entry(reading.at.div_euclid(DAY_MILLIS)).or_default().push(reading);
    }
    let through = readings.iter().map(|reading| reading.at).max();
    let through = through.and_then(|at| Timestamp::from_millisecond(at).ok());
    let mut files = Files { through, ..Files::default() };
    for (day, mut readings) in days {
        readings.sort_by_key(|it| {
            (it.phenomenon.is_none(), it.phenomenon, place(it.position), &it.box_id, it.at)
        });
        let name = |kind: &str| format!("history/{kind}/day={day}/file.parquet");
        std::fs::create_dir_all(folder.join(format!("history/readings/day={day}"))).unwrap();
        std::fs::create_dir_all(folder.join(format!("history/hourly/day={day}"))).unwrap();
        let bytes = readings_file(&readings);
        std::fs::write(folder.join(name("readings")), &bytes).unwrap();
        let at = || readings.iter().map(|reading| reading.at);
        files.readings.push(DataFile {
            path: Path::from(name("readings")),
            bytes: bytes.len() as u64,
            rows: readings.len() as u64,
            first_millis: at().min().unwrap(),
            last_millis: at().max().unwrap(),
            checksums: Some(BlockChecksums::of(&bytes)),
        });
        let (bytes, rows) = hourly_file(day, &readings);
        std::fs::write(folder.join(name("hourly")), &bytes).unwrap();
        files.hourly.push(DataFile {
            path: Path::from(name("hourly")),
            bytes: bytes.len() as u64,
            rows,
            first_millis: day * DAY_MILLIS,
            last_millis: (day + 1) * DAY_MILLIS - 1,
            checksums: Some(BlockChecksums::of(&bytes)),
        });
    }
    let bytes = boxes_file(readings);
    std::fs::write(folder.join("history/boxes.parquet"), &bytes).unwrap();
    files.boxes = Some(DataFile {
        path: Path::from("history/boxes.parquet"),
        bytes: bytes.len() as u64,
        rows: readings.len() as u64,
        first_millis: i64::MIN,
        last_millis: i64::MAX,
        checksums: Some(BlockChecksums::of(&bytes)),
    });
    files
}

/// The file of boxes, with their extents.
fn boxes_file(readings: &[Reading]) -> Vec<u8> {
    let mut extents: BTreeMap<&str, Vec<Position>> = BTreeMap::new();
    for reading in readings {
        extents.entry(&reading.box_id).or_default().extend(reading.position);
    }
    let degrees = |of: &dyn Fn(&Position) -> f64, pick: &dyn Fn(f64, f64) -> f64| -> ArrayRef {
        let one = |positions: &Vec<Position>| positions.iter().map(of).reduce(pick);
        Arc::new(extents.values().map(one).collect::<Float64Array>())
    };
    let (north, east) = (Position::latitude_degrees, Position::longitude_degrees);
    let columns: [(&str, ArrayRef); 5] = [
        ("box_id", Arc::new(extents.keys().map(|id| Some(*id)).collect::<StringArray>())),
        ("min_latitude", degrees(&north, &f64::min)),
        ("max_latitude", degrees(&north, &f64::max)),
        ("min_longitude", degrees(&east, &f64::min)),
        ("max_longitude", degrees(&east, &f64::max)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A sort key that puts near places together.
fn place(position: Option<Position>) -> (bool, i64, i64) {
    let degree = |degrees: f64| (degrees / 10.0).floor() as i64;
    position.map_or((true, 0, 0), |at| (false, degree(at.longitude_degrees()), degree(at.latitude_degrees())))
}

fn readings_file(readings: &[&Reading]) -> Vec<u8> {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let schema = Arc::new(Schema::new(vec![
        text("phenomenon", true),
        text("box_id", false),
        text("sensor_id", false),
        Field::new("measured_at", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false),
        Field::new("value", DataType::Decimal32(9, 2), true),
        number("raw_value"),
        text("verdict", false),
        text("exposure", false),
        text("model", false),
        number("latitude"),
        number("longitude"),
        number("height"),
    ]));
    let delta = |builder: parquet::file::properties::WriterPropertiesBuilder, name: &str| {
        let column = ColumnPath::from(name);
        builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED)
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(200))
        .set_data_page_row_count_limit(16)
        .set_write_batch_size(16)
        .set_column_bloom_filter_enabled(ColumnPath::from("box_id"), true);
    let properties = delta(delta(properties, "measured_at"), "value").build();
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).unwrap();
    // Unlike in the history, some row groups have several phenomena.
    for group in readings.chunk_by(|one, other| one.phenomenon == other.phenomenon || one.at % 2 == 0) {
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns(group)).unwrap()).unwrap();
        writer.flush().unwrap();
    }
    writer.into_inner().unwrap()
}

fn columns(readings: &[&Reading]) -> Vec<ArrayRef> {
    let text = |of: &dyn Fn(&Reading) -> Option<String>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for reading in readings {
            column.append_option(of(reading));
        }
        Arc::new(column.finish())
    };
    let number = |of: &dyn Fn(&Reading) -> Option<f64>| -> ArrayRef {
        let mut column = Float64Builder::new();
        for reading in readings {
            column.append_option(of(reading));
        }
        Arc::new(column.finish())
    };
    let (mut at, mut value) = (TimestampMillisecondBuilder::new(), Decimal32Builder::new());
    for reading in readings {
        at.append_value(reading.at);
        value.append_option(reading.hundredths);
    }
    vec![
        text(&|it| it.phenomenon.map(str::to_owned)),
        text(&|it| Some(it.box_id.clone())),
        text(&|it| Some(format!("{}{}", it.box_id, it.phenomenon.unwrap_or_default()))),
        Arc::new(at.finish().with_timezone("UTC")),
        Arc::new(value.finish().with_precision_and_scale(9, 2).unwrap()),
        number(&|_| None),
        text(&|it| Some(if it.is_ok { "ok" } else { "implausible" }.to_owned())),
        text(&|it| Some(it.exposure.slug().to_owned())),
        text(&|it| Some(it.model.to_owned())),
        number(&|it| it.position.map(|position| position.latitude_degrees())),
        number(&|it| it.position.map(|position| position.longitude_degrees())),
        number(&|_| None),
    ]
}

fn hourly_file(day: i64, readings: &[&Reading]) -> (Vec<u8>, u64) {
    let catalogue = Catalogue::builtin();
    let date = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(day * DAY_MILLIS).unwrap()).date();
    let mut builder = HourlyBuilder::new(catalogue, date).unwrap();
    for reading in readings.iter().filter(|reading| reading.is_ok) {
        let phenomenon = reading.phenomenon.and_then(|slug| catalogue.by_slug(slug));
        if let (Some(phenomenon), Some(hundredths)) = (phenomenon, reading.hundredths) {
            let reading = HourlyReading {
                phenomenon,
                exposure: reading.exposure,
                position: reading.position,
                measured_at: Timestamp::from_millisecond(reading.at).unwrap(),
                hundredths,
            };
            builder.add(&reading).unwrap();
        }
    }
    let file = builder.finish().unwrap();
    (file.bytes, file.rows)
}

/// The readings that a question selects, by the simplest means.
pub fn selected<'a>(readings: &'a [Reading], question: &Question) -> Vec<&'a Reading> {
    let selection = &question.selection;
    let is_wanted = |it: &&Reading| {
        let at = it.position;
        it.is_ok
            && it.hundredths.is_some()
            && (question.from.as_millisecond()..question.to.as_millisecond()).contains(&it.at)
            && selection.area.contains(at)
            && selection.bbox.is_none_or(|bbox| at.is_some_and(|at| bbox.contains(at)))
            && selection.ids.as_ref().is_none_or(|ids| ids.contains(&it.box_id))
            && (selection.exposures.is_empty() || selection.exposures.contains(&it.exposure))
            && (selection.models.is_empty() || selection.models.iter().any(|model| model == it.model))
    };
    readings.iter().filter(is_wanted).collect()
}

/// The answer to a question, by the simplest means.
pub fn simple_answer(readings: &[Reading], question: &Question) -> Vec<HistoryRow> {
    let wanted = selected(readings, question);
    let mut rows = Vec::new();
    for &id in &question.phenomena {
        let phenomenon = Catalogue::builtin().phenomenon(id);
        let of_it: Vec<&&Reading> =
            wanted.iter().filter(|reading| reading.phenomenon == Some(phenomenon.slug())).collect();
        if of_it.is_empty() {
            continue;
        }
        for (from, to) in question.buckets().unwrap().iter() {
            let inside = from.as_millisecond()..to.as_millisecond();
            let mut values: Vec<f64> = (of_it.iter().filter(|reading| inside.contains(&reading.at)))
                .map(|reading| f64::from(reading.hundredths.unwrap()) / 100.0)
                .collect();
            values.sort_by(f64::total_cmp);
            rows.push(row(id, phenomenon.is_direction(), (from, to), &values, &question.percentiles));
        }
    }
    rows
}

fn row(
    phenomenon: hivebox_climate::phenomenon::PhenomenonId,
    is_direction: bool,
    (from, to): (Timestamp, Timestamp),
    values: &[f64],
    percentiles: &[Percentile],
) -> HistoryRow {
    use hivebox_climate::quantity::Canonical;
    let count = values.len() as u64;
    let of = |percentile: Percentile| percentile.among(count, |place| values[place as usize]);
    let mean = if is_direction {
        let mean: MeanDirection = values.iter().map(|&value| (value, 1.0)).collect();
        mean.degrees().filter(|_| count > 0)
    } else {
        (count > 0).then(|| values.iter().sum::<f64>() / count as f64)
    };
    let number = |value: Option<f64>| value.filter(|_| !is_direction).map(Canonical);
    HistoryRow {
        phenomenon,
        from,
        to,
        count,
        mean: mean.map(Canonical),
        min: number(values.first().copied()),
        max: number(values.last().copied()),
        percentiles: percentiles.iter().map(|&percentile| (percentile, number(of(percentile)))).collect(),
    }
}
