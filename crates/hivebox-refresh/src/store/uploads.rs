//! Snapshots on their way to the store, one at a time; what it does not take waits in the spool, and is
//! tried again later, oldest first.

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use hivebox_archive::{ArchiveError, Kept, Sealed, Spool, StoreFault, Stored};
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use jiff::Timestamp;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, warn};

use super::request::{Request, StoreError};
use crate::refresh::Refresh;

/// The first pause after the store failed; each further one doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Uploads that wait for the one that runs, before requests are turned away; of slots some more may wait.
const MAX_WAITING: usize = 2;
/// How long an upload may go on after the service was told to stop.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(5);

/// Snapshots on their way.
pub(super) struct Uploads<'a> {
    refresh: &'a Refresh,
    /// A store in a folder has none: what the one disk does not take, another folder of it will not either.
    spool: Option<&'a Spool>,
    running: Option<Running<'a>>,
    /// What came while another upload ran: a slot now and then, and as many as may be asked for at once.
    waiting: VecDeque<Upload>,
    pause: Duration,
    /// When the spool is to be tried again.
    due: Option<Instant>,
    /// The moment of the readings that were stored, or kept, for a slot last.
    stored_last: Option<Timestamp>,
}

/// What a snapshot is for.
pub(super) enum For {
    /// A slot, and the moment of its readings.
    Slot(Timestamp),
    /// Somebody who waits for the outcome.
    Request(Request),
    /// It was in the spool.
    Spool,
}

struct Running<'a> {
    upload: Upload,
    outcome: LocalBoxFuture<'a, Result<Stored, ArchiveError>>,
}

struct Upload {
    sealed: Sealed,
    purpose: For,
}

impl<'a> Uploads<'a> {
    pub(super) fn new(refresh: &'a Refresh) -> Self {
        let spool = refresh.spool.as_ref();
        let waiting = VecDeque::new();
        let mut uploads =
            Self { refresh, spool, running: None, waiting, pause: FIRST_PAUSE, due: None, stored_last: None };
        uploads.report();
        // What waits since before the start.
        uploads.due = uploads.is_spooled().then(Instant::now);
        uploads
    }

    /// Sends a snapshot on its way. Where too many wait for the store already, it goes to the spool at once.
    pub(super) fn add(&mut self, sealed: Sealed, purpose: For) {
        let upload = Upload { sealed, purpose };
        if self.running.is_none() {
            self.start(upload);
        } else if self.waiting.len() < 2 * MAX_WAITING {
            self.waiting.push_back(upload);
        } else {
            let source = StoreFault::TimedOut { address: self.refresh.store.access.address.to_string() };
            self.end(upload, Err(ArchiveError::Store { action: "store a snapshot", source }));
        }
    }

    /// The moment of the readings that were stored for a slot last.
    pub(super) fn stored_last(&self) -> Option<Timestamp> {
        self.stored_last
    }

    /// Whether further requests may be taken: those behind them wait where they can be turned away.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    /// Waits until the spool is to be tried again; for ever if nothing waits there, or an upload runs.
    pub(super) fn pause_ends(&self) -> impl Future<Output = ()> + use<> {
        let due = self.due.filter(|_| self.running.is_none());
        async move {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => pending().await,
            }
        }
    }

    /// Tries the oldest snapshot of the spool.
    pub(super) fn drain(&mut self) {
        self.due = None;
        match self.spool.map(Spool::oldest).transpose() {
            Ok(oldest) => match oldest.flatten() {
                Some(sealed) => self.start(Upload { sealed, purpose: For::Spool }),
                None => self.report(),
            },
            Err(error) => {
                warn!(error = in_words(&error), "the spool cannot be read");
                self.plan_after_failure();
            }
        }
    }

    /// Waits until an upload ends, and sees to what follows from it.
    pub(super) async fn next(&mut self) {
        let outcome = match &mut self.running {
            Some(running) => (&mut running.outcome).await,
            None => pending().await,
        };
        if let Some(Running { upload, .. }) = self.running.take() {
            self.end(upload, outcome);
        }
        if let Some(next) = self.waiting.pop_front() {
            self.start(next);
        }
    }

    /// Ends all uploads when the service stops: what takes too long waits in the spool. It may have gone
    /// well all the same; then the store says so at the next attempt.
    pub(super) async fn finish(mut self) {
        // There must be time left to keep what is cut off.
        let patience = PATIENCE_AT_STOP.min(self.refresh.grace / 2);
        let finished = async {
            while self.running.is_some() {
                self.next().await;
            }
        };
        if tokio::time::timeout(patience, finished).await.is_ok() {
            return;
        }
        warn!("the store takes too long: what is on its way waits in the spool");
        let cut_off = self.running.take().map(|running| running.upload);
        for Upload { sealed, .. } in cut_off.into_iter().chain(std::mem::take(&mut self.waiting)) {
            if !self.keep(&sealed) {
                warn!(name = %sealed.name(), "the snapshot is lost");
            }
        }
    }

    fn start(&mut self, upload: Upload) {
        let (refresh, sealed) = (self.refresh, upload.sealed.clone());
        let span = trace_span!(
            "store",
            object = Empty,
            rows = Empty,
            bytes = Empty,
            created = Empty,
            outcome = Empty,
            otel.status_code = Empty,
        );
        if let For::Request(request) = &upload.purpose {
            request.origin.adopt(&span);
        }
        let outcome = Box::pin(async move { put(refresh, &sealed).await }.instrument(span));
        self.running = Some(Running { upload, outcome });
    }

    fn end(&mut self, upload: Upload, outcome: Result<Stored, ArchiveError>) {
        // What stands under the name already stays there, also if it is damaged: it would be in the way of
        // this one for ever, and this one of all others.
        let is_over = matches!(outcome, Ok(_) | Err(ArchiveError::Corrupt { .. }));
        let is_of_spool = matches!(upload.purpose, For::Spool);
        if is_over && is_of_spool {
            self.remove(&upload.sealed);
        }
        let outcome = match outcome {
            Ok(stored) => {
                self.pause = FIRST_PAUSE;
                self.due = self.is_spooled().then(Instant::now);
                Ok(stored)
            }
            Err(error) => {
                let waits = is_of_spool || (!is_over && self.keep(&upload.sealed));
                self.plan_after_failure();
                let name = upload.sealed.name();
                Err(if waits { StoreError::Waits { name, source: error } } else { error.into() })
            }
        };
        match upload.purpose {
            For::Slot(as_of) if matches!(outcome, Ok(_) | Err(StoreError::Waits { .. })) => {
                self.stored_last = Some(as_of);
            }
            For::Slot(_) | For::Spool => {}
            // Nobody waits any more if the receiver is gone; the snapshot is stored all the same.
            For::Request(request) => drop(request.reply.send(outcome)),
        }
    }

    /// Keeps a snapshot in the spool; whether it waits there now.
    fn keep(&self, sealed: &Sealed) -> bool {
        let Some(spool) = self.spool else {
            return false;
        };
        let kept = spool.keep(sealed);
        self.report();
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

    fn remove(&mut self, sealed: &Sealed) {
        let Some(spool) = self.spool else { return };
        if let Err(error) = spool.remove(sealed.name()) {
            warn!(name = %sealed.name(), error = in_words(&error), "the spool cannot be tidied");
        }
        self.report();
        if !self.is_spooled() {
            info!("all snapshots that waited are stored");
        }
    }

    /// Plans another attempt, after a longer pause each time.
    fn plan_after_failure(&mut self) {
        let pause = self.pause.mul_f64(0.75 + 0.5 * fastrand::f64());
        self.due = self.is_spooled().then(|| Instant::now() + pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn is_spooled(&self) -> bool {
        self.spool.is_some_and(|spool| spool.status().waiting > 0)
    }

    fn report(&self) {
        if let Some(spool) = self.spool {
            self.refresh.metrics.store.spool(&spool.status());
        }
    }
}

async fn put(refresh: &Refresh, sealed: &Sealed) -> Result<Stored, ArchiveError> {
    let (span, started) = (Span::current(), refresh.clock.now());
    let outcome = refresh.snapshots.put(sealed).await;
    let ended = refresh.clock.now();
    refresh.metrics.store.observe(&outcome, ended);
    refresh.cache.parts().store.note(outcome.is_ok(), ended);
    match &outcome {
        Ok(Stored { object, rows, bytes, created, .. }) => {
            span.record("object", object).record("rows", rows).record("bytes", bytes);
            note_outcome(span.record("created", created), "stored", false);
            let took_ms = ended.duration_since(started).as_millis() as u64;
            info!(object, rows, bytes, created, took_ms, "snapshot stored");
        }
        Err(error) => {
            note_outcome(&span, "failed", true);
            let (name, error) = (sealed.name(), in_words(error));
            warn!(%name, error, "the snapshot could not be stored");
        }
    }
    outcome
}
