//! Skips rows that the footer of a file rules out.

use std::ops::Range;

use hivebox_climate::verdict::Verdict;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::{
    ByteArrayColumnIndex, ColumnIndexMetaData, PrimitiveColumnIndex,
};

use super::columns::{self, integers, only_text, texts};
use super::error::QueryError;
use super::files::DataFile;
use super::filter::{ReadingFilter, Rect};
use super::tally::bucket_of;

/// The indices of the columns in a file of readings.
#[derive(Debug, Clone)]
pub(super) struct ReadingColumns {
    pub(super) phenomenon: usize,
    pub(super) box_id: usize,
    pub(super) measured_at: usize,
    pub(super) value: usize,
    pub(super) verdict: usize,
    pub(super) exposure: usize,
    pub(super) model: usize,
    pub(super) latitude: usize,
    pub(super) longitude: usize,
}

/// Rows of one row group that must be read, and what the footer leaves open about them.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) row_group: usize,
    /// Which rows; all if `None`.
    pub(super) rows: Option<RowSelection>,
    /// The index in the filter of the phenomenon that all rows share, if they do.
    pub(super) phenomenon: Option<usize>,
    /// The bucket that contains all rows, if one does.
    pub(super) bucket: Option<usize>,
    /// By which columns each row must be checked.
    pub(super) checks: Vec<RowCheck>,
}

/// A check of each row, beside those of its phenomenon and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowCheck {
    Id,
    Verdict,
    Exposure,
    Model,
    Place,
}

impl ReadingColumns {
    pub(super) fn of(file: &DataFile, metadata: &ParquetMetaData) -> Result<Self, QueryError> {
        let place = |name| columns::place(file, metadata, name);
        Ok(Self {
            phenomenon: place("phenomenon")?,
            box_id: place("box_id")?,
            measured_at: place("measured_at")?,
            value: place("value")?,
            verdict: place("verdict")?,
            exposure: place("exposure")?,
            model: place("model")?,
            latitude: place("latitude")?,
            longitude: place("longitude")?,
        })
    }
}

/// The parts of a file that must be read. `extents` says where the boxes of the filter have ever been, if that is known.
pub(super) fn parts(
    metadata: &ParquetMetaData,
    columns: &ReadingColumns,
    filter: &ReadingFilter,
    extents: Option<&[Rect]>,
) -> Vec<Part> {
    let groups = metadata.row_groups().iter().enumerate();
    groups.filter_map(|(number, group)| part(metadata, columns, filter, extents, number, group)).collect()
}

fn part(
    metadata: &ParquetMetaData,
    columns: &ReadingColumns,
    filter: &ReadingFilter,
    extents: Option<&[Rect]>,
    row_group: usize,
    group: &RowGroupMetaData,
) -> Option<Part> {
    let names: Vec<&str> = filter.phenomena.iter().map(|(_, name)| *name).collect();
    let models: Vec<&str> = filter.models.iter().map(String::as_str).collect();
    let phenomenon =
        only_text(group, columns.phenomenon).and_then(|only| names.iter().position(|name| *name == only));
    let may_have = |column, any: &[&str]| any.iter().any(|text| is_within(texts(group, column), text));
    let is_free = |column, any: &[&str]| {
        any.is_empty() || only_text(group, column).is_some_and(|only| any.contains(&only))
    };

    let (from, to) = filter.time();
    let time = integers(group, columns.measured_at);
    let is_out = time.is_some_and(|(first, last)| last < from || first >= to)
        || !may_have(columns.phenomenon, &names)
        || !may_have(columns.verdict, &[Verdict::Ok.slug()])
        || !(filter.exposures.is_empty() || may_have(columns.exposure, &filter.exposures))
        || !(models.is_empty() || may_have(columns.model, &models));
    if is_out {
        return None;
    }
    let bucket = time.and_then(|(first, last)| {
        let (bucket, _, end) = bucket_of(&filter.edges, first);
        bucket.filter(|_| last < end)
    });
    let checks = [
        (RowCheck::Id, filter.ids.is_some()),
        (RowCheck::Verdict, !is_free(columns.verdict, &[Verdict::Ok.slug()])),
        (RowCheck::Exposure, !is_free(columns.exposure, &filter.exposures)),
        (RowCheck::Model, !is_free(columns.model, &models)),
        (RowCheck::Place, filter.has_place()),
    ];
    let checks = checks.into_iter().filter(|(_, is_open)| *is_open).map(|(check, _)| check).collect();
    let part = Part { row_group, rows: None, phenomenon, bucket, checks };
    match pages(metadata, columns, filter, extents, row_group, group) {
        Some(rows) if !rows.selects_any() => None,
        Some(rows) if rows.skipped_row_count() == 0 => Some(part),
        rows => Some(Part { rows, ..part }),
    }
}

/// Whether a text may be in a column with these bounds.
fn is_within(texts: Option<(&str, &str)>, text: &str) -> bool {
    texts.is_none_or(|(min, max)| min <= text && text <= max)
}

/// The rows of all pages that may have selected readings; `None` if the footer has no index of pages.
fn pages(
    metadata: &ParquetMetaData,
    columns: &ReadingColumns,
    filter: &ReadingFilter,
    extents: Option<&[Rect]>,
    row_group: usize,
    group: &RowGroupMetaData,
) -> Option<RowSelection> {
    let indexes = metadata.column_index()?.get(row_group)?;
    let offsets = metadata.offset_index()?.get(row_group)?;
    let rows = usize::try_from(group.num_rows()).ok()?;
    let pages = |column: usize, may_have: &dyn Fn(usize) -> bool| {
        let starts = offsets.get(column)?.page_locations();
        let start = |page: usize| starts.get(page).map_or(rows, |page| page.first_row_index as usize);
        let kept = (0..starts.len()).filter(|&page| may_have(page)).map(|page| start(page)..start(page + 1));
        Some(RowSelection::from_consecutive_ranges(kept.filter(|rows: &Range<usize>| !rows.is_empty()), rows))
    };
    let mut selected: Option<RowSelection> = None;
    let mut narrow = |more: Option<RowSelection>| {
        selected = match (selected.take(), more) {
            (Some(selected), Some(more)) => Some(selected.intersection(&more)),
            (selected, more) => selected.or(more),
        };
    };

    let (from, to) = filter.time();
    if let ColumnIndexMetaData::INT64(times) = indexes.get(columns.measured_at)? {
        narrow(pages(columns.measured_at, &|page| may_overlap(times, page, from, to - 1)));
    }
    if let (Some(ids), ColumnIndexMetaData::BYTE_ARRAY(texts)) = (&filter.ids, indexes.get(columns.box_id)?) {
        narrow(pages(columns.box_id, &|page| may_have_text(texts, page, ids)));
    }
    let (ColumnIndexMetaData::DOUBLE(latitudes), ColumnIndexMetaData::DOUBLE(longitudes)) =
        (indexes.get(columns.latitude)?, indexes.get(columns.longitude)?)
    else {
        return selected;
    };
    // Rows without a position are in no rectangle, but a box selected by its id may have some.
    let mut narrow_to = |rects: &[Rect], or_nowhere: bool| {
        let is_nowhere =
            |index: &PrimitiveColumnIndex<f64>, page| or_nowhere && index.null_count(page) != Some(0);
        let one = |rect: &Rect| {
            let north = pages(columns.latitude, &|page| {
                may_overlap(latitudes, page, rect.south, rect.north) || is_nowhere(latitudes, page)
            })?;
            let east = pages(columns.longitude, &|page| {
                may_overlap(longitudes, page, rect.west, rect.east) || is_nowhere(longitudes, page)
            })?;
            Some(north.intersection(&east))
        };
        let all: Option<Vec<RowSelection>> = rects.iter().map(one).collect();
        narrow(all.and_then(|all| all.into_iter().reduce(|one, other| one.union(&other))));
    };
    filter.places().iter().for_each(|rects| narrow_to(rects, false));
    if let Some(extents) = extents {
        narrow_to(extents, true);
    }
    selected
}

/// Whether a page may have a value from `least` to `greatest`.
fn may_overlap<T: Copy + PartialOrd>(
    index: &PrimitiveColumnIndex<T>,
    page: usize,
    least: T,
    greatest: T,
) -> bool {
    if index.is_null_page(page) {
        return false;
    }
    match (index.min_value(page), index.max_value(page)) {
        (Some(min), Some(max)) => *min <= greatest && *max >= least,
        _ => true,
    }
}

/// Whether a page may have one of the texts, which are sorted.
fn may_have_text(index: &ByteArrayColumnIndex, page: usize, texts: &[String]) -> bool {
    match (index.min_value(page), index.max_value(page)) {
        (Some(min), Some(max)) => {
            let first = texts.partition_point(|text| text.as_bytes() < min);
            texts.get(first).is_some_and(|text| text.as_bytes() <= max)
        }
        _ => !index.is_null_page(page),
    }
}
