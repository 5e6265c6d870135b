//! Fetches measurements from the API.

use opensensemap::{BoxId, Client, FetchError, MeasurementQuery};

use super::batch::{FetchedRows, ReadingBatch};
use super::directory::Directory;
use super::error::BackfillError;
use super::pacing::{Pacer, Patience};
use super::plan::{RequestSize, Window, halves, pieces};

/// The API as a source of measurements.
pub(super) struct Api<'a, 'p> {
    pub(super) client: &'a Client,
    pub(super) directory: &'a Directory,
    pub(super) pacer: &'a mut Pacer<'p>,
    pub(super) request_size: &'a mut RequestSize,
}

impl Api<'_, '_> {
    /// Fetches the measurements of all sensors with this title in these boxes. If an answer may be truncated, its time
    /// is fetched again in two halves.
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
                .map_err(|error| failed(error.into()))?
                .with_box_ids();
            let request = async || {
                let fetched = self.client.measurements(&query, FetchedRows::default, |answer, row| {
                    judge.take(answer, row, &times);
                });
                match fetched.await {
                    Err(error) if has_no_such_box(&error) => Ok(None),
                    result => result.map(Some),
                }
            };
            let Some(fetched) = self.pacer.ask(Patience::Long, request).await.map_err(failed)? else {
                continue;
            };
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
        self.pacer.advance(window.days() * sensors, batch.new_values());
        Ok(())
    }
}

/// Whether the API says in its own words that no box has such a sensor: someone may have removed or renamed it a
/// moment ago. Any other 404 comes from a server without this route, and is an error.
///
/// The words differ: "No senseBoxes found" in the classic API, "No matching sensors found" in the new one.
fn has_no_such_box(error: &FetchError) -> bool {
    let says_so = |message: &str| {
        let message = message.trim().trim_end_matches('.').to_ascii_lowercase();
        matches!(message.as_str(), "no senseboxes found" | "no matching sensors found")
    };
    matches!(error, FetchError::Status { message: Some(message), .. } if error.is_not_found() && says_so(message))
}
