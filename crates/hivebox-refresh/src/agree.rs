//! Agrees with the other replicas on the lease holder and on the newest present.
//!
//! The replica looks at the shared cache three times per lease, and whenever another one publishes. One look
//! takes or renews the lease and shows whether the shared present is newer or older than the local one. The
//! [`decision`] module decides what follows, without I/O.

mod decision;

use std::sync::Arc;
use std::time::Duration;

use hivebox_present::{Poll, Present, Role, RoleStatus};
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use tokio::time::{Instant, timeout_at};
use tracing::field::{Empty, display};
use tracing::{Instrument, info, warn};

use crate::lease::{Lease, Seen, SharedError, Tenure};
use crate::publish;
use crate::refresh::Refresh;
use crate::shared::Shared;
use decision::{Decision, LocalState};

/// The shortest time between two looks, however often others publish.
const MIN_LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Runs until the service stops.
pub(crate) async fn run(refresh: &Refresh) {
    if matches!(refresh.shared, Shared::Memory) {
        refresh.metrics.cache.reached();
        refresh.take_role(RoleStatus::of(Role::Holder), Some(Lease { token: 1 }));
        return std::future::pending().await;
    }
    // Until then this replica holds the lease, even if the shared cache is unreachable.
    let mut held_until: Option<Instant> = None;
    loop {
        let asked_at = Instant::now();
        let wait = match look(refresh, held_until).await {
            Ok(seen) => {
                held_until = matches!(seen.tenure, Tenure::Here(_)).then(|| asked_at + refresh.lease_ttl);
                agree(refresh, seen).await
            }
            Err(error) => {
                fall_back(refresh, &error, held_until);
                let left = held_until.map(|until| until.saturating_duration_since(Instant::now()));
                left.filter(|left| !left.is_zero()).unwrap_or(Duration::MAX).min(refresh.lease_ttl / 3)
            }
        };
        tokio::time::sleep(MIN_LOOK_INTERVAL).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = refresh.shared.news() => {}
            () = refresh.look_requested() => {}
        }
    }
}

/// Looks at the shared cache, but no longer than this replica holds the lease: another may get it after that.
async fn look(refresh: &Refresh, held_until: Option<Instant>) -> Result<Seen, SharedError> {
    let may_take = refresh.may_take_lease();
    let look = refresh.shared.look(may_take);
    match held_until.filter(|until| *until > Instant::now()) {
        Some(until) => match timeout_at(until, look).await {
            Ok(looked) => looked,
            Err(_) => Err(SharedError::TimedOut(refresh.lease_ttl)),
        },
        None => look.await,
    }
}

/// Acts on a look, and returns the time until the next one.
async fn agree(refresh: &Refresh, seen: Seen) -> Duration {
    refresh.metrics.cache.reached();
    let now = refresh.clock.now();
    let local = LocalState {
        as_of: refresh.cache.as_of(),
        is_servable: refresh.cache.is_servable(now),
        last_poll_at: refresh.cache.last_poll().as_ref().map(|poll| poll.ended_at),
    };
    let Decision { take_over, republish, holder_poll } = decision::decide(&seen, &local, now);
    let mut is_damaged = seen.is_garbage;
    // This comes before the role: a new replica that becomes the holder must not poll again what another
    // replica polled just now.
    if take_over {
        is_damaged |= take_present_over(refresh, seen.poll.clone()).await == TakenOver::Damaged;
    }
    let (role, lease, wait) = match seen.tenure {
        Tenure::Here(lease) => (Role::Holder, Some(lease), refresh.lease_ttl / 3),
        Tenure::Elsewhere { for_at_most } => (Role::Follower, None, for_at_most.min(refresh.lease_ttl / 3)),
        Tenure::Nobody => (Role::Follower, None, refresh.lease_ttl / 3),
    };
    refresh.report_damage(is_damaged);
    refresh.take_role(RoleStatus::of(role), lease);
    if let Some(lease) = lease
        && (republish || is_damaged)
    {
        republish_present(refresh, lease).await;
    }
    if let Some(poll) = holder_poll {
        if poll.failures_in_a_row > 0 {
            refresh.note_holder_useful(now);
        }
        publish::locally(refresh, poll, None);
    }
    wait
}

/// The result of taking over the shared present.
#[derive(Debug, PartialEq, Eq)]
enum TakenOver {
    /// It is served from now on, or the local one is better.
    Yes,
    /// It is unavailable now.
    NotNow,
    /// This version cannot read it.
    Damaged,
}

async fn take_present_over(refresh: &Refresh, poll: Option<Poll>) -> TakenOver {
    let answer = &refresh.poller.answer;
    let span = trace_span!("take over", as_of = Empty, outcome = Empty, otel.status_code = Empty);
    let started = Instant::now();
    let fetched = refresh.shared.fetch(answer.rules).instrument(span.clone()).await;
    let (readings, boxes_lost) = match fetched {
        Ok(Some(fetched)) => fetched,
        // It expired since the look.
        Ok(None) => {
            note_outcome(&span, "gone", false);
            return TakenOver::NotNow;
        }
        Err(error) => {
            refresh.metrics.cache.failed(error.kind());
            note_outcome(&span, error.kind(), true);
            warn!(error = in_words(&error), "cannot take over the shared present");
            let is_damaged = matches!(error, SharedError::Garbage(_));
            return if is_damaged { TakenOver::Damaged } else { TakenOver::NotNow };
        }
    };
    let present = Present::of(readings, boxes_lost, answer);
    let as_of = present.readings.as_of();
    let poll = poll.unwrap_or_else(|| Poll::good(as_of));
    let is_taken = publish::locally(refresh, poll, Some(Arc::new(present)));
    span.record("as_of", display(as_of));
    note_outcome(&span, if is_taken { "taken over" } else { "ours is better" }, false);
    if is_taken {
        refresh.note_holder_useful(refresh.clock.now());
        refresh.metrics.cache.taken_over();
        info!(%as_of, took_us = started.elapsed().as_micros() as u64, "took over the shared present");
    }
    TakenOver::Yes
}

/// Publishes the local present again: the shared cache lost it, or holds an older one.
async fn republish_present(refresh: &Refresh, lease: Lease) {
    let present = refresh.cache.present().clone();
    let poll = refresh.cache.last_poll().clone();
    if let (Some(present), Some(poll)) = (present, poll)
        && refresh.cache.is_servable(refresh.clock.now())
    {
        publish::to_replicas(refresh, lease, &poll, Some(&present)).await;
    }
}

/// Goes on without the shared cache: as the holder while the lease lasts, then alone.
fn fall_back(refresh: &Refresh, error: &SharedError, held_until: Option<Instant>) {
    refresh.metrics.cache.failed(error.kind());
    refresh.metrics.cache.lost();
    let words = in_words(error);
    let role_status = refresh.cache.role_status();
    if role_status.as_ref().is_none_or(|role_status| role_status.error.as_ref() != Some(&words)) {
        warn!(error = words, "the shared cache is unusable");
    }
    if held_until.is_some_and(|until| Instant::now() < until) {
        let role_status = RoleStatus { role: Role::Holder, error: Some(words) };
        refresh.take_role(role_status, refresh.lease());
    } else {
        refresh.take_role(RoleStatus { role: Role::Alone, error: Some(words) }, None);
    }
}

/// Leaves the other replicas after a panic, until the next look: nothing renews the lease meanwhile.
pub(crate) fn stand_alone(refresh: &Refresh) {
    if !matches!(refresh.shared, Shared::Memory) {
        let error = Some("a bug in HiveBox ended a look at the shared cache; the log has the details".into());
        refresh.metrics.cache.lost();
        refresh.take_role(RoleStatus { role: Role::Alone, error }, None);
    }
}

/// Releases the lease when the service stops, also if the look that took it was cut off.
pub(crate) async fn leave(refresh: &Refresh) {
    if matches!(refresh.shared, Shared::Memory) {
        return;
    }
    match refresh.shared.release().await {
        Ok(()) => info!("released the lease"),
        Err(error) => warn!(error = in_words(&error), "cannot release the lease; it expires by itself"),
    }
}
