//! The past as answers have it.

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

use crate::http::parameters::time::Length;
use crate::http::table::Row;

/// What the past was like.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub(crate) struct HistoryBody {
    /// The first moment.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) from: Timestamp,
    /// The end, which is not part of it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) to: Timestamp,
    /// How long buckets are, as ISO 8601 has durations, or `all`.
    #[schema(example = "PT1H")]
    pub(crate) every: String,
    /// Whose days, weeks, months and years they are.
    #[schema(example = "UTC")]
    pub(crate) timezone: String,
    /// What it was made of: `hourly`, sums that were made of each hour before, or `readings`.
    #[schema(example = "hourly")]
    pub(crate) source: &'static str,
    /// Whether percentiles are exact; otherwise they are off by up to a two-thousandth of what is plausible.
    pub(crate) percentiles_exact: bool,
    /// When the newest reading was measured that history has; `null` while it has none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) through: Option<Timestamp>,
    /// One for each bucket of each phenomenon, in the order of time; none at all if no bucket has a reading.
    pub(crate) rows: Vec<BucketRow>,
}

/// What the readings of a bucket come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryRow)]
pub(crate) struct BucketRow {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) from: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) to: Timestamp,
    /// What was measured.
    #[schema(example = "air_temperature")]
    pub(crate) phenomenon: &'static str,
    /// The unit of all values.
    #[schema(example = "°C")]
    pub(crate) unit: &'static str,
    /// How many readings there are; 0 in a gap.
    pub(crate) count: u64,
    /// Their mean.
    pub(crate) mean: Option<f64>,
    /// The lowest; `null` for directions.
    pub(crate) min: Option<f64>,
    /// The highest; `null` for directions.
    pub(crate) max: Option<f64>,
    /// The percentiles that were asked for.
    pub(crate) percentiles: Vec<PercentileOfBucket>,
}

/// A percentile.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PercentileOfBucket {
    /// Which one, 0 to 100.
    #[schema(example = 95.0)]
    pub(crate) percentile: f64,
    /// Its value; `null` without readings.
    pub(crate) value: Option<f64>,
}

impl HistoryBody {
    pub(crate) fn of(question: &Question, answer: &HistoryAnswer) -> Self {
        Self {
            from: question.from,
            to: question.to,
            every: question.every.map_or_else(|| Length::ALL.to_owned(), |every| every.to_string()),
            timezone: question.zone.iana_name().unwrap_or_default().to_owned(),
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
    /// Those of rows without percentiles.
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("from", CellKind::Time, false, "UTC, ms", "When the bucket begins"),
        TableColumn::new("to", CellKind::Time, false, "UTC, ms", "When it ends"),
        TableColumn::new("phenomenon", CellKind::Text, false, "", "What was measured"),
        TableColumn::new("unit", CellKind::Text, false, "", "The unit of all values"),
        TableColumn::new("count", CellKind::Integer, false, "", "How many readings there are"),
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

/// The columns of rows with these percentiles: `p5`, or `p97_5` where it is no whole number.
pub(crate) fn columns(percentiles: &[Percentile]) -> Vec<TableColumn> {
    let named = |percentile: &Percentile| TableColumn {
        name: Cow::Owned(format!("p{}", percentile.get()).replace('.', "_")),
        ..TableColumn::new("", CellKind::Number, true, "as in unit", "The percentile of that number")
    };
    BucketRow::COLUMNS.iter().cloned().chain(percentiles.iter().map(named)).collect()
}
