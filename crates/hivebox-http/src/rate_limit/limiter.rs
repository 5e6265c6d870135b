//! The allowance of each client, in a table of fixed size.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hivebox_config::Quota;

use crate::rate_limit::client_key::ClientKey;

/// The number of rows. A hash assigns each client to one of them.
const ROWS: usize = 4096;
/// The slots per row: enough that rows fill up evenly.
const SLOTS_PER_ROW: usize = 8;

/// A rate limiter with the generic cell rate algorithm. It stores one time per client: when the client will have its
/// whole quota again. Each request postpones that time by one interval, and is refused if the time would then lie
/// more than one window ahead. A client whose time has passed needs no memory at all.
#[derive(Debug)]
pub(super) struct Limiter {
    /// The interval that one request costs, in nanoseconds.
    interval: u64,
    /// The cost of the whole quota, in nanoseconds.
    window: u64,
    rows: Box<[Mutex<SlotRow>]>,
    /// Seeded at random, so that nobody can choose addresses that share a row.
    hasher: RandomState,
}

type SlotRow = [Slot; SLOTS_PER_ROW];

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    client: Option<ClientKey>,
    /// When the client has its whole quota again, in nanoseconds since the start.
    restored_at: u64,
}

/// What a client may still send after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// How many requests it may send at once.
    pub(super) remaining: u64,
    /// After how many seconds it has its whole quota again.
    pub(super) reset_secs: u64,
    /// After how many seconds it may send another request, if this one was refused.
    pub(super) retry_secs: Option<u64>,
}

impl Limiter {
    /// A limiter without clients.
    pub(super) fn new(quota: Quota) -> Self {
        let requests = u64::from(quota.requests.get());
        let interval = quota.window.as_nanos() as u64 / requests;
        Self {
            interval,
            window: interval * requests,
            rows: (0..ROWS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Charges a client for one request at `now`, the time since the start.
    pub(super) fn take(&self, client: ClientKey, now: Duration) -> Allowance {
        let now = now.as_nanos() as u64;
        let row = &self.rows[self.hasher.hash_one(client) as usize % ROWS];
        // A row is consistent after every statement, so a panic elsewhere cannot have broken it.
        let mut row = row.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slot_of(&mut row, client);
        let owed = slot.restored_at.saturating_sub(now);
        let wait = (owed + self.interval).saturating_sub(self.window);
        let owed = if wait == 0 { owed + self.interval } else { owed };
        slot.restored_at = now + owed;
        Allowance {
            remaining: (self.window - owed) / self.interval,
            reset_secs: in_seconds(owed),
            retry_secs: (wait > 0).then(|| in_seconds(wait)),
        }
    }
}

/// The client's slot. If the row is full, it replaces the client that has sent the least: newcomers are always
/// admitted, and a client over its limit is remembered the longest.
fn slot_of(row: &mut SlotRow, client: ClientKey) -> &mut Slot {
    let known = row.iter().position(|slot| slot.client == Some(client));
    let index = known.unwrap_or_else(|| {
        let least = (0..SLOTS_PER_ROW)
            .min_by_key(|index| row[*index].restored_at)
            .expect("a row has at least one slot");
        row[least] = Slot { client: Some(client), restored_at: 0 };
        least
    });
    &mut row[index]
}

fn in_seconds(nanos: u64) -> u64 {
    nanos.div_ceil(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;

    use super::*;

    fn limiter(requests: u32, window: Duration) -> Limiter {
        Limiter::new(Quota { requests: NonZeroU32::new(requests).unwrap(), window })
    }

    fn client(number: u32) -> ClientKey {
        ClientKey::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn a_quota_may_be_spent_at_once_and_is_restored_evenly() {
        let limiter = limiter(6, Duration::from_mins(1));
        for remaining in (0..6).rev() {
            let allowance = limiter.take(client(1), Duration::from_secs(1));
            let reset_secs = (6 - remaining) * 10;
            assert_eq!(allowance, Allowance { remaining, reset_secs, retry_secs: None });
        }
        let refused = Allowance { remaining: 0, reset_secs: 60, retry_secs: Some(10) };
        assert_eq!(limiter.take(client(1), Duration::from_secs(1)), refused);
        assert_eq!(
            limiter.take(client(1), Duration::from_millis(1001)),
            refused,
            "refused requests cost nothing"
        );
        assert_eq!(limiter.take(client(1), Duration::from_millis(10_999)).retry_secs, Some(1));
        assert_eq!(limiter.take(client(1), Duration::from_secs(11)).retry_secs, None);
        assert_eq!(limiter.take(client(1), Duration::from_secs(11)).retry_secs, Some(10));
        let restored = limiter.take(client(1), Duration::from_secs(71));
        assert_eq!((restored.remaining, restored.reset_secs), (5, 10));
        assert_eq!(
            limiter.take(client(2), Duration::from_secs(1)).remaining,
            5,
            "another client has its own quota"
        );
    }

    #[test]
    fn no_window_contains_more_than_twice_the_quota() {
        let limiter = limiter(7, Duration::from_secs(1));
        let passed = |from: u64| {
            let moments = (from..from + 1000).map(Duration::from_millis);
            moments.filter(|now| limiter.take(client(1), *now).retry_secs.is_none()).count()
        };
        assert!((13..=14).contains(&passed(0)));
        assert!((6..=7).contains(&passed(1000)));
    }

    #[test]
    fn a_full_table_admits_newcomers_and_remembers_a_client_over_its_limit() {
        let limiter = limiter(10, Duration::from_hours(1));
        let now = Duration::from_secs(1);
        while limiter.take(client(0), now).retry_secs.is_none() {}
        for number in 1..=20 * (ROWS * SLOTS_PER_ROW) as u32 {
            assert_eq!(limiter.take(client(number), now).retry_secs, None);
        }
        assert!(limiter.take(client(0), now).retry_secs.is_some());
    }
}
