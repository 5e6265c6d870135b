//! Publishes the outcome of a poll and its present, to the requests of this replica and to the other replicas.

use std::sync::Arc;

use hivebox_present::{Poll, Present};
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use tracing::field::Empty;
use tracing::{Instrument, info, warn};

use crate::lease::{Lease, Published};
use crate::refresh::Refresh;
use crate::shared::Shared;

/// After this many failed polls in a row another replica gets the lease: its network may be better.
const HAND_OVER_AFTER: u32 = 3;

/// Publishes a poll and its present to the requests of this replica. Returns whether they are served this
/// present from now on.
pub(crate) fn locally(refresh: &Refresh, poll: Poll, present: Option<Arc<Present>>) -> bool {
    let now = refresh.clock.now();
    let present = present.filter(|present| refresh.cache.prefers(present, now));
    let is_taken = present.is_some();
    if let Some(present) = &present {
        // While the previous present is servable, no request waits for the detail of the new one.
        if refresh.cache.is_servable(now) {
            present.detail();
        }
        // This comes first, so a client that sees the answer finds its time in the metrics.
        refresh.metrics.present.observe(present);
    }
    refresh.cache.publish(poll, present.clone());
    if let Some(present) = &present {
        present.detail();
    }
    is_taken
}

/// Publishes a poll and its present to the other replicas, under the lease of that poll.
pub(crate) async fn to_replicas(refresh: &Refresh, lease: Lease, poll: &Poll, present: Option<&Present>) {
    if matches!(refresh.shared, Shared::Memory) {
        return;
    }
    let span = trace_span!(
        "publish",
        otel.kind = "client",
        otel.status_code = Empty,
        token = lease.token,
        bytes = Empty,
        outcome = Empty,
    );
    match refresh.shared.publish(lease, poll, present).instrument(span.clone()).await {
        Ok(Published::Yes { bytes }) => {
            note_outcome(span.record("bytes", bytes), "published", false);
            refresh.metrics.cache.published(bytes);
        }
        Ok(Published::Fenced) => {
            note_outcome(&span, "fenced", true);
            warn!(token = lease.token, "publish refused: another replica holds the lease by now");
            refresh.metrics.cache.fenced();
            refresh.request_look();
        }
        // The next look at the shared cache tries again.
        Err(error) => {
            note_outcome(&span, error.kind(), true);
            warn!(error = in_words(&error), "cannot publish to the shared cache");
            refresh.metrics.cache.failed(error.kind());
        }
    }
    drop(span);
    if poll.failures_in_a_row >= HAND_OVER_AFTER {
        hand_over(refresh).await;
    }
}

/// Releases the lease: openSenseMap may be unreachable from here only.
async fn hand_over(refresh: &Refresh) {
    refresh.abstain(2 * refresh.lease_ttl);
    match refresh.shared.release().await {
        Ok(()) => info!("released the lease so that another replica polls"),
        Err(error) => warn!(error = in_words(&error), "cannot release the lease"),
    }
    refresh.request_look();
}
