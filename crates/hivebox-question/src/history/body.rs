//! The JSON body and the table rows of an answer about the past.

use std::borrow::Cow;

use hivebox_archive::history::question::{HistoryRow, Question};
use hivebox_archive::query::{AnswerSource, HistoryAnswer};
use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::parameters::time::Length;
use crate::table::Row;

/// An answer about the past.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub struct HistoryBody {
    /// The first moment.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The end (exclusive).
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The length of a bucket, as an ISO 8601 duration, or `all`.
    #[schema(example = "PT1H")]
    pub every: String,
    /// The time zone of days, weeks, months and years.
    #[schema(example = "UTC")]
    pub timezone: String,
    /// The source of the figures: `hourly` (stored hourly sums) or `readings`.
    #[schema(example = "hourly")]
    pub source: &'static str,
    /// Whether percentiles are exact; otherwise the error is at most half a bin of a sketch (0.05 °C; 0.8 % of light).
    pub percentiles_exact: bool,
    /// The time of the newest reading in the history; `null` while it is empty.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub through: Option<Timestamp>,
    /// One row for each bucket of each phenomenon, in order of time; empty if no bucket has a reading.
    pub rows: Vec<BucketRow>,
}

/// The figures of one bucket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryRow)]
pub struct BucketRow {
    /// The start of the bucket.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The end of the bucket (exclusive).
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The phenomenon.
    #[schema(example = "air_temperature")]
    pub phenomenon: &'static str,
    /// The unit of all values.
    #[schema(example = "°C")]
    pub unit: &'static str,
    /// The number of readings; 0 in a gap.
    pub count: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// The lowest; `null` for directions.
    pub min: Option<f64>,
    /// The highest; `null` for directions.
    pub max: Option<f64>,
    /// The requested percentiles.
    pub percentiles: Vec<PercentileOfBucket>,
}

/// A percentile.
#[derive(Debug, Serialize, ToSchema)]
pub struct PercentileOfBucket {
    /// The percentile, 0 to 100.
    #[schema(example = 95.0)]
    pub percentile: f64,
    /// Its value; `null` without readings.
    pub value: Option<f64>,
}

impl HistoryBody {
    /// The body of an answer.
    #[must_use]
    pub fn of(question: &Question, answer: &HistoryAnswer) -> Self {
        Self {
            from: question.from,
            to: question.to,
            every: question.every.map_or_else(|| Length::ALL.to_owned(), |every| every.to_string()),
            // Zones are looked up by name, and jiff names all but this one.
            timezone: question.zone.iana_name().unwrap_or("Etc/Unknown").to_owned(),
            source: match answer.source {
                AnswerSource::Readings => "readings",
                AnswerSource::Hourly => "hourly",
            },
            percentiles_exact: answer.is_exact,
            through: answer.through,
            rows: answer.rows.iter().map(BucketRow::of).collect(),
        }
    }
}

impl BucketRow {
    fn of(row: &HistoryRow) -> Self {
        let phenomenon = Catalogue::builtin().phenomenon(row.phenomenon);
        let number = |value: Option<Canonical>| value.map(|value| value.0);
        let percentile = |&(percentile, value): &(Percentile, _)| PercentileOfBucket {
            percentile: percentile.get(),
            value: number(value),
        };
        Self {
            from: row.from,
            to: row.to,
            phenomenon: phenomenon.slug(),
            unit: phenomenon.unit(),
            count: row.count,
            mean: number(row.mean),
            min: number(row.min),
            max: number(row.max),
            percentiles: row.percentiles.iter().map(percentile).collect(),
        }
    }
}

impl Row for BucketRow {
    /// The columns of a row without percentiles.
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("from", CellKind::Time, false, "UTC, ms", "The start of the bucket"),
        TableColumn::new("to", CellKind::Time, false, "UTC, ms", "The end of the bucket (exclusive)"),
        TableColumn::new("phenomenon", CellKind::Text, false, "", "The phenomenon"),
        TableColumn::new("unit", CellKind::Text, false, "", "The unit of all values"),
        TableColumn::new("count", CellKind::Integer, false, "", "The number of readings"),
        TableColumn::new("mean", CellKind::Number, true, "as in unit", "Their mean"),
        TableColumn::new("min", CellKind::Number, true, "as in unit", "The lowest"),
        TableColumn::new("max", CellKind::Number, true, "as in unit", "The highest"),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = vec![
            self.from.into(),
            self.to.into(),
            self.phenomenon.into(),
            self.unit.into(),
            Cell::Integer(self.count as i64),
            self.mean.into(),
            self.min.into(),
            self.max.into(),
        ];
        cells.extend(self.percentiles.iter().map(|percentile| Cell::from(percentile.value)));
        cells
    }
}

/// The columns of rows with these percentiles, named such as `p5` or `p97_5`.
#[must_use]
pub fn columns(percentiles: &[Percentile]) -> Vec<TableColumn> {
    let named = |percentile: &Percentile| TableColumn {
        name: Cow::Owned(format!("p{}", percentile.get()).replace('.', "_")),
        ..TableColumn::new("", CellKind::Number, true, "as in unit", "The percentile in the column's name")
    };
    BucketRow::COLUMNS.iter().cloned().chain(percentiles.iter().map(named)).collect()
}
