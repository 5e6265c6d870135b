//! The dependencies of HiveBox, and since when each is down.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// The state of each dependency. The refresh loop writes it, requests read it.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// openSenseMap.
    pub upstream: Dependency,
    /// The cache that replicas share.
    pub shared: Dependency,
    /// The store of the snapshots.
    pub store: Dependency,
    /// The weather model.
    pub forecast: Dependency,
    /// The newest snapshot in the store, as far as this replica knows.
    pub last_stored: LatestMoment,
}

/// The latest of some moments.
#[derive(Debug)]
pub struct LatestMoment {
    millis: AtomicI64,
}

/// The state of one dependency.
#[derive(Debug)]
pub struct Dependency {
    down_since_millis: AtomicI64,
}

/// Marks a dependency that works. Far outside the range of [`Timestamp`].
const WORKS: i64 = i64::MIN;
/// Marks that there has been no moment. Earlier than every [`Timestamp`].
const NEVER: i64 = i64::MIN;

impl Default for LatestMoment {
    fn default() -> Self {
        Self { millis: AtomicI64::new(NEVER) }
    }
}

impl LatestMoment {
    /// Notes a moment.
    pub fn note(&self, moment: Timestamp) {
        self.millis.fetch_max(moment.as_millisecond(), Ordering::Relaxed);
    }

    /// The latest moment noted, to the millisecond; `None` if there is none.
    pub fn get(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.millis.load(Ordering::Relaxed)).ok()
    }
}

impl Default for Dependency {
    fn default() -> Self {
        Self { down_since_millis: AtomicI64::new(WORKS) }
    }
}

impl Dependency {
    /// Records whether a use of the dependency succeeded, at the moment `at`.
    pub fn note(&self, went_well: bool, at: Timestamp) {
        if went_well {
            self.down_since_millis.store(WORKS, Ordering::Relaxed);
        } else {
            // If it was down already, the first failure counts.
            let _ = self.down_since_millis.compare_exchange(
                WORKS,
                at.as_millisecond(),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        }
    }

    /// Since when it is down; `None` while it works, and before its first use.
    pub fn down_since(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.down_since_millis.load(Ordering::Relaxed)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_moments_the_latest_is_known() {
        let (latest, at) = (LatestMoment::default(), |seconds| Timestamp::from_second(seconds).unwrap());
        assert_eq!(latest.get(), None);
        for (noted, expected) in [(-5, -5), (3, 3), (2, 3)] {
            latest.note(at(noted));
            assert_eq!(latest.get(), Some(at(expected)));
        }
    }

    #[test]
    fn a_part_is_down_since_the_first_failure_until_it_works() {
        let dependency = Dependency::default();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(dependency.down_since(), None);
        dependency.note(false, at(1));
        dependency.note(false, at(2));
        assert_eq!(dependency.down_since(), Some(at(1)));
        dependency.note(true, at(3));
        assert_eq!(dependency.down_since(), None);
        dependency.note(false, at(4));
        assert_eq!(dependency.down_since(), Some(at(4)));
    }
}
