//! Where each client stands, in a memory that does not grow.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::client::Client;
use hivebox_config::Quota;

/// A client finds a place in one row only, chosen by chance.
const ROWS: usize = 4096;
/// So many that a row is seldom full before most are.
const PLACES_IN_ROW: usize = 8;

/// The generic cell rate algorithm: a client is known by the moment at which it will have its whole quota
/// again. Each request puts that off by what one request is worth, and none may put it off by more than the
/// window of the quota. Whose moment is past is like one who never asked.
#[derive(Debug)]
pub(super) struct Places {
    /// What one request is worth, in nanoseconds.
    interval: u64,
    /// What all requests of the quota are worth.
    window: u64,
    rows: Box<[Mutex<Row>]>,
    /// Other in each process, so that nobody can choose addresses that share a row.
    hasher: RandomState,
}

type Row = [Place; PLACES_IN_ROW];

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    client: Option<Client>,
    restored_at: u64,
}

/// Where a client stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many requests it may send at once.
    pub(super) remaining: u64,
    /// After which time it has its whole quota again.
    pub(super) restored_secs: u64,
    /// After which time it may ask again, if this request was one too many.
    pub(super) wait_secs: Option<u64>,
}

impl Places {
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

    /// Has a client ask once more, so long after the start.
    pub(super) fn ask(&self, client: Client, now: Duration) -> Standing {
        let now = now.as_nanos() as u64;
        let row = &self.rows[self.hasher.hash_one(client) as usize % ROWS];
        // A row is as it should be at any moment, so also if a thread died that had it.
        let mut row = row.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place_of(&mut row, client);
        let owed = place.restored_at.saturating_sub(now);
        let wait = (owed + self.interval).saturating_sub(self.window);
        let owed = if wait == 0 { owed + self.interval } else { owed };
        place.restored_at = now + owed;
        Standing {
            remaining: (self.window - owed) / self.interval,
            restored_secs: in_seconds(owed),
            wait_secs: (wait > 0).then(|| in_seconds(wait)),
        }
    }
}

/// The client's place. In a full row the client that has asked the least is forgotten: so newcomers are always
/// let in, and one that asks too much is remembered for the longest.
fn place_of(row: &mut Row, client: Client) -> &mut Place {
    let known = row.iter().position(|place| place.client == Some(client));
    let index = known.unwrap_or_else(|| {
        let least = (0..PLACES_IN_ROW).min_by_key(|index| row[*index].restored_at).unwrap_or(0);
        row[least] = Place { client: Some(client), restored_at: 0 };
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

    fn places(requests: u32, window: Duration) -> Places {
        Places::new(Quota { requests: NonZeroU32::new(requests).unwrap(), window })
    }

    fn client(number: u32) -> Client {
        Client::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn a_quota_may_be_used_at_once_and_comes_back_evenly() {
        let places = places(6, Duration::from_mins(1));
        for remaining in (0..6).rev() {
            let standing = places.ask(client(1), Duration::from_secs(1));
            let restored_secs = (6 - remaining) * 10;
            assert_eq!(standing, Standing { remaining, restored_secs, wait_secs: None });
        }
        let refused = Standing { remaining: 0, restored_secs: 60, wait_secs: Some(10) };
        assert_eq!(places.ask(client(1), Duration::from_secs(1)), refused);
        assert_eq!(places.ask(client(1), Duration::from_millis(1001)), refused, "refused ones cost nothing");
        assert_eq!(places.ask(client(1), Duration::from_millis(10_999)).wait_secs, Some(1));
        assert_eq!(places.ask(client(1), Duration::from_secs(11)).wait_secs, None);
        assert_eq!(places.ask(client(1), Duration::from_secs(11)).wait_secs, Some(10));
        let restored = places.ask(client(1), Duration::from_secs(71));
        assert_eq!((restored.remaining, restored.restored_secs), (5, 10));
        assert_eq!(places.ask(client(2), Duration::from_secs(1)).remaining, 5, "others have their own");
    }

    #[test]
    fn in_any_window_there_are_at_most_twice_as_many_as_the_quota() {
        let places = places(7, Duration::from_secs(1));
        let passed = |from: u64| {
            let moments = (from..from + 1000).map(Duration::from_millis);
            moments.filter(|now| places.ask(client(1), *now).wait_secs.is_none()).count()
        };
        assert!((13..=14).contains(&passed(0)));
        assert!((6..=7).contains(&passed(1000)));
    }

    #[test]
    fn newcomers_are_let_in_when_all_places_are_taken_and_who_asks_too_much_is_not_forgotten() {
        let places = places(10, Duration::from_hours(1));
        let now = Duration::from_secs(1);
        while places.ask(client(0), now).wait_secs.is_none() {}
        for number in 1..=20 * (ROWS * PLACES_IN_ROW) as u32 {
            assert_eq!(places.ask(client(number), now).wait_secs, None);
        }
        assert!(places.ask(client(0), now).wait_secs.is_some());
    }
}
