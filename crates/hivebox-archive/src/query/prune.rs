//! Which rows of a file need not be read, by what its footer knows.

use std::ops::Range;

use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::{
    ByteArrayColumnIndex, ColumnIndexMetaData, PrimitiveColumnIndex,
};

use super::columns::{self, integers, only_text, texts};
use super::error::QueryError;
use super::files::DataFile;
use super::tally::bucket_of;
use super::wanted::{Rect, Wanted};

/// Where the columns of readings stand in a file.
#[derive(Debug, Clone)]
pub(super) struct Places {
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

/// Rows of one row group that must be read, and what is not known of all of them yet.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) row_group: usize,
    /// Which rows; all if `None`.
    pub(super) rows: Option<RowSelection>,
    /// The place in the question of the phenomenon of all rows, if they have only one.
    pub(super) phenomenon: Option<usize>,
    /// The bucket in which all rows lie.
    pub(super) bucket: Option<usize>,
    /// What rows must be looked at for.
    pub(super) by: Vec<By>,
}

/// What a row is looked at for, beside its phenomenon and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Id,
    Verdict,
    Exposure,
    Model,
    Place,
}

impl Places {
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

/// The verdict of rows that count.
pub(super) const OK: &str = "ok";

/// The parts of a file that must be read.
pub(super) fn parts(metadata: &ParquetMetaData, places: &Places, wanted: &Wanted) -> Vec<Part> {
    let groups = metadata.row_groups().iter().enumerate();
    groups.filter_map(|(number, group)| part(metadata, places, wanted, number, group)).collect()
}

fn part(
    metadata: &ParquetMetaData,
    places: &Places,
    wanted: &Wanted,
    row_group: usize,
    group: &RowGroupMetaData,
) -> Option<Part> {
    let names: Vec<&str> = wanted.phenomena.iter().map(|(_, name)| *name).collect();
    let models: Vec<&str> = wanted.models.iter().map(String::as_str).collect();
    let phenomenon =
        only_text(group, places.phenomenon).and_then(|only| names.iter().position(|name| *name == only));
    let may_have = |column, any: &[&str]| any.iter().any(|text| is_within(texts(group, column), text));
    let is_free = |column, any: &[&str]| {
        any.is_empty() || only_text(group, column).is_some_and(|only| any.contains(&only))
    };

    let (from, to) = wanted.time();
    let time = integers(group, places.measured_at);
    let is_out = time.is_some_and(|(first, last)| last < from || first >= to)
        || !may_have(places.phenomenon, &names)
        || !may_have(places.verdict, &[OK])
        || !(wanted.exposures.is_empty() || may_have(places.exposure, &wanted.exposures))
        || !(models.is_empty() || may_have(places.model, &models));
    if is_out {
        return None;
    }
    let bucket = time.and_then(|(first, last)| {
        let (bucket, _, end) = bucket_of(&wanted.edges, first);
        bucket.filter(|_| last < end)
    });
    let by = [
        (By::Id, wanted.ids.is_some()),
        (By::Verdict, !is_free(places.verdict, &[OK])),
        (By::Exposure, !is_free(places.exposure, &wanted.exposures)),
        (By::Model, !is_free(places.model, &models)),
        (By::Place, wanted.has_place()),
    ];
    let by = by.into_iter().filter(|(_, is_open)| *is_open).map(|(by, _)| by).collect();
    let part = Part { row_group, rows: None, phenomenon, bucket, by };
    match pages(metadata, places, wanted, row_group, group) {
        Some(rows) if !rows.selects_any() => None,
        Some(rows) if rows.skipped_row_count() == 0 => Some(part),
        rows => Some(Part { rows, ..part }),
    }
}

/// Whether a text may be among those of a column.
fn is_within(texts: Option<(&str, &str)>, text: &str) -> bool {
    texts.is_none_or(|(min, max)| min <= text && text <= max)
}

/// The rows of those pages that may have what is wanted; `None` if nothing is known about pages.
fn pages(
    metadata: &ParquetMetaData,
    places: &Places,
    wanted: &Wanted,
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

    let (from, to) = wanted.time();
    if let ColumnIndexMetaData::INT64(times) = indexes.get(places.measured_at)? {
        narrow(pages(places.measured_at, &|page| may_overlap(times, page, from, to - 1)));
    }
    if let (Some(ids), ColumnIndexMetaData::BYTE_ARRAY(texts)) = (&wanted.ids, indexes.get(places.box_id)?) {
        narrow(pages(places.box_id, &|page| may_have_text(texts, page, ids)));
    }
    let (ColumnIndexMetaData::DOUBLE(latitudes), ColumnIndexMetaData::DOUBLE(longitudes)) =
        (indexes.get(places.latitude)?, indexes.get(places.longitude)?)
    else {
        return selected;
    };
    // Rows without a position are nowhere; but a box that is asked for by its id may have some.
    let mut lie = |rects: &[Rect], or_nowhere: bool| {
        let is_nowhere =
            |index: &PrimitiveColumnIndex<f64>, page| or_nowhere && index.null_count(page) != Some(0);
        let one = |rect: &Rect| {
            let north = pages(places.latitude, &|page| {
                may_overlap(latitudes, page, rect.south, rect.north) || is_nowhere(latitudes, page)
            })?;
            let east = pages(places.longitude, &|page| {
                may_overlap(longitudes, page, rect.west, rect.east) || is_nowhere(longitudes, page)
            })?;
            Some(north.intersection(&east))
        };
        let all: Option<Vec<RowSelection>> = rects.iter().map(one).collect();
        narrow(all.and_then(|all| all.into_iter().reduce(|one, other| one.union(&other))));
    };
    wanted.places().iter().for_each(|rects| lie(rects, false));
    if let Some(haunts) = &wanted.haunts {
        lie(haunts, true);
    }
    selected
}

/// Whether a page may have a number from `least` to `greatest`.
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

/// Whether a page may have one of the texts, which are in order.
fn may_have_text(index: &ByteArrayColumnIndex, page: usize, texts: &[String]) -> bool {
    match (index.min_value(page), index.max_value(page)) {
        (Some(min), Some(max)) => {
            let first = texts.partition_point(|text| text.as_bytes() < min);
            texts.get(first).is_some_and(|text| text.as_bytes() <= max)
        }
        _ => !index.is_null_page(page),
    }
}
