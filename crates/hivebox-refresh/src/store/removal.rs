//! Whether anything may be removed: only while the clock agrees with the data.
//!
//! What is old is decided by the clock. A clock that is wrong by months would remove everything. So it must be near readings
//! that count: those of the present, or the newest of the history. While no data come for long, nothing is removed either;
//! the two look the same.

use std::cell::Cell;

use hivebox_archive::ArchiveError;
use hivebox_archive::history::{CLOCK_BOUND, History, is_near};
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use tracing::{info, warn};

use crate::refresh::Refresh;

/// Decides for one loop, and logs each change of the decision once.
#[derive(Debug, Default)]
pub(super) struct Removal {
    is_paused: Cell<bool>,
}

impl Removal {
    /// Whether nothing was allowed to be removed at the last look.
    pub(super) fn is_paused(&self) -> bool {
        self.is_paused.get()
    }

    /// Whether anything may be removed at `now`.
    pub(super) async fn is_allowed(
        &self,
        refresh: &Refresh,
        history: &History,
        now: Timestamp,
    ) -> Result<bool, ArchiveError> {
        let present = refresh.cache.present().clone();
        let is_near_present = present.is_some_and(|present| has_data_near(&present.readings, now));
        let manifest = if is_near_present { None } else { Some(history.manifest().await?) };
        let is_allowed = manifest.as_ref().is_none_or(|manifest| manifest.has_data_near(now));
        let was_paused = self.is_paused.replace(!is_allowed);
        let newest_data = manifest.and_then(|manifest| manifest.newest_data());
        refresh.metrics.store.set_removal_paused(!is_allowed && newest_data.is_some());
        match (is_allowed, newest_data) {
            (false, Some(newest_data)) if !was_paused => warn!(
                %now,
                %newest_data,
                bound = ?CLOCK_BOUND,
                "nothing is removed: the clock and the newest stored data are too far apart"
            ),
            (true, _) if was_paused => info!("old data are removed again: the clock agrees with the data"),
            _ => {}
        }
        Ok(is_allowed)
    }
}

/// Whether a reading that counts was measured near a moment.
fn has_data_near(readings: &Readings, moment: Timestamp) -> bool {
    readings.iter().any(|reading| {
        reading.verdict() == Verdict::Ok && reading.measured_at().is_some_and(|at| is_near(at, moment))
    })
}
