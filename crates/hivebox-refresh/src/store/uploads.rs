//! Uploads snapshots to the store, one at a time. Snapshots that the store does not accept wait in the spool, and
//! are tried again later, oldest first.

use std::any::Any;
use std::collections::VecDeque;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use hivebox_archive::{ArchiveError, Kept, Sealed, Spool, StoreFault, Stored};
use hivebox_present::supervise::panic_message;
use hivebox_telemetry::traces::note_outcome;
use hivebox_telemetry::{in_words, trace_span};
use jiff::Timestamp;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, error, info, warn};

use super::request::{StoreError, StoreRequest};
use crate::refresh::Refresh;

/// The pause after the first failure of the store; it doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The most uploads that wait before requests are rejected. Twice as many slots may wait.
const MAX_WAITING: usize = 2;
/// How long an upload may go on during a shutdown.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(5);

/// The running upload and the waiting ones.
pub(super) struct Uploads<'a> {
    refresh: &'a Refresh,
    /// `None` for a store in a folder: if a disk is full, another folder on it does not help.
    spool: Option<&'a Spool>,
    running: Option<RunningUpload<'a>>,
    /// The uploads that arrived while another one ran.
    waiting: VecDeque<Upload>,
    pause: Duration,
    /// When to try the spool again.
    due: Option<Instant>,
    /// The moment of the readings last stored or spooled for a slot.
    stored_last: Option<Timestamp>,
}

/// Why a snapshot is uploaded.
pub(super) enum Purpose {
    /// For a slot. Holds the moment of the readings.
    Slot(Timestamp),
    /// For a client that waits for the outcome.
    Request(StoreRequest),
    /// To empty the spool.
    Spool,
}

struct RunningUpload<'a> {
    upload: Upload,
    outcome: LocalBoxFuture<'a, Result<Stored, ArchiveError>>,
}

struct Upload {
    sealed: Sealed,
    purpose: Purpose,
}

impl<'a> Uploads<'a> {
    pub(super) fn new(refresh: &'a Refresh) -> Self {
        let spool = refresh.spool.as_ref();
        let waiting = VecDeque::new();
        let mut uploads =
            Self { refresh, spool, running: None, waiting, pause: FIRST_PAUSE, due: None, stored_last: None };
        uploads.report();
        // Snapshots may wait from before the start.
        uploads.due = uploads.is_spooled().then(Instant::now);
        uploads
    }

    /// Starts the next upload, unless one runs. After a panic perhaps none does.
    pub(super) fn start_next(&mut self) {
        if self.running.is_none()
            && let Some(next) = self.waiting.pop_front()
        {
            self.start(next);
        }
    }

    /// Uploads a snapshot as soon as possible. If too many wait already, it goes to the spool at once.
    pub(super) fn add(&mut self, sealed: Sealed, purpose: Purpose) {
        let upload = Upload { sealed, purpose };
        if self.running.is_none() {
            self.start(upload);
        } else if self.waiting.len() < 2 * MAX_WAITING {
            self.waiting.push_back(upload);
        } else {
            let source = StoreFault::QueueFull { waiting: self.waiting.len() };
            let outcome = Err(ArchiveError::Store { action: "store a snapshot", source });
            note(self.refresh, &upload.sealed, &outcome);
            self.end(upload, outcome);
        }
    }

    /// The moment of the readings last stored or spooled for a slot.
    pub(super) fn stored_last(&self) -> Option<Timestamp> {
        self.stored_last
    }

    /// Whether the loop may accept another request. Otherwise requests wait in the channel, which rejects further ones.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    /// Waits until it is time to try the spool again; for ever if it is empty or an upload runs.
    pub(super) fn pause_ends(&self) -> impl Future<Output = ()> + use<> {
        let due = self.due.filter(|_| self.running.is_none());
        async move {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => pending().await,
            }
        }
    }

    /// Uploads the oldest snapshot of the spool.
    pub(super) fn drain(&mut self) {
        self.due = None;
        match self.spool.map(Spool::oldest).transpose() {
            Ok(oldest) => match oldest.flatten() {
                Some(sealed) => self.start(Upload { sealed, purpose: Purpose::Spool }),
                None => self.report(),
            },
            Err(error) => {
                warn!(error = in_words(&error), "cannot read the spool");
                self.plan_after_failure();
            }
        }
    }

    /// Waits until the running upload ends, handles its outcome, and starts the next one.
    pub(super) async fn next(&mut self) {
        let outcome = match &mut self.running {
            Some(running) => (&mut running.outcome).await,
            None => pending().await,
        };
        if let Some(RunningUpload { upload, .. }) = self.running.take() {
            self.end(upload, outcome);
        }
        self.start_next();
    }

    /// Ends all uploads when the service stops. Those that take too long go to the spool. If the store accepted one
    /// all the same, the next attempt finds it stored.
    pub(super) async fn finish(&mut self) {
        // Some time must be left to spool the snapshots that are cut off.
        let patience = PATIENCE_AT_STOP.min(self.refresh.grace / 2);
        let finished = async {
            while self.running.is_some() {
                self.next().await;
            }
        };
        if tokio::time::timeout(patience, finished).await.is_ok() {
            return;
        }
        warn!("the store is too slow: unfinished uploads go to the spool");
        let cut_off = self.running.take().map(|running| running.upload);
        for Upload { sealed, .. } in cut_off.into_iter().chain(std::mem::take(&mut self.waiting)) {
            if !self.keep(&sealed) {
                warn!(name = %sealed.name(), "lost a snapshot");
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
        if let Purpose::Request(request) = &upload.purpose {
            request.origin.adopt(&span);
        }
        let outcome = async move { put(refresh, &sealed).await }.instrument(span);
        // An upload that panics has failed like any other, and goes to the spool.
        let outcome = AssertUnwindSafe(outcome).catch_unwind();
        let outcome = outcome.map(|outcome| outcome.unwrap_or_else(|panic| Err(ended_by(&*panic))));
        self.running = Some(RunningUpload { upload, outcome: Box::pin(outcome) });
    }

    fn end(&mut self, upload: Upload, outcome: Result<Stored, ArchiveError>) {
        // A damaged object of the same name stays in the store. It would block this snapshot for ever, and this
        // snapshot all others in the spool.
        let is_over = matches!(outcome, Ok(_) | Err(ArchiveError::Corrupt { .. }));
        let is_of_spool = matches!(upload.purpose, Purpose::Spool);
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
                Err(if waits { StoreError::Spooled { name, source: error } } else { error.into() })
            }
        };
        match upload.purpose {
            Purpose::Slot(as_of) if matches!(outcome, Ok(_) | Err(StoreError::Spooled { .. })) => {
                self.stored_last = Some(as_of);
            }
            Purpose::Slot(_) | Purpose::Spool => {}
            // Without a receiver, the client is gone; the snapshot is stored all the same.
            Purpose::Request(request) => drop(request.reply.send(outcome)),
        }
    }

    /// Writes a snapshot to the spool. Returns whether it waits there now.
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
                    warn!(dropped, limit_bytes, "the spool is full: dropped the oldest snapshots");
                }
                is_kept
            }
            Err(error) => {
                warn!(name = %sealed.name(), error = in_words(&error), "cannot spool the snapshot");
                false
            }
        }
    }

    fn remove(&mut self, sealed: &Sealed) {
        let Some(spool) = self.spool else { return };
        if let Err(error) = spool.remove(sealed.name()) {
            warn!(name = %sealed.name(), error = in_words(&error), "cannot remove the snapshot from the spool");
        }
        self.report();
        if !self.is_spooled() {
            info!("the spool is empty: all snapshots are stored");
        }
    }

    /// Plans the next attempt, after a pause that doubles each time.
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

/// The error of an upload that panicked.
fn ended_by(panic: &(dyn Any + Send)) -> ArchiveError {
    let reason = panic_message(panic);
    error!(panic = reason, "an upload panicked");
    ArchiveError::Ended { reason: reason.into() }
}

async fn put(refresh: &Refresh, sealed: &Sealed) -> Result<Stored, ArchiveError> {
    let (span, started) = (Span::current(), refresh.clock.now());
    let outcome = refresh.snapshots.put(sealed).await;
    note(refresh, sealed, &outcome);
    match &outcome {
        Ok(Stored { object, rows, bytes, created, .. }) => {
            span.record("object", object).record("rows", rows).record("bytes", bytes);
            note_outcome(span.record("created", created), "stored", false);
            let took_ms = refresh.clock.now().duration_since(started).as_millis() as u64;
            info!(object, rows, bytes, created, took_ms, "snapshot stored");
        }
        Err(_) => note_outcome(&span, "failed", true),
    }
    outcome
}

/// Counts an outcome, and logs a failure.
fn note(refresh: &Refresh, sealed: &Sealed, outcome: &Result<Stored, ArchiveError>) {
    let ended = refresh.clock.now();
    refresh.metrics.store.observe(outcome, ended);
    let dependencies = refresh.cache.dependencies();
    dependencies.store.note(outcome.is_ok(), ended);
    match outcome {
        Ok(_) => dependencies.last_stored.note(sealed.name().moment()),
        Err(error) => {
            let (name, error) = (sealed.name(), in_words(error));
            warn!(%name, error, "the snapshot could not be stored");
        }
    }
}
