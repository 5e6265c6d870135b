//! Picks the selected rows out of a batch and sums them up.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Float64Type, Int32Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use hivebox_climate::place::Position;
use hivebox_climate::verdict::Verdict;

use super::error::QueryError;
use super::files::DataFile;
use super::filter::ReadingFilter;
use super::prune::{Part, ReadingColumns, RowCheck};
use super::tally::{MeasuredAt, Tally};

/// Sums up the rows of parts. Keeps its buffers from batch to batch.
#[derive(Debug)]
pub(super) struct PartScan<'a> {
    filter: &'a ReadingFilter,
    /// The texts of each column that the filter selects.
    matches: [MatchCache; RowCheck::Place as usize],
    kept: Vec<bool>,
    values: Vec<i32>,
    millis: Vec<i64>,
}

impl<'a> PartScan<'a> {
    pub(super) fn new(filter: &'a ReadingFilter) -> Self {
        let (matches, kept, values, millis) = (Default::default(), Vec::new(), Vec::new(), Vec::new());
        Self { filter, matches, kept, values, millis }
    }

    /// The indices of the columns that a part needs.
    pub(super) fn columns(part: &Part, columns: &ReadingColumns) -> Vec<usize> {
        let mut read = vec![columns.value];
        read.extend(part.bucket.is_none().then_some(columns.measured_at));
        read.extend(part.phenomenon.is_none().then_some(columns.phenomenon));
        for check in &part.checks {
            match check {
                RowCheck::Id => read.push(columns.box_id),
                RowCheck::Verdict => read.push(columns.verdict),
                RowCheck::Exposure => read.push(columns.exposure),
                RowCheck::Model => read.push(columns.model),
                RowCheck::Place => read.extend([columns.latitude, columns.longitude]),
            }
        }
        read
    }

    /// Sums up some rows of a part.
    pub(super) fn add(
        &mut self,
        file: &DataFile,
        part: &Part,
        rows: &RecordBatch,
        tally: &mut Tally,
    ) -> Result<(), QueryError> {
        self.add_rows(part, rows, tally).map_err(|column| QueryError::bad_column(&file.path, column))
    }

    /// Fails with the name of the column that is malformed.
    fn add_rows(&mut self, part: &Part, rows: &RecordBatch, tally: &mut Tally) -> Result<(), &'static str> {
        let values = rows
            .column_by_name("value")
            .and_then(|it| it.as_primitive_opt::<Decimal32Type>())
            .ok_or("value")?;
        let times = || {
            let times = rows.column_by_name("measured_at");
            times.and_then(|it| it.as_primitive_opt::<TimestampMillisecondType>()).ok_or("measured_at")
        };
        let millis = if part.bucket.is_none() { Some(times()?.values().as_ref()) } else { None };
        let is_all = self.keep(part, rows)? && values.null_count() == 0;
        if !is_all && let Some(nulls) = values.nulls() {
            self.kept.iter_mut().zip(nulls).for_each(|(kept, is_valid)| *kept &= is_valid);
        }
        match part.phenomenon {
            Some(phenomenon) if is_all => tally.add(phenomenon, values.values(), measured_at(part, millis)),
            Some(phenomenon) => self.add_kept(phenomenon, None, values.values(), part, millis, tally),
            None => {
                let texts = DictionaryColumn::of(rows, "phenomenon")?;
                for (phenomenon, (_, name)) in self.filter.phenomena.iter().enumerate() {
                    let is_it = texts.matches(|text| text == *name);
                    self.add_kept(phenomenon, Some((&texts, &is_it)), values.values(), part, millis, tally);
                }
            }
        }
        Ok(())
    }

    /// Sums up the kept rows. If the part has several phenomena, `of_several` tells which rows have this one.
    fn add_kept(
        &mut self,
        phenomenon: usize,
        of_several: Option<(&DictionaryColumn<'_>, &[bool])>,
        values: &[i32],
        part: &Part,
        millis: Option<&[i64]>,
        tally: &mut Tally,
    ) {
        let is_kept =
            |row: usize| self.kept[row] && of_several.is_none_or(|(texts, is_it)| texts.is(row, is_it));
        self.values.clear();
        self.millis.clear();
        for (row, &value) in values.iter().enumerate() {
            if is_kept(row) {
                self.values.push(value);
                if let Some(millis) = millis {
                    self.millis.push(millis[row]);
                }
            }
        }
        let millis = millis.map(|_| self.millis.as_slice());
        tally.add(phenomenon, &self.values, measured_at(part, millis));
    }

    /// Finds the selected rows; returns whether these are all rows.
    fn keep(&mut self, part: &Part, rows: &RecordBatch) -> Result<bool, &'static str> {
        self.kept.clear();
        self.kept.resize(rows.num_rows(), true);
        for check in &part.checks {
            self.apply(*check, rows)?;
        }
        Ok(part.phenomenon.is_some() && self.kept.iter().all(|kept| *kept))
    }

    /// Drops the rows that fail a check.
    fn apply(&mut self, check: RowCheck, rows: &RecordBatch) -> Result<(), &'static str> {
        let filter = self.filter;
        let is_id = |text: &str| {
            let ids = filter.ids.as_deref().unwrap_or_default();
            ids.binary_search_by(|id| id.as_str().cmp(text)).is_ok()
        };
        let is_model = |text: &str| filter.models.iter().any(|model| model == text);
        let (name, is_selected): (_, &dyn Fn(&str) -> bool) = match check {
            RowCheck::Id => ("box_id", &is_id),
            RowCheck::Verdict => ("verdict", &|text| text == Verdict::Ok.slug()),
            RowCheck::Exposure => ("exposure", &|text| filter.exposures.contains(&text)),
            RowCheck::Model => ("model", &is_model),
            RowCheck::Place => return self.keep_places(rows),
        };
        let texts = DictionaryColumn::of(rows, name)?;
        let matches = self.matches[check as usize].matches(&texts, is_selected);
        texts.narrow(&mut self.kept, matches);
        Ok(())
    }

    /// Drops the rows of boxes in other places.
    fn keep_places(&mut self, rows: &RecordBatch) -> Result<(), &'static str> {
        let degrees = |name| rows.column_by_name(name).and_then(|it| it.as_primitive_opt::<Float64Type>());
        let (latitudes, longitudes) =
            degrees("latitude").zip(degrees("longitude")).ok_or("latitude or longitude")?;
        let (north, east) = (latitudes.values(), longitudes.values());
        // Rows of one box are adjacent, and comparing coordinates is far cheaper than testing the area.
        let mut last = (f64::NAN, f64::NAN, false);
        for (row, kept) in self.kept.iter_mut().enumerate().filter(|(_, kept)| **kept) {
            if latitudes.is_null(row) || longitudes.is_null(row) {
                *kept = self.filter.is_place(None);
                continue;
            }
            if (north[row], east[row]) != (last.0, last.1) {
                let position = Position::new(north[row], east[row]);
                last = (north[row], east[row], self.filter.is_place(position));
            }
            *kept = last.2;
        }
        Ok(())
    }
}

fn measured_at<'a>(part: &Part, millis: Option<&'a [i64]>) -> MeasuredAt<'a> {
    match (part.bucket, millis) {
        (Some(bucket), _) => MeasuredAt::Bucket(bucket),
        (None, millis) => MeasuredAt::Millis(millis.unwrap_or_default()),
    }
}

/// Which texts of a dictionary match. All batches of a row group share one dictionary, which may be long.
#[derive(Debug, Default)]
struct MatchCache {
    texts: Option<ArrayRef>,
    matches: Vec<bool>,
}

impl MatchCache {
    fn matches(&mut self, column: &DictionaryColumn<'_>, is_match: impl Fn(&str) -> bool) -> &[bool] {
        let texts = column.column.values();
        if !self.texts.as_ref().is_some_and(|known| is_same(known, texts)) {
            self.matches = column.matches(is_match);
            self.texts = Some(Arc::clone(texts));
        }
        &self.matches
    }
}

/// Whether two arrays of text share their memory.
fn is_same(one: &ArrayRef, other: &ArrayRef) -> bool {
    let place = |array: &ArrayRef| {
        let texts = array.as_string_opt::<i32>()?;
        Some((texts.value_offsets().as_ptr(), texts.len(), texts.value_data().as_ptr()))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// A column of text with a dictionary.
#[derive(Debug)]
pub(super) struct DictionaryColumn<'a> {
    keys: &'a [i32],
    column: &'a arrow_array::DictionaryArray<Int32Type>,
}

impl<'a> DictionaryColumn<'a> {
    /// A column of text. Fails with its name if it is not one.
    pub(super) fn of(rows: &'a RecordBatch, name: &'static str) -> Result<Self, &'static str> {
        let column = rows.column_by_name(name).and_then(|column| column.as_dictionary_opt::<Int32Type>());
        let column = column.filter(|column| column.values().as_string_opt::<i32>().is_some()).ok_or(name)?;
        Ok(Self { keys: column.keys().values(), column })
    }

    /// The text of a row; `None` if it is null.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        let key = usize::try_from(self.keys[row]).ok().filter(|_| self.column.is_valid(row))?;
        let texts = self.column.values().as_string::<i32>();
        (key < texts.len()).then(|| texts.value(key))
    }

    /// Which texts of the dictionary match.
    pub(super) fn matches(&self, is_match: impl Fn(&str) -> bool) -> Vec<bool> {
        let texts = self.column.values().as_string::<i32>();
        texts.iter().map(|text| text.is_some_and(&is_match)).collect()
    }

    /// Whether the text of a row matches.
    pub(super) fn is(&self, row: usize, matches: &[bool]) -> bool {
        self.column.is_valid(row) && matches.get(self.keys[row] as usize).copied().unwrap_or_default()
    }

    /// Drops the rows whose text does not match.
    fn narrow(&self, kept: &mut [bool], matches: &[bool]) {
        if matches.iter().all(|is_match| *is_match) && self.column.null_count() == 0 {
            return;
        }
        for (row, kept) in kept.iter_mut().enumerate() {
            *kept &= self.is(row, matches);
        }
    }
}
