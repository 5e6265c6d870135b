//! Publishes a poll and the present that it brought: to the requests of this replica, and to the other
//! replicas.

use std::sync::Arc;

use hivebox_present::{Poll, Present};
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use tracing::field::Empty;
use tracing::{Instrument, info, warn};

use crate::lease::{Lease, Published};
use crate::refresh::Refresh;
use crate::shared::Shared;

/// After so many failed polls in a row another replica gets the lease: its network may be better.
const HAND_OVER_AFTER: u32 = 3;

/// Shows a poll, and the present that it brought, to the requests of this replica. Whether the present is the
/// one to serve from now on.
pub(crate) fn locally(refresh: &Refresh, poll: Poll, present: Option<Arc<Present>>) -> bool {
    let now = refresh.clock.now();
    let present = present.filter(|present| refresh.cache.prefers(present, now));
    let is_taken = present.is_some();
    if let Some(present) = &present {
        // Nobody waits for its detail as long as the present before it can be served.
        if refresh.cache.is_servable(now) {
            present.detail();
        }
        // The metrics come first: whoever sees the answer sees its figures, too.
        refresh.metrics.present.observe(present);
    }
    refresh.cache.publish(poll, present.clone());
    if let Some(present) = &present {
        present.detail();
    }
    is_taken
}

/// Tells the other replicas of a poll, and of the present that it brought, under the lease that this replica
/// polled under.
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
            warn!(token = lease.token, "nothing was published: another replica holds the lease by now");
            refresh.metrics.cache.fenced();
            refresh.request_look();
        }
        // The next look is soon enough to try again.
        Err(error) => {
            note_outcome(&span, error.kind(), true);
            warn!(error = in_words(&error), "the present could not be shared");
            refresh.metrics.cache.failed(error.kind());
        }
    }
    drop(span);
    if poll.failures_in_a_row >= HAND_OVER_AFTER {
        hand_over(refresh).await;
    }
}

/// Lets another replica try: perhaps openSenseMap is only out of reach from here.
async fn hand_over(refresh: &Refresh) {
    refresh.abstain(2 * refresh.lease_ttl);
    match refresh.shared.release().await {
        Ok(()) => info!("let another replica try to poll"),
        Err(error) => warn!(error = in_words(&error), "the lease could not be given to another replica"),
    }
    refresh.request_look();
}
