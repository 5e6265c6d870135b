//! Keeps what the store does not take, and tries again later, oldest first.

use std::time::Duration;

use hivebox_archive::{ArchiveError, Kept, Sealed, Spool};
use jiff::Timestamp;
use tracing::{info, warn};

use super::super::poll::in_words;
use super::super::{Refresh, schedule};
use super::put;

/// The first pause after the store failed; each further one doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The spool, and when to try again. A store in a folder has none: what the one disk does not take, another
/// folder of it will not either.
pub(super) struct Spooling<'a> {
    spool: Option<&'a Spool>,
    pause: Duration,
    due: Option<Timestamp>,
}

impl<'a> Spooling<'a> {
    pub(super) fn new(refresh: &'a Refresh) -> Self {
        let spool = refresh.spool.as_ref();
        let mut spooling = Self { spool, pause: FIRST_PAUSE, due: None };
        spooling.report(refresh);
        // What waits since before the start.
        spooling.due = spooling.waits().then(Timestamp::now);
        spooling
    }

    /// When to try again, if something waits.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Keeps a snapshot that the store did not take; whether it waits now.
    pub(super) fn keep(&mut self, refresh: &Refresh, sealed: &Sealed) -> bool {
        let Some(spool) = self.spool else {
            return false;
        };
        let kept = spool.keep(sealed);
        self.report(refresh);
        self.plan();
        match kept {
            Ok(Kept { is_kept, dropped }) => {
                if dropped > 0 {
                    let limit_bytes = spool.status().limit_bytes;
                    warn!(dropped, limit_bytes, "the spool is full: the oldest snapshots are lost");
                }
                is_kept
            }
            Err(error) => {
                warn!(name = %sealed.name(), error = in_words(&error), "the snapshot could not be kept");
                false
            }
        }
    }

    /// Stores one snapshot that waits, the oldest; the next one is due at once if that went well.
    pub(super) async fn drain(&mut self, refresh: &Refresh) {
        let Some(spool) = self.spool else { return };
        let outcome = match spool.oldest() {
            Ok(Some(sealed)) => match put(refresh, &sealed).await {
                // What stands under the name already stays there, also if it is damaged: it would be in the
                // way of this one for ever, and this one of all others.
                Ok(_) | Err(ArchiveError::Corrupt { .. }) => spool.remove(sealed.name()),
                // It has been logged.
                Err(_) => return self.plan(),
            },
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        self.report(refresh);
        if let Err(error) = outcome {
            warn!(error = in_words(&error), "the spool cannot be used");
            return self.plan();
        }
        self.pause = FIRST_PAUSE;
        self.due = self.waits().then(Timestamp::now);
        if self.due.is_none() {
            info!("all snapshots that waited are stored");
        }
    }

    /// Plans another attempt, after a longer pause each time.
    fn plan(&mut self) {
        let pause = self.pause.mul_f64(0.75 + 0.5 * fastrand::f64());
        self.due = self.waits().then(|| schedule::later(Timestamp::now(), pause));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn waits(&self) -> bool {
        self.spool.is_some_and(|spool| spool.status().waiting > 0)
    }

    fn report(&self, refresh: &Refresh) {
        if let Some(spool) = self.spool {
            refresh.metrics.store.spool(&spool.status());
        }
    }
}
