//! The loop that polls upstream and publishes the result, here and to the other replicas.

use std::sync::Arc;

use hivebox_present::{Poll, Present};
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use jiff::Timestamp;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, warn};

use crate::publish;
use crate::refresh::Refresh;
use crate::schedule::{self, PollFacts};
use crate::upstream::{PollError, Polled};

/// Polls whenever it is this replica's turn, until the service stops.
pub(crate) async fn run(refresh: &Refresh) {
    let mut chance = fastrand::f64();
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        tokio::select! {
            () = wait_for_turn(refresh, chance) => {
                poll_and_publish(refresh).instrument(trace_span!("renew")).await;
                chance = fastrand::f64();
            }
            // A present of another replica or a new role may change whose turn it is.
            _ = changes.changed() => {}
        }
    }
}

/// Waits until this replica's turn; for ever while it has no role yet.
async fn wait_for_turn(refresh: &Refresh, chance: f64) {
    let role_status = refresh.cache.role_status().clone();
    let Some(role_status) = role_status else {
        return std::future::pending().await;
    };
    let last_poll = refresh.cache.last_poll().clone();
    let facts = PollFacts {
        role: role_status.role,
        as_of: refresh.cache.as_of(),
        last_poll: last_poll.as_deref(),
        holder_useful_at: refresh.holder_useful_at(),
    };
    let now = refresh.clock.now();
    let wait = schedule::next_poll(&facts, now, refresh.poller.answer.ttl, chance);
    refresh.clock.sleep(now, wait).await;
}

/// Records a poll that panicked as one that failed: `/readyz` says why there is nothing new, and the next poll waits as
/// after any failure.
pub(crate) fn record_panic(refresh: &Refresh) {
    let before = refresh.cache.last_poll().as_ref().map_or(0, |poll| poll.failures_in_a_row);
    let error = "a bug in HiveBox ended the poll; the log has the details".into();
    let poll = failed_poll(refresh, refresh.clock.now(), before.saturating_add(1), error);
    publish::locally(refresh, poll, None);
}

/// A poll that has failed as a whole.
fn failed_poll(refresh: &Refresh, ended_at: Timestamp, failures_in_a_row: u32, error: String) -> Poll {
    let asked = refresh.poller.upstream.asked();
    Poll { asked, failed: asked, error: Some(error), failures_in_a_row, ..Poll::good(ended_at) }
}

async fn poll_and_publish(refresh: &Refresh) {
    // The lease from before the poll: if another replica gets the lease meanwhile, this poll is older than
    // what that replica publishes, and must be refused.
    let lease = refresh.lease();
    let failures_before = refresh.cache.last_poll().as_ref().map_or(0, |poll| poll.failures_in_a_row);
    // Readings are judged as of the start of the poll: a slow answer is older than a fast one.
    let span = trace_span!(
        "poll",
        otel.kind = "client",
        otel.status_code = Empty,
        asked = refresh.poller.upstream.asked(),
        boxes = Empty,
        sensors = Empty,
        failed = Empty,
        outcome = Empty,
        error = Empty,
    );
    let previous = refresh.cache.present().as_ref().map(|present| present.readings.clone());
    let outcome = refresh.poller.poll(to_the_millisecond(refresh.clock.now()), previous.as_deref());
    let outcome = outcome.instrument(span.clone()).await;
    trace(&span, &outcome);
    drop(span);
    let ended_at = refresh.clock.now();
    let failed = failures_before.saturating_add(1);
    let (poll, present) = match outcome {
        Ok((present, polled)) => {
            report(&present, &polled);
            refresh.metrics.upstream.left_out(polled.left_out());
            let has_answer = present.answer.is_some();
            let error = match &polled.first_failure {
                Some(failure) => Some(failure.in_public()),
                None if !has_answer => Some("no air temperature reading counts".into()),
                None => None,
            };
            let failures_in_a_row = if has_answer { 0 } else { failed };
            let (asked, failed) = (polled.asked, polled.lost());
            let left_out = polled.left_out().filter(|(_, count)| *count > 0);
            let left_out = left_out.map(|(reason, count)| (reason.to_owned(), count)).collect();
            let poll =
                Poll { ended_at, asked, failed, error, failures_in_a_row, retry_after: None, left_out };
            (poll, Some(Arc::new(present)))
        }
        Err(error) => {
            warn!(error = in_words(&error), "cannot poll openSenseMap");
            let retry_after = match &error {
                PollError::Fetch(error) => error.retry_after(),
                PollError::File { .. } | PollError::Decode { .. } => None,
            };
            // Requests show it to anybody, so it says less than the log.
            let poll = failed_poll(refresh, ended_at, failed, error.in_public());
            (Poll { retry_after, ..poll }, None)
        }
    };
    let is_taken = publish::locally(refresh, poll.clone(), present.clone());
    if let Some(lease) = lease {
        publish::to_replicas(refresh, lease, &poll, present.filter(|_| is_taken).as_deref()).await;
    }
}

/// Replicas and people see moments to the millisecond.
fn to_the_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond())
        .expect("the milliseconds of a timestamp are in the range of timestamps")
}

/// Records the outcome of a poll in its span.
fn trace(span: &Span, outcome: &Result<(Present, Polled), PollError>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok((present, polled)) => {
            let readings = &present.readings;
            span.record("boxes", readings.box_count()).record("sensors", readings.len());
            span.record("failed", polled.failed);
            let outcome = match (&present.answer, polled.failed) {
                (None, _) => "no answer",
                (Some(_), 0) => "answer",
                (Some(_), _) => "answer of some boxes",
            };
            note_outcome(span, outcome, present.answer.is_none());
        }
        Err(error) => {
            span.record("error", in_words(error));
            note_outcome(span, "failed", true);
        }
    }
}

fn report(present: &Present, polled: &Polled) {
    let readings = &present.readings;
    let (boxes, sensors, skipped) = (readings.box_count(), readings.len(), polled.skipped.total());
    let listed_again = polled.listed_again;
    if let Some(first) = polled.first_skipped {
        let (at_byte, reason, expected) = (first.offset, first.reason.slug(), first.expected);
        warn!(skipped, reason, at_byte, expected, "skipped elements of the list that are no readable boxes");
    }
    if listed_again > 0 {
        warn!(listed_again, "the list has senseBoxes more than once: the first place of each counts");
    }
    if let Some(failure) = &polled.first_failure {
        warn!(failed = polled.failed, error = in_words(failure), "cannot fetch some senseBoxes");
    }
    if let Some(answer) = &present.answer {
        let (mean_celsius, count) = (answer.mean.0, answer.count);
        info!(boxes, sensors, skipped, mean_celsius, count, status = answer.status, "new present");
    } else {
        warn!(boxes, sensors, skipped, "no air temperature reading counts");
    }
}
