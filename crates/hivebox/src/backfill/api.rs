//! Asks the API for the measurements of some boxes.

use opensensemap::{BoxId, Client, FetchError, MeasurementQuery};

use super::batch::{FetchedRows, ReadingBatch};
use super::directory::Directory;
use super::error::BackfillError;
use super::pacing::Pacer;
use super::plan::{RequestSize, Window, halves, pieces};

/// What is asked of the API, and by what.
pub(super) struct Api<'a, 'p> {
    pub(super) client: &'a Client,
    pub(super) directory: &'a Directory,
    pub(super) pacer: &'a mut Pacer<'p>,
    pub(super) request_size: &'a mut RequestSize,
}

impl Api<'_, '_> {
    /// Brings in what the sensors of these boxes with this title measured. An answer that may be cut is not used: its time is asked for again,
    /// half by half.
    pub(super) async fn ask(
        &mut self,
        title: &str,
        boxes: &[BoxId],
        window: &Window,
        batch: &mut ReadingBatch<'_>,
    ) -> Result<(), BackfillError> {
        let mut waiting = pieces(&window.times(), self.request_size.span());
        waiting.reverse();
        let judge = batch.judge();
        while let Some(times) = waiting.pop() {
            let failed = |source| BackfillError::Fetch {
                what: format!("{title:?} of {} boxes from {} to {}", boxes.len(), times.start, times.end),
                source,
            };
            let query = MeasurementQuery::of_boxes(title, boxes.to_vec(), times.clone())
                .map_err(|error| failed(error.into()))?;
            let request = async || {
                let fetched = self.client.measurements(&query, FetchedRows::default, |answer, row| {
                    judge.take(answer, row, &times);
                });
                match fetched.await {
                    Err(error) if has_no_such_box(&error) => Ok(None),
                    result => result.map(Some),
                }
            };
            let Some(fetched) = self.pacer.ask(request).await.map_err(failed)? else { continue };
            self.request_size.learn(boxes.len(), times.end.duration_since(times.start), fetched.rows);
            if !fetched.may_be_cut {
                batch.take(fetched.value);
                continue;
            }
            let [first, second] = halves(&times)
                .ok_or_else(|| BackfillError::TooMany { title: title.to_owned(), at: times.start })?;
            waiting.extend([second, first]);
        }
        let sensors = self.directory.sensors_titled(title, boxes);
        self.pacer.advance(window.days() * sensors, batch.news());
        Ok(())
    }
}

/// Whether the API says in its own words that no box has such a sensor: one may have been removed, or have got another name, a moment
/// ago. Any other 404 is that of a server which does not have this route, and must not be taken for an empty answer.
fn has_no_such_box(error: &FetchError) -> bool {
    matches!(error, FetchError::Status { message: Some(message), .. }
        if error.is_not_found() && message.contains("No senseBoxes found"))
}
