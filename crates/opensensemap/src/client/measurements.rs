//! Asks for measurements of the past: of the API, or of the daily archive.

use jiff::civil::Date;

use super::{Client, FetchError};
use crate::archive::{ArchiveFolder, ListingReader};
use crate::question::{MAX_MEASUREMENTS, MeasurementQuery};
use crate::rows::{MeasurementRow, RowDecoder, Shape};

/// Measurements folded into one value, and how many there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurements<A> {
    /// What the measurements were folded into.
    pub value: A,
    /// How many there were.
    pub rows: usize,
    /// Whether there may be more: the API gave as many as it ever gives ([`MAX_MEASUREMENTS`]). Ask again for shorter times.
    pub may_be_cut: bool,
}

impl Client {
    /// Folds the measurements that answer a question into a value, one by one as they arrive, in no certain order.
    ///
    /// Each attempt folds afresh from `start`, so a value is never made of two answers.
    ///
    /// # Errors
    /// No attempt brought a whole answer; or there is no such box, or none has a sensor with that title
    /// ([`FetchError::is_not_found`]).
    pub async fn measurements<A>(
        &self,
        query: &MeasurementQuery,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, MeasurementRow<'_>),
    ) -> Result<Measurements<A>, FetchError> {
        let shape = Shape::InColumns { box_ids: query.has_box_ids() };
        let fetched = self.fold_rows(&query.path(), &shape, start, step).await?;
        Ok(Measurements { may_be_cut: fetched.rows == MAX_MEASUREMENTS, ..fetched })
    }

    /// The folders of all boxes that measured on a day, by UTC. The client's base address must be that of the archive, such as
    /// `https://archive.opensensemap.org`. `None` if the archive does not have the day (yet).
    ///
    /// # Errors
    /// No attempt brought a whole list.
    pub async fn archive_folders(&self, day: Date) -> Result<Option<Vec<ArchiveFolder>>, FetchError> {
        let path = format!("/{day}/");
        let listed = self.with_retries(async |body_bytes| {
            let mut response = self.get(&path).await?;
            let mut reader = ListingReader::new(day);
            while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
                reader.push(&piece);
            }
            Ok(reader.finish()?)
        });
        found(listed.await)
    }

    /// Folds what a sensor measured on a day into a value, by its file in the daily archive. `None` if there is no such file: there is
    /// none of a sensor that measured nothing.
    ///
    /// # Errors
    /// No attempt brought a whole file, or the sensor's id is none.
    pub async fn archive_day<A>(
        &self,
        folder: &ArchiveFolder,
        sensor_id: &str,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, MeasurementRow<'_>),
    ) -> Result<Option<Measurements<A>>, FetchError> {
        let (path, sensor) = folder.file(sensor_id)?;
        found(self.fold_rows(&path, &Shape::Of(sensor), start, step).await)
    }

    async fn fold_rows<A>(
        &self,
        path: &str,
        shape: &Shape,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, MeasurementRow<'_>),
    ) -> Result<Measurements<A>, FetchError> {
        self.with_retries(async |body_bytes| {
            let mut response = self.get(path).await?;
            let mut decoder = RowDecoder::new(shape.clone());
            let mut value = start();
            let mut sink = |row: MeasurementRow<'_>| step(&mut value, row);
            while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
                decoder.push(&piece, &mut sink)?;
            }
            let rows = decoder.finish()?;
            Ok(Measurements { value, rows, may_be_cut: false })
        })
        .await
    }
}

/// What is not there is no failure.
fn found<T>(result: Result<T, FetchError>) -> Result<Option<T>, FetchError> {
    match result {
        Err(error) if error.is_not_found() => Ok(None),
        result => result.map(Some),
    }
}
