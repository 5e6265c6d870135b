//! When to poll and when to store. Pure: time and chance are arguments.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The first pause after a poll that failed; each further one doubles.
const FIRST_RETRY: Duration = Duration::from_secs(5);

/// How long to wait before the next poll.
///
/// After a good poll: until four fifths of the time to live are over, so that the next answer is there
/// before this one goes stale. After failures in a row: 5 s, doubling up to the time to live, but no less
/// than upstream asked for. `chance` in 0..1 spreads replicas over a tenth of the wait.
pub(super) fn next_poll(
    ttl: Duration,
    failures_in_a_row: u32,
    retry_after: Option<Duration>,
    chance: f64,
) -> Duration {
    let wait = match failures_in_a_row {
        0 => ttl.mul_f64(0.8),
        failures => FIRST_RETRY.saturating_mul(1_u32 << (failures - 1).min(16)).min(ttl),
    };
    wait.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 10.0).max(retry_after.unwrap_or_default())
}

/// The first moment after `now` that is a multiple of `interval` since the epoch, at which all replicas
/// store, and so name the snapshot alike.
pub(super) fn next_slot(now: Timestamp, interval: Duration) -> Timestamp {
    // Intervals are configured between a second and a day, so they are not zero and fit.
    let interval_millis = (interval.as_millis() as i64).max(1);
    let slot = (now.as_millisecond().div_euclid(interval_millis) + 1) * interval_millis;
    Timestamp::from_millisecond(slot).unwrap_or(Timestamp::MAX)
}

/// How long it is from `now` to `moment`; zero if that has passed.
pub(super) fn until(moment: Timestamp, now: Timestamp) -> Duration {
    let wait: SignedDuration = moment.duration_since(now);
    Duration::try_from(wait).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_mins(5);

    #[test]
    fn an_answer_is_renewed_before_it_goes_stale() {
        assert_eq!(next_poll(TTL, 0, None, 0.0), Duration::from_mins(4));
        assert_eq!(next_poll(TTL, 0, None, 1.0), Duration::from_secs(216));
    }

    #[test]
    fn failures_are_retried_ever_more_slowly() {
        let waits: Vec<u64> = (1..9).map(|failures| next_poll(TTL, failures, None, 0.0).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(next_poll(TTL, u32::MAX, None, 0.0), TTL);
    }

    #[test]
    fn upstream_may_ask_for_a_longer_pause() {
        assert_eq!(next_poll(TTL, 1, Some(Duration::from_mins(7)), 0.5), Duration::from_mins(7));
    }

    #[test]
    fn slots_lie_on_the_clock() {
        let now: Timestamp = "2024-10-14T09:21:07.5Z".parse().unwrap();
        assert_eq!(next_slot(now, TTL).to_string(), "2024-10-14T09:25:00Z");
        let slot = next_slot(now, TTL);
        assert_eq!(next_slot(slot, TTL).to_string(), "2024-10-14T09:30:00Z", "a slot is not its own next");
        assert_eq!(until(slot, now), Duration::from_millis(232_500));
        assert_eq!(until(now, slot), Duration::ZERO);
    }
}
