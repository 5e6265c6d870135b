//! The map from cells to slots: read without a lock, copied in small parts when a cell is added.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use hivebox_climate::forecast::ForecastCell;
use jiff::Timestamp;

use super::cell_forecast::{FORGOTTEN_AFTER, MOST_CELLS};
use super::slot::Slot;

type Part = HashMap<ForecastCell, Arc<Slot>>;

/// A part has some 40 cells at most, so a copy of it takes microseconds.
const PARTS: usize = 256;
/// How many cells are left when there were too many, so that tidying up is rare.
const LEFT: usize = MOST_CELLS / 10 * 9;
const NEARLY_TOO_MANY: usize = MOST_CELLS / 20 * 19;

/// The cells in memory.
#[derive(Debug)]
pub(super) struct Cells {
    parts: Box<[ArcSwap<Part>]>,
    count: AtomicUsize,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            parts: std::iter::repeat_with(ArcSwap::default).take(PARTS).collect(),
            count: AtomicUsize::new(0),
        }
    }
}

impl Cells {
    pub(super) fn find(&self, cell: ForecastCell) -> Option<Arc<Slot>> {
        self.part(cell).load().get(&cell).cloned()
    }

    /// The slot of a cell. A new cell gets one; if there are too many, those go that nobody has asked about for longest.
    pub(super) fn find_or_add(&self, cell: ForecastCell, now: Timestamp) -> Arc<Slot> {
        if let Some(slot) = self.find(cell) {
            return slot;
        }
        if self.count.fetch_add(1, Ordering::Relaxed) >= MOST_CELLS {
            self.tidy(now);
        }
        let added = Arc::new(Slot::new(now));
        let before = self.part(cell).rcu(|part| {
            let mut part = Part::clone(part);
            part.entry(cell).or_insert_with(|| Arc::clone(&added));
            part
        });
        match before.get(&cell) {
            // Another request was faster.
            Some(other) => {
                self.count.fetch_sub(1, Ordering::Relaxed);
                Arc::clone(other)
            }
            None => added,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (ForecastCell, Arc<Slot>)> {
        self.parts.iter().flat_map(|part| {
            let part = part.load_full();
            part.iter().map(|(cell, slot)| (*cell, Arc::clone(slot))).collect::<Vec<_>>()
        })
    }

    /// Drops what nobody asked for lately, and the least recently asked cells once there are nearly too many.
    pub(super) fn tidy(&self, now: Timestamp) {
        let forgotten_millis = i64::try_from(FORGOTTEN_AFTER.as_millis()).unwrap_or(i64::MAX);
        let oldest_kept = now.as_millisecond().saturating_sub(forgotten_millis);
        let mut asked: Vec<(i64, ForecastCell)> =
            self.all().map(|(cell, slot)| (slot.asked_millis(), cell)).collect();
        asked.sort_unstable();
        let surplus = if asked.len() > NEARLY_TOO_MANY { asked.len() - LEFT } else { 0 };
        let forgotten = asked.partition_point(|(asked_millis, _)| *asked_millis < oldest_kept);
        let doomed: HashSet<ForecastCell> =
            asked[..surplus.max(forgotten)].iter().map(|(_, cell)| *cell).collect();
        for part in &self.parts {
            if part.load().keys().any(|cell| doomed.contains(cell)) {
                // The last attempt is the one that counts.
                let mut dropped = 0;
                part.rcu(|part| {
                    let mut left = Part::clone(part);
                    left.retain(|cell, _| !doomed.contains(cell));
                    dropped = part.len() - left.len();
                    left
                });
                self.count.fetch_sub(dropped, Ordering::Relaxed);
            }
        }
    }

    fn part(&self, cell: ForecastCell) -> &ArcSwap<Part> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(cell);
        &self.parts[(hash % PARTS as u64) as usize]
    }
}
