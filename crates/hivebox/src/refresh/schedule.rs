//! When to poll and when to store. Pure: time and chance are arguments.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cache::Role;

/// The first pause after a poll that failed; each further one doubles.
const FIRST_RETRY: Duration = Duration::from_secs(5);

/// What decides when this replica polls next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Its part among the replicas.
    pub(super) role: Role,
    /// The moment of the present.
    pub(super) as_of: Option<Timestamp>,
    /// When a poll last ended, here or at the holder of the lease as far as that is heard of; before there
    /// was one, when this replica began to wait for it.
    pub(super) heard_at: Timestamp,
    /// How many of the last polls failed in a row; zero if the last one went well.
    pub(super) failures_in_a_row: u32,
    /// How long upstream asked not to be asked, from `heard_at` on.
    pub(super) retry_after: Option<Duration>,
}

/// When this replica polls next. It may be in the past, which means now.
///
/// * The holder of the lease: when four fifths of the time to live are over since the present's moment, so
///   that the next one is there before this one goes stale. After failures in a row: 5 s, doubling up to
///   the time to live, but no less than upstream asked for.
/// * A replica alone: the same, spread over the last fifth, so that not all come at once.
/// * A follower: not at all, unless it has heard nothing for half as long again as an answer lasts. Whoever holds the
///   lease then is of no use to it.
///
/// `chance` in 0..1 spreads replicas.
pub(super) fn next_poll(known: &Known, ttl: Duration, chance: f64) -> Timestamp {
    let chance = chance.clamp(0.0, 1.0);
    let since = known.as_of.unwrap_or(Timestamp::UNIX_EPOCH);
    if known.role == Role::Follower {
        return later(since.max(known.heard_at), ttl.mul_f64(1.5 + 0.3 * chance));
    }
    if known.failures_in_a_row > 0 {
        let pause = FIRST_RETRY.saturating_mul(1_u32 << (known.failures_in_a_row - 1).min(16)).min(ttl);
        let spread = if known.role == Role::Alone { 0.8 + 0.4 * chance } else { 1.0 - 0.1 * chance };
        return later(known.heard_at, pause.mul_f64(spread).max(known.retry_after.unwrap_or_default()));
    }
    let Some(as_of) = known.as_of else {
        return Timestamp::MIN;
    };
    let due = later(
        as_of,
        ttl.mul_f64(if known.role == Role::Alone { 0.8 + 0.2 * chance } else { 0.8 - 0.08 * chance }),
    );
    // A poll that takes nearly as long as its result lasts is not followed by another at once.
    due.max(later(known.heard_at, ttl / 10))
}

/// The first moment after `now` that is a multiple of `interval` since the epoch, at which all replicas
/// store, and so name the snapshot alike.
pub(super) fn next_slot(now: Timestamp, interval: Duration) -> Timestamp {
    // Intervals are configured between a second and a day, so they are not zero and fit.
    let interval_millis = (interval.as_millis() as i64).max(1);
    let slot = (now.as_millisecond().div_euclid(interval_millis) + 1) * interval_millis;
    Timestamp::from_millisecond(slot).unwrap_or(Timestamp::MAX)
}

/// The last moment up to `now` that is a multiple of `interval` since the epoch.
pub(super) fn last_slot(now: Timestamp, interval: Duration) -> Timestamp {
    let next = next_slot(now, interval);
    next.checked_sub(SignedDuration::try_from(interval).unwrap_or_default()).unwrap_or(next)
}

/// How long it is from `now` to `moment`; zero if that has passed.
pub(super) fn until(moment: Timestamp, now: Timestamp) -> Duration {
    let wait: SignedDuration = moment.duration_since(now);
    Duration::try_from(wait).unwrap_or_default()
}

/// The moment so long after another.
pub(super) fn later(moment: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| moment.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_mins(5);

    fn noon() -> Timestamp {
        "2024-10-14T12:00:00Z".parse().unwrap()
    }

    /// What a replica knows whose poll at noon took two seconds.
    fn known(role: Role) -> Known {
        let heard_at = noon() + SignedDuration::from_secs(2);
        Known { role, as_of: Some(noon()), heard_at, failures_in_a_row: 0, retry_after: None }
    }

    fn seconds_after_noon(known: &Known, chance: f64) -> i64 {
        next_poll(known, TTL, chance).duration_since(noon()).as_secs()
    }

    #[test]
    fn an_answer_is_renewed_before_it_goes_stale() {
        assert_eq!(seconds_after_noon(&known(Role::Holder), 0.0), 240);
        assert_eq!(seconds_after_noon(&known(Role::Holder), 1.0), 216);
        assert_eq!(seconds_after_noon(&known(Role::Alone), 0.0), 240);
        assert_eq!(seconds_after_noon(&known(Role::Alone), 1.0), 300);
    }

    #[test]
    fn without_a_present_there_is_nothing_to_wait_for() {
        let holder = Known { as_of: None, ..known(Role::Holder) };
        assert!(next_poll(&holder, TTL, 0.0) < noon());
        let follower = Known { as_of: None, ..known(Role::Follower) };
        assert_eq!(seconds_after_noon(&follower, 0.0), 452, "but for the one who polls");
    }

    #[test]
    fn failures_are_retried_ever_more_slowly() {
        let after = |failures_in_a_row| {
            let known = Known { failures_in_a_row, ..known(Role::Holder) };
            seconds_after_noon(&known, 0.0) - 2
        };
        assert_eq!((1..9).map(after).collect::<Vec<_>>(), [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(after(u32::MAX), 300);
    }

    #[test]
    fn upstream_may_ask_for_a_longer_pause() {
        let retry_after = Some(Duration::from_mins(7));
        let known = Known { failures_in_a_row: 1, retry_after, ..known(Role::Holder) };
        assert_eq!(seconds_after_noon(&known, 0.5), 2 + 420);
    }

    #[test]
    fn a_follower_polls_only_when_it_has_heard_nothing_for_longer_than_an_answer_lasts() {
        assert_eq!(seconds_after_noon(&known(Role::Follower), 0.0), 2 + 450);
        let heard_at = noon() + SignedDuration::from_mins(4);
        let of_a_failure = Known { heard_at, failures_in_a_row: 1, ..known(Role::Follower) };
        assert_eq!(seconds_after_noon(&of_a_failure, 1.0), 240 + 540);
    }

    #[test]
    fn a_poll_that_took_as_long_as_its_answer_lasts_is_followed_by_a_pause() {
        let heard_at = noon() + SignedDuration::from_mins(6);
        let slow = Known { heard_at, ..known(Role::Holder) };
        assert_eq!(seconds_after_noon(&slow, 0.0), 360 + 30);
    }

    #[test]
    fn slots_lie_on_the_clock() {
        let now: Timestamp = "2024-10-14T09:21:07.5Z".parse().unwrap();
        assert_eq!(next_slot(now, TTL).to_string(), "2024-10-14T09:25:00Z");
        let slot = next_slot(now, TTL);
        assert_eq!(next_slot(slot, TTL).to_string(), "2024-10-14T09:30:00Z", "a slot is not its own next");
        assert_eq!(last_slot(now, TTL).to_string(), "2024-10-14T09:20:00Z");
        assert_eq!(last_slot(slot, TTL), slot);
        assert_eq!(until(slot, now), Duration::from_millis(232_500));
        assert_eq!(until(now, slot), Duration::ZERO);
    }
}
