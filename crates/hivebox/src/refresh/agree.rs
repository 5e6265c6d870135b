//! Agrees with the other replicas: who holds the lease, and which present is the newest.
//!
//! A look at the shared cache, a third of the lease apart or whenever somebody says that there is news, does
//! all of it: it takes or renews the lease, and shows whether the present there is newer or older than ours.
//! The newest moment wins everywhere.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tracing::{info, warn};

use super::Refresh;
use super::poll::in_words;
use crate::cache::shared::{Lease, Published, Seen, Shared, SharedError, Tenure};
use crate::cache::{Poll, Role, Standing};
use crate::present::Present;

/// How far the clocks of replicas may go wrong: a present from further in the future is not taken over,
/// since it would keep out all that come after it.
const MAX_LEAD: SignedDuration = SignedDuration::from_mins(5);
/// The shortest time between two looks, however much news there is.
const BREATH: Duration = Duration::from_millis(20);

/// Agrees for ever.
pub(super) async fn run(refresh: &Refresh) {
    if matches!(refresh.shared, Shared::Memory) {
        refresh.metrics.cache.reached();
        refresh.take_part(Standing::of(Role::Holder), Some(Lease { token: 1 }));
        return std::future::pending().await;
    }
    // The lease may be ours until then, even if the shared cache cannot be asked.
    let mut held_until = None;
    loop {
        let asked_at = Instant::now();
        let looked = refresh.shared.look().await;
        let wait = match looked {
            Ok(seen) => {
                held_until = matches!(seen.tenure, Tenure::Here(_)).then(|| asked_at + refresh.lease_ttl);
                agree(refresh, seen).await
            }
            Err(error) => {
                fall_back(refresh, &error, held_until);
                refresh.lease_ttl / 3
            }
        };
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = refresh.shared.news() => {}
            () = refresh.doubt.notified() => {}
        }
    }
}

/// Acts on what was seen, and says how long it is until the next look.
async fn agree(refresh: &Refresh, seen: Seen) -> Duration {
    let (role, lease, wait) = match seen.tenure {
        Tenure::Here(lease) => (Role::Holder, Some(lease), refresh.lease_ttl / 3),
        Tenure::Elsewhere { for_at_most } => (Role::Follower, None, for_at_most.min(refresh.lease_ttl / 3)),
    };
    refresh.metrics.cache.reached();
    refresh.take_part(Standing::of(role), lease);
    if seen.is_garbage {
        warn!("what stands in the place of the shared present is none of this version");
        refresh.metrics.cache.failed("garbage");
    }
    let latest = Timestamp::now() + MAX_LEAD;
    let shared = seen.present.map(|head| head.as_of).filter(|as_of| *as_of <= latest);
    let mine = refresh.cache.as_of();
    let is_newest_here = shared <= mine || !take_over(refresh, seen.poll.clone()).await;
    if role == Role::Holder && is_newest_here && shared != mine {
        hand_on(refresh).await;
    }
    if let Some(poll) = seen.poll
        && role == Role::Follower
        && refresh.cache.last_poll().as_ref().is_none_or(|last| last.ended_at < poll.ended_at)
    {
        refresh.publish_here(poll, None);
    }
    wait
}

/// Takes over the shared present; whether that went well.
async fn take_over(refresh: &Refresh, poll: Option<Poll>) -> bool {
    let (catalogue, answer) = (refresh.poller.catalogue, &refresh.poller.answer);
    let started = Instant::now();
    let (readings, boxes_lost) = match refresh.shared.fetch(catalogue, answer.rules).await {
        Ok(Some(fetched)) => fetched,
        // It ran out in between.
        Ok(None) => return false,
        Err(error) => {
            refresh.metrics.cache.failed(error.kind());
            warn!(error = in_words(&error), "the shared present could not be taken over");
            return false;
        }
    };
    let present = Present::of(readings, boxes_lost, catalogue, answer);
    let as_of = present.readings.as_of();
    let poll = poll.unwrap_or(Poll { ended_at: as_of, asked: 1, failed: 0, error: None });
    refresh.metrics.cache.taken_over();
    refresh.publish_here(poll, Some(Arc::new(present)));
    info!(%as_of, took_us = started.elapsed().as_micros() as u64, "took over the shared present");
    true
}

/// Publishes the present that we have already: the shared cache lost it, or has an older one.
async fn hand_on(refresh: &Refresh) {
    let present = refresh.cache.present().clone();
    let poll = refresh.cache.last_poll().clone();
    if let (Some(present), Some(poll)) = (present, poll)
        && refresh.cache.is_servable(Timestamp::now())
    {
        publish(refresh, &poll, Some(&present)).await;
    }
}

/// Tells the other replicas of a poll, if this one holds the lease.
pub(super) async fn publish(refresh: &Refresh, poll: &Poll, present: Option<&Present>) {
    let Some(lease) = refresh.lease.get() else {
        return;
    };
    match refresh.shared.publish(lease, poll, present).await {
        Ok(Published::Yes { bytes }) => refresh.metrics.cache.published(bytes),
        Ok(Published::Fenced) => {
            warn!(token = lease.token, "another replica holds the lease by now: nothing was published");
            refresh.metrics.cache.fenced();
            refresh.doubt.notify_one();
        }
        Err(error) => {
            warn!(error = in_words(&error), "the present could not be shared");
            refresh.metrics.cache.failed(error.kind());
            refresh.doubt.notify_one();
        }
    }
}

/// The shared cache cannot be used: goes on alone, unless the lease is still ours.
fn fall_back(refresh: &Refresh, error: &SharedError, held_until: Option<Instant>) {
    refresh.metrics.cache.failed(error.kind());
    refresh.metrics.cache.lost();
    let words = in_words(error);
    let standing = refresh.cache.standing();
    if standing.as_ref().is_none_or(|standing| standing.error.as_ref() != Some(&words)) {
        warn!(error = words, "the shared cache cannot be used");
    }
    if held_until.is_some_and(|until| Instant::now() < until) {
        let standing = Standing { role: Role::Holder, error: Some(words) };
        refresh.take_part(standing, refresh.lease.get());
    } else {
        refresh.take_part(Standing { role: Role::Alone, error: Some(words) }, None);
    }
}

/// Gives the lease back when the service stops.
pub(super) async fn leave(refresh: &Refresh) {
    if refresh.lease.get().is_none() {
        return;
    }
    match refresh.shared.release().await {
        Ok(()) => info!("gave the lease back"),
        Err(error) => warn!(error = in_words(&error), "the lease could not be given back, and will run out"),
    }
}

impl Refresh {
    fn take_part(&self, standing: Standing, lease: Option<Lease>) {
        let role = standing.role;
        let before = self.cache.standing().as_ref().map(|standing| standing.role);
        self.lease.set(lease);
        self.metrics.cache.plays(role, lease);
        self.cache.set_standing(standing);
        if before != Some(role) {
            let token = lease.map(|lease| lease.token);
            info!(role = role.slug(), token, "took a part among the replicas");
        }
    }
}
