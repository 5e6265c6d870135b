//! When to poll and when to store. Pure: the time and random numbers are arguments.
//!
//! Clocks step, and the clocks of replicas differ: a moment further in the future than [`MAX_CLOCK_LEAD`] is
//! ignored.

use std::time::Duration;

use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_present::{Poll, Role};
use jiff::{SignedDuration, Timestamp};

/// The pause after the first failed poll; it doubles with each further failure.
const FIRST_RETRY: Duration = Duration::from_secs(5);

/// The facts that decide when this replica polls next.
#[derive(Debug, Clone, Copy)]
pub(super) struct PollFacts<'a> {
    /// The role of this replica.
    pub(super) role: Role,
    /// The moment of the present.
    pub(super) as_of: Option<Timestamp>,
    /// The last poll, here or at another replica.
    pub(super) last_poll: Option<&'a Poll>,
    /// When the lease holder last published something useful: a present, or the news that its poll failed.
    /// Before that, when this replica became a follower.
    pub(super) holder_useful_at: Timestamp,
}

/// The time until this replica polls.
///
/// * The lease holder polls when four fifths of the time to live (`ttl`) have passed since the moment of the
///   present, so the next present arrives before this one goes stale. After failures in a row it waits 5 s,
///   doubling up to `ttl`, but at least as long as upstream asked for.
/// * A replica alone does the same, spread over the last fifth, so that not all poll at once.
/// * A follower polls only if the holder has published nothing useful for one and a half times `ttl`.
///
/// `chance`, a random number from 0 to 1, spreads the replicas.
pub(super) fn next_poll(facts: &PollFacts<'_>, now: Timestamp, ttl: Duration, chance: f64) -> Duration {
    let chance = chance.clamp(0.0, 1.0);
    let left = |of: Duration, since: Timestamp| of.saturating_sub(age(since, now));
    if facts.role == Role::Follower {
        return left(ttl.mul_f64(1.5 + 0.3 * chance), facts.holder_useful_at);
    }
    let is_alone = facts.role == Role::Alone;
    let since_poll = |of: Duration| facts.last_poll.map_or(Duration::ZERO, |poll| left(of, poll.ended_at));
    let failures = facts.last_poll.map_or(0, |poll| poll.failures_in_a_row);
    if failures > 0 {
        let pause = FIRST_RETRY.saturating_mul(1_u32 << (failures - 1).min(16)).min(ttl);
        let asked = facts.last_poll.and_then(|poll| poll.retry_after).unwrap_or_default();
        let spread = if is_alone { 0.8 + 0.4 * chance } else { 1.0 - 0.1 * chance };
        return since_poll(pause.mul_f64(spread).max(asked));
    }
    let lasts = ttl.mul_f64(if is_alone { 0.8 + 0.2 * chance } else { 0.8 - 0.08 * chance });
    let due = facts.as_of.map_or(Duration::ZERO, |as_of| left(lasts, as_of));
    // After a poll that takes nearly as long as its result lasts, the next one waits a little.
    due.max(since_poll(ttl / 10))
}

/// The age of a moment: zero if it is in the near future, endless if further ahead than [`MAX_CLOCK_LEAD`].
fn age(moment: Timestamp, now: Timestamp) -> Duration {
    let age = now.duration_since(moment);
    if age < -MAX_CLOCK_LEAD { Duration::MAX } else { Duration::try_from(age).unwrap_or(Duration::ZERO) }
}

/// The first multiple of `interval` since the epoch after `now`. All replicas store at these moments, so they
/// give a snapshot the same name.
pub(super) fn next_slot(now: Timestamp, interval: Duration) -> Timestamp {
    // The settings allow intervals from a second to a day, so they are not zero and fit.
    let interval_millis = (interval.as_millis() as i64).max(1);
    let slot = (now.as_millisecond().div_euclid(interval_millis) + 1) * interval_millis;
    Timestamp::from_millisecond(slot).unwrap_or(Timestamp::MAX)
}

/// The last multiple of `interval` since the epoch, up to and including `now`.
pub(super) fn last_slot(now: Timestamp, interval: Duration) -> Timestamp {
    let next = next_slot(now, interval);
    let interval = SignedDuration::try_from(interval).expect("an interval is at most a day");
    next.checked_sub(interval)
        .expect("`next` is later than `now - interval`, which is long after the first moment")
}

/// The time from `now` to `moment`; zero if that has passed.
pub(super) fn until(moment: Timestamp, now: Timestamp) -> Duration {
    let wait: SignedDuration = moment.duration_since(now);
    Duration::try_from(wait).unwrap_or(Duration::ZERO)
}

/// The moment `by` after another; the last moment of all if there is none so late.
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

    fn after_noon(seconds: i64) -> Timestamp {
        noon() + SignedDuration::from_secs(seconds)
    }

    /// A poll that ended two seconds after noon.
    fn poll(failures_in_a_row: u32) -> Poll {
        Poll { failures_in_a_row, ..Poll::good(after_noon(2)) }
    }

    /// How many seconds a replica with a present of noon waits.
    fn waits(role: Role, last_poll: &Poll, now: Timestamp, chance: f64) -> u64 {
        let facts = PollFacts {
            role,
            as_of: Some(noon()),
            last_poll: Some(last_poll),
            holder_useful_at: after_noon(2),
        };
        next_poll(&facts, now, TTL, chance).as_secs()
    }

    #[test]
    fn an_answer_is_renewed_before_it_goes_stale() {
        assert_eq!(waits(Role::Holder, &poll(0), after_noon(2), 0.0), 238);
        assert_eq!(waits(Role::Holder, &poll(0), after_noon(2), 1.0), 214);
        assert_eq!(waits(Role::Alone, &poll(0), after_noon(2), 0.0), 238);
        assert_eq!(waits(Role::Alone, &poll(0), after_noon(2), 1.0), 298);
        assert_eq!(waits(Role::Holder, &poll(0), after_noon(9999), 0.0), 0);
    }

    #[test]
    fn without_a_present_the_holder_polls_at_once() {
        let facts = PollFacts { role: Role::Holder, as_of: None, last_poll: None, holder_useful_at: noon() };
        assert_eq!(next_poll(&facts, noon(), TTL, 0.0), Duration::ZERO);
        let follower = PollFacts { role: Role::Follower, ..facts };
        assert_eq!(next_poll(&follower, noon(), TTL, 0.0).as_secs(), 450, "a follower waits for the holder");
    }

    #[test]
    fn the_pause_doubles_with_each_failure() {
        let after = |failures| waits(Role::Holder, &poll(failures), after_noon(2), 0.0);
        assert_eq!((1..9).map(after).collect::<Vec<_>>(), [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(after(u32::MAX), 300);
    }

    #[test]
    fn a_longer_pause_that_upstream_asks_for_is_respected() {
        let polite = Poll { retry_after: Some(Duration::from_mins(7)), ..poll(1) };
        assert_eq!(waits(Role::Holder, &polite, after_noon(2), 0.5), 420);
    }

    #[test]
    fn a_follower_polls_only_after_the_holder_published_nothing_useful_for_longer_than_an_answer_lasts() {
        assert_eq!(waits(Role::Follower, &poll(0), after_noon(2), 0.0), 450);
        assert_eq!(waits(Role::Follower, &poll(3), after_noon(2), 1.0), 540);
        let other_polls = Poll { ended_at: after_noon(452), ..poll(0) };
        assert_eq!(
            waits(Role::Follower, &other_polls, after_noon(452), 0.0),
            0,
            "a poll alone is not useful"
        );
    }

    #[test]
    fn after_a_poll_as_long_as_its_answer_lasts_there_is_a_pause() {
        let slow = Poll { ended_at: after_noon(360), ..poll(0) };
        assert_eq!(waits(Role::Holder, &slow, after_noon(360), 0.0), 30);
    }

    #[test]
    fn a_clock_that_steps_back_delays_no_poll() {
        let (a_day_before, a_minute_before) = (after_noon(-86_400), after_noon(-60));
        for role in [Role::Holder, Role::Alone, Role::Follower] {
            assert_eq!(waits(role, &poll(0), a_day_before, 0.0), 0, "{role:?}");
            assert_eq!(waits(role, &poll(4), a_day_before, 0.0), 0, "{role:?}");
        }
        assert_eq!(
            waits(Role::Holder, &poll(0), a_minute_before, 0.0),
            240,
            "a small step back counts as none"
        );
    }

    #[test]
    fn slots_are_multiples_of_the_interval() {
        let now: Timestamp = "2024-10-14T09:21:07.5Z".parse().unwrap();
        assert_eq!(next_slot(now, TTL).to_string(), "2024-10-14T09:25:00Z");
        let slot = next_slot(now, TTL);
        assert_eq!(
            next_slot(slot, TTL).to_string(),
            "2024-10-14T09:30:00Z",
            "the next slot of a slot is a later one"
        );
        assert_eq!(last_slot(now, TTL).to_string(), "2024-10-14T09:20:00Z");
        assert_eq!(last_slot(slot, TTL), slot);
        assert_eq!(until(slot, now), Duration::from_millis(232_500));
        assert_eq!(until(now, slot), Duration::ZERO);
    }
}
