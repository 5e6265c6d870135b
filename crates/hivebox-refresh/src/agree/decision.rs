//! Decides what follows from a look at the shared cache. Pure.

use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_present::Poll;
use jiff::Timestamp;

use crate::lease::{Seen, Tenure};

/// The state of this replica.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalState {
    /// The moment of the local present.
    pub(super) as_of: Option<Timestamp>,
    /// Whether the answer of the local present is servable.
    pub(super) is_servable: bool,
    /// When the last known poll ended.
    pub(super) last_poll_at: Option<Timestamp>,
}

/// The actions of this replica.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// Take over the shared present.
    pub(super) take_over: bool,
    /// Publish the local present again.
    pub(super) republish: bool,
    /// Record this poll of the holder.
    pub(super) holder_poll: Option<Poll>,
}

/// Of two presents the later one wins, with two exceptions: a present from further in the future than
/// [`MAX_CLOCK_LEAD`] is ignored, and a present without an answer does not replace a servable one.
pub(super) fn decide(seen: &Seen, local: &LocalState, now: Timestamp) -> Decision {
    let latest = now + MAX_CLOCK_LEAD;
    let shared = seen.present.filter(|head| head.as_of <= latest);
    let shared_as_of = shared.map(|head| head.as_of);
    let has_answer = shared.is_some_and(|head| head.has_answer());
    let my_as_of = local.as_of.filter(|as_of| *as_of <= latest);
    let is_holder = matches!(seen.tenure, Tenure::Here(_));
    let take_over = shared_as_of > my_as_of && (has_answer || !local.is_servable);
    let republish =
        is_holder && local.is_servable && my_as_of.is_some() && (shared_as_of < my_as_of || !has_answer);
    let holder_poll = seen.poll.clone().filter(|poll| {
        !is_holder && !take_over && poll.ended_at <= latest && Some(poll.ended_at) > local.last_poll_at
    });
    Decision { take_over, republish, holder_poll }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::lease::Lease;
    use crate::wire::Head;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-25T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    fn holds() -> Tenure {
        Tenure::Here(Lease { token: 7 })
    }

    fn follows() -> Tenure {
        Tenure::Elsewhere { for_at_most: Duration::from_secs(9) }
    }

    /// The decision at noon of a replica whose servable present is `local` seconds away from noon.
    fn decides(tenure: Tenure, shared: Option<Head>, local: Option<i64>) -> (bool, bool) {
        let seen = Seen { tenure, present: shared, is_garbage: false, poll: None };
        let local = LocalState { as_of: local.map(at), is_servable: local.is_some(), last_poll_at: None };
        let Decision { take_over, republish, .. } = decide(&seen, &local, at(0));
        (take_over, republish)
    }

    const NOTHING: (bool, bool) = (false, false);
    const TAKES_OVER: (bool, bool) = (true, false);
    const REPUBLISHES: (bool, bool) = (false, true);

    #[test]
    fn the_newer_present_wins() {
        let shared = |seconds| Some(Head::of(at(seconds), 100));
        for (tenure, when_mine_is_newer) in [(holds(), REPUBLISHES), (follows(), NOTHING)] {
            assert_eq!(decides(tenure, shared(-10), Some(-20)), TAKES_OVER, "{tenure:?}");
            assert_eq!(decides(tenure, shared(-10), Some(-10)), NOTHING, "{tenure:?}");
            assert_eq!(decides(tenure, shared(-20), Some(-10)), when_mine_is_newer, "{tenure:?}");
            assert_eq!(decides(tenure, None, Some(-10)), when_mine_is_newer, "{tenure:?}");
            assert_eq!(decides(tenure, shared(-10), None), TAKES_OVER, "{tenure:?}");
            assert_eq!(decides(tenure, None, None), NOTHING, "{tenure:?}");
        }
    }

    #[test]
    fn a_present_without_an_answer_replaces_no_servable_one() {
        let empty = Some(Head::of(at(-10), 0));
        assert_eq!(decides(follows(), empty, Some(-20)), NOTHING);
        assert_eq!(decides(holds(), empty, Some(-20)), REPUBLISHES);
        assert_eq!(decides(follows(), empty, None), TAKES_OVER);
    }

    #[test]
    fn a_present_from_the_future_is_ignored() {
        let a_day_ahead = Some(Head::of(at(86_400), 100));
        assert_eq!(decides(follows(), a_day_ahead, Some(-20)), NOTHING);
        assert_eq!(decides(holds(), a_day_ahead, Some(-20)), REPUBLISHES);
        let shared = Some(Head::of(at(-10), 100));
        assert_eq!(decides(follows(), shared, Some(86_400)), TAKES_OVER, "ours, too");
    }

    #[test]
    fn only_followers_record_a_poll_of_the_holder_and_only_once() {
        let poll = |seconds| Poll { failures_in_a_row: 1, ..Poll::good(at(seconds)) };
        let hears = |tenure, poll: Poll, last: i64| {
            let seen = Seen { tenure, present: None, is_garbage: false, poll: Some(poll) };
            let local = LocalState { as_of: None, is_servable: false, last_poll_at: Some(at(last)) };
            decide(&seen, &local, at(0)).holder_poll.is_some()
        };
        assert!(hears(follows(), poll(-10), -20));
        assert!(hears(Tenure::Nobody, poll(-10), -20));
        assert!(!hears(follows(), poll(-10), -10));
        assert!(!hears(holds(), poll(-10), -20));
        assert!(!hears(follows(), poll(86_400), -20), "a clock that is a day ahead");
    }
}
