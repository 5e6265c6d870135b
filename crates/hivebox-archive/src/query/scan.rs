//! Reads the rows that are wanted from the parts of files, and adds them up.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Float64Type, Int32Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use hivebox_climate::place::Position;

use super::error::QueryError;
use super::files::DataFile;
use super::footers::damaged;
use super::prune::{By, OK, Part, Places};
use super::tally::{Tally, Times};
use super::wanted::Wanted;

/// Adds up the rows of a part. Keeps its buffers from batch to batch.
#[derive(Debug)]
pub(super) struct Adder<'a> {
    wanted: &'a Wanted,
    /// What was found out about the texts of each column.
    known: [Known; By::Place as usize],
    kept: Vec<bool>,
    values: Vec<i32>,
    millis: Vec<i64>,
}

impl<'a> Adder<'a> {
    pub(super) fn new(wanted: &'a Wanted) -> Self {
        Self { wanted, known: Default::default(), kept: Vec::new(), values: Vec::new(), millis: Vec::new() }
    }

    /// Which columns of a part must be read.
    pub(super) fn columns(part: &Part, places: &Places) -> Vec<usize> {
        let mut read = vec![places.value];
        read.extend(part.bucket.is_none().then_some(places.measured_at));
        read.extend(part.phenomenon.is_none().then_some(places.phenomenon));
        for by in &part.by {
            match by {
                By::Id => read.push(places.box_id),
                By::Verdict => read.push(places.verdict),
                By::Exposure => read.push(places.exposure),
                By::Model => read.push(places.model),
                By::Place => read.extend([places.latitude, places.longitude]),
            }
        }
        read
    }

    /// Adds up some rows of a part.
    pub(super) fn add(
        &mut self,
        file: &DataFile,
        part: &Part,
        rows: &RecordBatch,
        tally: &mut Tally,
    ) -> Result<(), QueryError> {
        let found = self.add_or_tell(part, rows, tally);
        found.map_err(|column| {
            damaged(&file.path, &format_args!("the column {column} is not as it should be"))
        })
    }

    /// Fails with the name of the column that is not as it should be.
    fn add_or_tell(
        &mut self,
        part: &Part,
        rows: &RecordBatch,
        tally: &mut Tally,
    ) -> Result<(), &'static str> {
        let values = rows
            .column_by_name("value")
            .and_then(|it| it.as_primitive_opt::<Decimal32Type>())
            .ok_or("value")?;
        let measured_at = || {
            let times = rows.column_by_name("measured_at");
            times.and_then(|it| it.as_primitive_opt::<TimestampMillisecondType>()).ok_or("measured_at")
        };
        let millis = if part.bucket.is_none() { Some(measured_at()?.values().as_ref()) } else { None };
        let is_all = self.keep(part, rows)? && values.null_count() == 0;
        if !is_all && let Some(nulls) = values.nulls() {
            self.kept.iter_mut().zip(nulls).for_each(|(kept, is_valid)| *kept &= is_valid);
        }
        match part.phenomenon {
            Some(phenomenon) if is_all => tally.add(phenomenon, values.values(), times(part, millis)),
            Some(phenomenon) => self.add_kept(phenomenon, None, values.values(), part, millis, tally),
            None => {
                let numbers = Numbered::of(rows, "phenomenon")?;
                for (phenomenon, (_, name)) in self.wanted.phenomena.iter().enumerate() {
                    let is_it = numbers.matches(|text| text == *name);
                    self.add_kept(phenomenon, Some((&numbers, &is_it)), values.values(), part, millis, tally);
                }
            }
        }
        Ok(())
    }

    /// Adds up the rows that are kept, and that have the phenomenon if they have several.
    fn add_kept(
        &mut self,
        phenomenon: usize,
        of_several: Option<(&Numbered<'_>, &[bool])>,
        values: &[i32],
        part: &Part,
        millis: Option<&[i64]>,
        tally: &mut Tally,
    ) {
        let is_kept =
            |row: usize| self.kept[row] && of_several.is_none_or(|(numbers, is_it)| numbers.is(row, is_it));
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
        tally.add(phenomenon, &self.values, times(part, millis));
    }

    /// Finds the rows that are wanted; whether those are all.
    fn keep(&mut self, part: &Part, rows: &RecordBatch) -> Result<bool, &'static str> {
        self.kept.clear();
        self.kept.resize(rows.num_rows(), true);
        for by in &part.by {
            self.keep_by(*by, rows)?;
        }
        Ok(part.phenomenon.is_some() && self.kept.iter().all(|kept| *kept))
    }

    /// Leaves out the rows that are not wanted for one reason.
    fn keep_by(&mut self, by: By, rows: &RecordBatch) -> Result<(), &'static str> {
        let wanted = self.wanted;
        let is_id = |text: &str| {
            let ids = wanted.ids.as_deref().unwrap_or_default();
            ids.binary_search_by(|id| id.as_str().cmp(text)).is_ok()
        };
        let is_model = |text: &str| wanted.models.iter().any(|model| model == text);
        let (name, is_wanted): (_, &dyn Fn(&str) -> bool) = match by {
            By::Id => ("box_id", &is_id),
            By::Verdict => ("verdict", &|text| text == OK),
            By::Exposure => ("exposure", &|text| wanted.exposures.contains(&text)),
            By::Model => ("model", &is_model),
            By::Place => return self.keep_places(rows),
        };
        let numbers = Numbered::of(rows, name)?;
        let matches = self.known[by as usize].matches(&numbers, is_wanted);
        numbers.narrow(&mut self.kept, matches);
        Ok(())
    }

    /// Leaves out the rows of boxes that stand elsewhere.
    fn keep_places(&mut self, rows: &RecordBatch) -> Result<(), &'static str> {
        let degrees = |name| rows.column_by_name(name).and_then(|it| it.as_primitive_opt::<Float64Type>());
        let (latitudes, longitudes) =
            degrees("latitude").zip(degrees("longitude")).ok_or("latitude or longitude")?;
        let (north, east) = (latitudes.values(), longitudes.values());
        // Rows of one box stand together, and finding out takes far longer than comparing.
        let mut last = (f64::NAN, f64::NAN, false);
        for (row, kept) in self.kept.iter_mut().enumerate().filter(|(_, kept)| **kept) {
            if latitudes.is_null(row) || longitudes.is_null(row) {
                *kept = self.wanted.is_place(None);
                continue;
            }
            if (north[row], east[row]) != (last.0, last.1) {
                let position = Position::new(north[row], east[row]);
                last = (north[row], east[row], self.wanted.is_place(position));
            }
            *kept = last.2;
        }
        Ok(())
    }
}

fn times<'a>(part: &Part, millis: Option<&'a [i64]>) -> Times<'a> {
    match (part.bucket, millis) {
        (Some(bucket), _) => Times::Within(bucket),
        (None, millis) => Times::Each(millis.unwrap_or_default()),
    }
}

/// Which texts of a dictionary are matched, as long as it is the same: that of a row group is, and may be long.
#[derive(Debug, Default)]
struct Known {
    texts: Option<ArrayRef>,
    matches: Vec<bool>,
}

impl Known {
    fn matches(&mut self, numbers: &Numbered<'_>, is_match: impl Fn(&str) -> bool) -> &[bool] {
        let texts = numbers.column.values();
        if !self.texts.as_ref().is_some_and(|known| is_same(known, texts)) {
            self.matches = numbers.matches(is_match);
            self.texts = Some(Arc::clone(texts));
        }
        &self.matches
    }
}

/// Whether two arrays of text stand at the same place in memory.
fn is_same(one: &ArrayRef, other: &ArrayRef) -> bool {
    let place = |array: &ArrayRef| {
        let texts = array.as_string_opt::<i32>()?;
        Some((texts.value_offsets().as_ptr(), texts.len(), texts.value_data().as_ptr()))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// Text as numbers of a dictionary.
#[derive(Debug)]
pub(super) struct Numbered<'a> {
    numbers: &'a [i32],
    column: &'a arrow_array::DictionaryArray<Int32Type>,
}

impl<'a> Numbered<'a> {
    /// A column of text; fails with its name.
    pub(super) fn of(rows: &'a RecordBatch, name: &'static str) -> Result<Self, &'static str> {
        let column = rows.column_by_name(name).and_then(|column| column.as_dictionary_opt::<Int32Type>());
        let column = column.filter(|column| column.values().as_string_opt::<i32>().is_some()).ok_or(name)?;
        Ok(Self { numbers: column.keys().values(), column })
    }

    /// The text of a row, if it has one.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        let number = usize::try_from(self.numbers[row]).ok().filter(|_| self.column.is_valid(row))?;
        let texts = self.column.values().as_string::<i32>();
        (number < texts.len()).then(|| texts.value(number))
    }

    /// Which texts of the dictionary are matched.
    pub(super) fn matches(&self, is_match: impl Fn(&str) -> bool) -> Vec<bool> {
        let texts = self.column.values().as_string::<i32>();
        texts.iter().map(|text| text.is_some_and(&is_match)).collect()
    }

    /// Whether the text of a row is one that is matched.
    pub(super) fn is(&self, row: usize, matches: &[bool]) -> bool {
        self.column.is_valid(row) && matches.get(self.numbers[row] as usize).copied().unwrap_or_default()
    }

    /// Leaves out the rows whose text is not matched.
    fn narrow(&self, kept: &mut [bool], matches: &[bool]) {
        if matches.iter().all(|is_match| *is_match) && self.column.null_count() == 0 {
            return;
        }
        for (row, kept) in kept.iter_mut().enumerate() {
            *kept &= self.is(row, matches);
        }
    }
}
