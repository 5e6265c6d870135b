//! The forecasts of weather models, cell by cell.
//!
//! Requests read, and say which cells they want; the refresh loop fetches those. No request takes a lock: it follows
//! pointers, and only the first one for a new cell copies a small part of the map. Once the map is full, one such request
//! in a thousand drops the cells that nobody has asked about for longest, which takes some milliseconds.

mod cell_forecast;
mod cells;
mod collector;
mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use forecast_sources::SourceFacts;
use hivebox_climate::forecast::ForecastCell;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::dependencies::LatestMoment;

pub use cell_forecast::{
    CellForecast, FORGOTTEN_AFTER, Kept, LONGEST_REST, MOST_CELLS, NoForecast, RENEWED_FOR, SERVES_FOR,
};
use cells::Cells;
pub use collector::ForecastsCollector;
use slot::Slot;

/// The most cells that somebody waits for, and the most that are due for a renewal. A new cell beyond them has no
/// forecast for now.
const MOST_WANTED: usize = 4096;

/// The forecasts that this replica knows. Requests ask for a cell; the refresh loop fetches what they asked for.
#[derive(Debug, Default)]
pub struct Forecasts {
    /// `None` without a source.
    known: Option<Known>,
    /// How often there was no forecast, by [`NoForecast`].
    absent: [AtomicU64; NoForecast::SLUGS.len()],
}

/// The cells of a source.
#[derive(Debug)]
struct Known {
    source: &'static SourceFacts,
    cells: Cells,
    waiting: mpsc::Sender<ForecastCell>,
    due: mpsc::Sender<ForecastCell>,
    /// When the newest forecast was fetched.
    newest: LatestMoment,
    /// Places that all replicas asked about in the last day, and the budget; 0 is no budget.
    spent: AtomicU64,
    budget: AtomicU64,
}

/// The cells that requests want: each is there once until it is put or missed, and once more if somebody begins to wait
/// for one that is due.
#[derive(Debug)]
pub struct Wanted {
    /// Those that somebody waits for.
    pub waiting: mpsc::Receiver<ForecastCell>,
    /// Those that only need to be renewed: meanwhile the last forecast serves.
    pub due: mpsc::Receiver<ForecastCell>,
}

/// The state of the forecasts, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastState {
    /// The source.
    pub source: &'static SourceFacts,
    /// When the newest forecast in memory was fetched; `None` before the first one.
    pub newest_at: Option<Timestamp>,
    /// How many cells have a forecast that may be served.
    pub cells: usize,
    /// Places that all replicas together asked about in the last day, as far as this one knows.
    pub spent_today: u64,
    /// The most places that they may ask about in a day; `None` means that there is no limit.
    pub budget: Option<u64>,
}

impl Forecasts {
    /// Without a source: there is never a forecast.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// With a source. Its forecasts are fetched by whoever receives the wanted cells.
    #[must_use]
    pub fn of(source: &'static SourceFacts) -> (Self, Wanted) {
        let ((waiting, waiting_receiver), (due, due_receiver)) =
            (mpsc::channel(MOST_WANTED), mpsc::channel(MOST_WANTED));
        let known = Known {
            source,
            cells: Cells::default(),
            waiting,
            due,
            newest: LatestMoment::default(),
            spent: AtomicU64::default(),
            budget: AtomicU64::default(),
        };
        let wanted = Wanted { waiting: waiting_receiver, due: due_receiver };
        (Self { known: Some(known), absent: Default::default() }, wanted)
    }

    /// The name, licence and attribution of the source; `None` without one.
    #[must_use]
    pub fn source(&self) -> Option<&'static SourceFacts> {
        self.known.as_ref().map(|known| known.source)
    }

    /// The forecast for a cell as of `now`, at most 6 hours old. Waits at most `patience` for a cell that this replica
    /// does not know.
    ///
    /// # Errors
    /// There is no source, or it has no forecast for the cell in time.
    pub async fn ask(
        &self,
        cell: ForecastCell,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Arc<CellForecast>, NoForecast> {
        let found = match &self.known {
            Some(known) => known.find(cell, now, patience).await,
            None => Err(NoForecast::Off),
        };
        found.inspect_err(|reason| {
            self.absent[reason.index()].fetch_add(1, Ordering::Relaxed);
        })
    }

    /// What is in memory for a cell, however old.
    #[must_use]
    pub fn kept(&self, cell: ForecastCell) -> Option<Arc<Kept>> {
        self.known.as_ref()?.cells.find(cell)?.kept()
    }

    /// Keeps a new forecast for a cell, if somebody still wants the cell, and wakes those who wait for it.
    pub fn put(&self, cell: ForecastCell, kept: Kept) {
        let Some(known) = &self.known else { return };
        known.newest.note(kept.forecast.fetched_at);
        if let Some(slot) = known.cells.find(cell) {
            slot.put(kept);
        }
    }

    /// Notes that there is no new forecast for a cell, and that it rests until some moment. Wakes those who wait.
    pub fn miss(&self, cell: ForecastCell, reason: NoForecast, until: Timestamp) {
        if let Some(slot) = self.known.as_ref().and_then(|known| known.cells.find(cell)) {
            slot.miss(reason, until);
        }
    }

    /// Notes the budget and what is spent of it.
    pub fn note_spent(&self, spent_today: u64, budget: Option<u64>) {
        if let Some(known) = &self.known {
            known.spent.store(spent_today, Ordering::Relaxed);
            known.budget.store(budget.unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Drops the cells that nobody asked for lately, and the least recently asked ones if there are too many.
    pub fn tidy(&self, now: Timestamp) {
        if let Some(known) = &self.known {
            known.cells.tidy(now);
        }
    }

    /// Wants all cells again that are due for a renewal: people ask for them, and they have expired.
    pub fn want_due(&self, now: Timestamp) {
        let Some(known) = &self.known else { return };
        for (cell, slot) in known.cells.all() {
            if slot.is_due(now) {
                known.want(cell, &slot, false);
            }
        }
    }

    /// How many cells are in memory.
    #[must_use]
    pub fn count(&self) -> usize {
        self.known.as_ref().map_or(0, |known| known.cells.count())
    }

    /// Forgets which cells are wanted, after a panic of whoever fetches them. Nobody waits for them any longer.
    pub fn forget_wanted(&self) {
        for (_, slot) in self.known.iter().flat_map(|known| known.cells.all()) {
            slot.give_up();
        }
    }

    /// The age of the oldest servable forecast that somebody asked for within the last `used_for`.
    fn oldest_age_in_use(&self, now: Timestamp, used_for: SignedDuration) -> Option<SignedDuration> {
        let used_since = now.checked_sub(used_for).ok()?.as_millisecond();
        let slots = self.known.as_ref()?.cells.all().filter(|(_, slot)| slot.asked_millis() >= used_since);
        slots.filter_map(|(_, slot)| Some(now.duration_since(slot.servable(now)?.fetched_at))).max()
    }

    /// The state for people; `None` without a source.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> Option<ForecastState> {
        let known = self.known.as_ref()?;
        let is_servable = |kept: Arc<Kept>| kept.forecast.is_servable(now);
        let cells = known.cells.all().filter(|(_, slot)| slot.kept().is_some_and(is_servable)).count();
        let budget = known.budget.load(Ordering::Relaxed);
        Some(ForecastState {
            source: known.source,
            newest_at: known.newest.get(),
            cells,
            spent_today: known.spent.load(Ordering::Relaxed),
            budget: (budget > 0).then_some(budget),
        })
    }
}

impl Known {
    async fn find(
        &self,
        cell: ForecastCell,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Arc<CellForecast>, NoForecast> {
        let slot = self.cells.find_or_add(cell, now);
        slot.note_asked(now);
        if let Some(forecast) = slot.servable(now) {
            if !forecast.is_fresh(now) && slot.rests(now).is_none() {
                self.want(cell, &slot, false);
            }
            return Ok(forecast);
        }
        if let Some(reason) = slot.rests(now) {
            return Err(reason);
        }
        // From here on no change is missed.
        let mut changed = std::pin::pin!(slot.changed());
        changed.as_mut().enable();
        if !self.want(cell, &slot, true) {
            return Err(NoForecast::Busy);
        }
        // A timer that has run out at once would still wait for a millisecond.
        if slot.servable(now).is_none() && !patience.is_zero() {
            // Out of patience is an answer, too.
            let _ = tokio::time::timeout(patience, changed).await;
        }
        slot.servable(now).ok_or_else(|| slot.rests(now).unwrap_or(NoForecast::Pending))
    }

    /// Has a cell fetched, unless it is already wanted. Whether it will be.
    fn want(&self, cell: ForecastCell, slot: &Slot, waits: bool) -> bool {
        if !slot.want(waits) {
            return true;
        }
        let queue = if waits { &self.waiting } else { &self.due };
        let is_queued = queue.try_send(cell).is_ok();
        if !is_queued {
            slot.unwant();
        }
        is_queued
    }
}

#[cfg(test)]
mod tests;
