//! Polls upstream and publishes what it says.

use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use jiff::Timestamp;
use tracing::{info, warn};

use super::{Refresh, schedule};
use crate::cache::Poll;
use crate::config::AnswerConfig;
use crate::present::Present;
use crate::upstream::{PollError, Polled, Upstream};

/// Asks upstream, and makes a present of what it says.
#[derive(Debug, Clone)]
pub struct Poller {
    /// Where boxes come from.
    pub upstream: Upstream,
    /// What the present is made of.
    pub answer: AnswerConfig,
    /// What titles and units mean.
    pub catalogue: &'static Catalogue,
}

impl Poller {
    /// Polls once, judging the readings as of `as_of`.
    ///
    /// # Errors
    /// Upstream gave nothing.
    pub async fn poll(&self, as_of: Timestamp) -> Result<(Present, Polled), PollError> {
        let start = || ReadingsBuilder::new(self.catalogue, self.answer.rules, as_of);
        let polled = self.upstream.poll(start).await?;
        let boxes_lost = polled.failed + polled.skipped;
        let present = Present::of(polled.readings.clone(), boxes_lost, self.catalogue, &self.answer);
        Ok((present, polled))
    }
}

/// Polls for ever.
pub(super) async fn run(refresh: &Refresh) {
    let mut failures_in_a_row = 0_u32;
    loop {
        let retry_after = match poll_and_publish(refresh).await {
            Ok(()) => {
                failures_in_a_row = 0;
                None
            }
            Err(retry_after) => {
                failures_in_a_row = failures_in_a_row.saturating_add(1);
                retry_after
            }
        };
        let wait =
            schedule::next_poll(refresh.poller.answer.ttl, failures_in_a_row, retry_after, fastrand::f64());
        tokio::time::sleep(wait).await;
    }
}

/// Whether the poll brought an answer; if not, for how long upstream asked not to be asked.
async fn poll_and_publish(refresh: &Refresh) -> Result<(), Option<Duration>> {
    // Judged as of the start: an answer that took long is older than one that came at once.
    let outcome = refresh.poller.poll(Timestamp::now()).await;
    let ended_at = Timestamp::now();
    match outcome {
        Ok((present, polled)) => {
            refresh.metrics.present.observe(&present, refresh.poller.catalogue);
            report(&present, &polled);
            let has_answer = present.answer.is_some();
            let error = match &polled.first_failure {
                Some(failure) => Some(in_words(failure)),
                None if !has_answer => Some("no sensor has a reading that counts".into()),
                None => None,
            };
            let poll = Poll { ended_at, asked: polled.asked, failed: polled.failed, error };
            refresh.cache.publish(poll, Some(present));
            has_answer.then_some(()).ok_or(None)
        }
        Err(error) => {
            let words = in_words(&error);
            warn!(error = words, "openSenseMap could not be polled");
            let asked = refresh.poller.upstream.asked();
            refresh.cache.publish(Poll { ended_at, asked, failed: asked, error: Some(words) }, None);
            Err(match error {
                PollError::Fetch(error) => error.retry_after(),
                PollError::File { .. } | PollError::Decode { .. } => None,
            })
        }
    }
}

fn report(present: &Present, polled: &Polled) {
    let readings = &present.readings;
    let (boxes, sensors, skipped) = (readings.box_count(), readings.len(), polled.skipped);
    if let Some(failure) = &polled.first_failure {
        warn!(failed = polled.failed, error = in_words(failure), "some senseBoxes could not be fetched");
    }
    if let Some(answer) = &present.answer {
        let (mean_celsius, count) = (answer.mean.0, answer.count);
        info!(boxes, sensors, skipped, mean_celsius, count, status = answer.status, "the present is new");
    } else {
        warn!(boxes, sensors, skipped, "no sensor has a reading of the air temperature that counts");
    }
}

/// An error with all its causes, on one line.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some errors repeat their cause in their own text.
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        cause = error.source();
    }
    words
}
