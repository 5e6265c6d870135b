//! Polls upstream and publishes what it says, here and to the other replicas.

use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use jiff::Timestamp;
use tracing::{info, warn};

use super::schedule::{self, Known};
use super::{Refresh, agree};
use crate::cache::{Poll, Role};
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

/// What came of this replica's own polls.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    ended_at: Option<Timestamp>,
    failures_in_a_row: u32,
    retry_after: Option<Duration>,
}

/// Polls for ever, whenever it is this replica's turn.
pub(super) async fn run(refresh: &Refresh) {
    let started_at = Timestamp::now();
    let mut own = Own::default();
    let mut chance = fastrand::f64();
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        let due = due(refresh, &own, started_at, chance);
        tokio::select! {
            () = sleep_until(due) => {
                own = poll_and_publish(refresh, own.failures_in_a_row).await;
                chance = fastrand::f64();
            }
            // Another replica's present, or another part to play: whose turn is it now?
            _ = changes.changed() => {}
        }
    }
}

/// When this replica polls next; `None` while its part is not settled.
fn due(refresh: &Refresh, own: &Own, started_at: Timestamp, chance: f64) -> Option<Timestamp> {
    let role = refresh.cache.standing().as_ref()?.role;
    let last = refresh.cache.last_poll();
    let last = last.as_deref();
    let is_own = last.map(|poll| poll.ended_at) == own.ended_at;
    let known = Known {
        role,
        as_of: refresh.cache.as_of(),
        heard_at: last.map_or(started_at, |poll| poll.ended_at),
        // Another replica asks the same upstream: its failure is as good as ours.
        failures_in_a_row: if is_own {
            own.failures_in_a_row
        } else {
            last.is_some_and(Poll::is_failed).into()
        },
        retry_after: own.retry_after.filter(|_| is_own),
    };
    Some(schedule::next_poll(&known, refresh.poller.answer.ttl, chance))
}

async fn sleep_until(due: Option<Timestamp>) {
    match due {
        Some(due) => tokio::time::sleep(schedule::until(due, Timestamp::now())).await,
        None => std::future::pending().await,
    }
}

async fn poll_and_publish(refresh: &Refresh, failures_before: u32) -> Own {
    // Judged as of the start: an answer that took long is older than one that came at once.
    let outcome = refresh.poller.poll(Timestamp::now()).await;
    let ended_at = Timestamp::now();
    let good = Own { ended_at: Some(ended_at), ..Own::default() };
    let failed =
        |retry_after| Own { failures_in_a_row: failures_before.saturating_add(1), retry_after, ..good };
    let (poll, present, own) = match outcome {
        Ok((present, polled)) => {
            report(&present, &polled);
            let has_answer = present.answer.is_some();
            let error = match &polled.first_failure {
                Some(failure) => Some(in_words(failure)),
                None if !has_answer => Some("no sensor has a reading that counts".into()),
                None => None,
            };
            let poll = Poll { ended_at, asked: polled.asked, failed: polled.failed, error };
            (poll, Some(Arc::new(present)), if has_answer { good } else { failed(None) })
        }
        Err(error) => {
            let words = in_words(&error);
            warn!(error = words, "openSenseMap could not be polled");
            let asked = refresh.poller.upstream.asked();
            let retry_after = match error {
                PollError::Fetch(error) => error.retry_after(),
                PollError::File { .. } | PollError::Decode { .. } => None,
            };
            (Poll { ended_at, asked, failed: asked, error: Some(words) }, None, failed(retry_after))
        }
    };
    refresh.publish_here(poll.clone(), present.clone());
    agree::publish(refresh, &poll, present.as_deref()).await;
    own
}

impl Refresh {
    /// Takes note of a poll and of the present that it brought, so that requests see both.
    pub(super) fn publish_here(&self, poll: Poll, present: Option<Arc<Present>>) {
        if let Some(present) = &present {
            self.metrics.present.observe(present, self.poller.catalogue);
        }
        self.cache.publish(poll, present);
    }

    /// Whether this replica holds the lease.
    pub(super) fn is_holder(&self) -> bool {
        self.cache.standing().as_ref().is_some_and(|standing| standing.role == Role::Holder)
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
