//! Fetches past measurements from the API or the daily archive.

use std::sync::atomic::AtomicU64;

use jiff::civil::Date;

use super::{Client, FetchError};
use crate::archive::{ArchiveFolder, ListingReader};
use crate::measurement_query::{MAX_MEASUREMENTS, MeasurementQuery};
use crate::rows::{MeasurementRow, RowDecoder, Shape};

/// The result of folding measurements into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurements<A> {
    /// The folded value.
    pub value: A,
    /// The number of measurements.
    pub rows: usize,
    /// Whether there may be more: the API returned as many as it ever does ([`MAX_MEASUREMENTS`]).
    /// If so, ask again for shorter time spans.
    pub may_be_cut: bool,
}

impl Client {
    /// Folds the measurements that answer `query` into a value, one by one as they arrive, in no
    /// particular order.
    ///
    /// Each attempt starts afresh from `start`, so a value never mixes two answers.
    ///
    /// # Errors
    /// [`FetchError::is_not_found`] if there is no such box or no sensor with that title; otherwise
    /// the error of the last attempt, if none returned a complete answer.
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

    /// The folders of all boxes that measured on a day (UTC); `None` if the archive does not have
    /// the day (yet). The client's base address must be that of the archive, such as
    /// `https://archive.opensensemap.org`.
    ///
    /// # Errors
    /// The error of the last attempt, if none returned a complete list.
    pub async fn archive_folders(&self, day: Date) -> Result<Option<Vec<ArchiveFolder>>, FetchError> {
        let path = format!("/{day}/");
        let listed = self.with_retries(async |body_bytes| {
            let mut response = self.get(&path).await?;
            let mut reader = ListingReader::new(day);
            while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
                reader.push(&piece)?;
            }
            Ok(reader.finish()?)
        });
        found(listed.await)
    }

    /// Folds the measurements of a sensor on a day into a value, from its file in the daily
    /// archive; `None` if there is no such file, as for a sensor that measured nothing.
    ///
    /// A file that is damaged says nothing about the state of the archive, so it is not asked for again here, and
    /// leaves the circuit closed.
    ///
    /// # Errors
    /// [`MeasurementQueryError::SensorId`](crate::MeasurementQueryError::SensorId) if the sensor id is malformed;
    /// [`FetchError::Rows`] if the file is damaged; otherwise the error of the last attempt, if none returned a file.
    pub async fn archive_day<A>(
        &self,
        folder: &ArchiveFolder,
        sensor_id: &str,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, MeasurementRow<'_>),
    ) -> Result<Option<Measurements<A>>, FetchError> {
        let (path, sensor) = folder.file(sensor_id)?;
        let shape = Shape::Of(sensor);
        let file = self.with_retries(async |body_bytes| {
            match self.read_rows(&path, &shape, &start, &step, body_bytes).await {
                Err(FetchError::Rows(damage)) => Ok(Err(damage)),
                result => result.map(Ok),
            }
        });
        Ok(found(file.await)?.transpose()?)
    }

    async fn fold_rows<A>(
        &self,
        path: &str,
        shape: &Shape,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, MeasurementRow<'_>),
    ) -> Result<Measurements<A>, FetchError> {
        self.with_retries(async |body_bytes| self.read_rows(path, shape, &start, &step, body_bytes).await)
            .await
    }

    async fn read_rows<A>(
        &self,
        path: &str,
        shape: &Shape,
        start: &impl Fn() -> A,
        step: &impl Fn(&mut A, MeasurementRow<'_>),
        body_bytes: &AtomicU64,
    ) -> Result<Measurements<A>, FetchError> {
        let mut response = self.get(path).await?;
        let mut decoder = RowDecoder::new(shape.clone());
        let mut value = start();
        let mut sink = |row: MeasurementRow<'_>| step(&mut value, row);
        while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
            decoder.push(&piece, &mut sink)?;
        }
        let rows = decoder.finish()?;
        Ok(Measurements { value, rows, may_be_cut: false })
    }
}

/// Turns "not found" into `None`.
fn found<T>(result: Result<T, FetchError>) -> Result<Option<T>, FetchError> {
    match result {
        Err(error) if error.is_not_found() => Ok(None),
        result => result.map(Some),
    }
}
