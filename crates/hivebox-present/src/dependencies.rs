//! What HiveBox depends on, and since when it cannot be used.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Each dependency, by what was seen of it last. The refresh loop takes note, requests read.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// openSenseMap.
    pub upstream: Dependency,
    /// What replicas share.
    pub shared: Dependency,
    /// Where snapshots go.
    pub store: Dependency,
}

/// Something that may be down.
#[derive(Debug)]
pub struct Dependency {
    down_since_millis: AtomicI64,
}

/// Not down; far outside of what [`Timestamp`] can hold.
const WORKS: i64 = i64::MIN;

impl Default for Dependency {
    fn default() -> Self {
        Self { down_since_millis: AtomicI64::new(WORKS) }
    }
}

impl Dependency {
    /// Takes note of how an attempt to use it went at some moment.
    pub fn note(&self, went_well: bool, at: Timestamp) {
        if went_well {
            self.down_since_millis.store(WORKS, Ordering::Relaxed);
        } else {
            // That it was down before is no news.
            let _ = self.down_since_millis.compare_exchange(
                WORKS,
                at.as_millisecond(),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        }
    }

    /// Since when it is down; `None` while it works, or nobody has tried.
    pub fn down_since(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.down_since_millis.load(Ordering::Relaxed)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
