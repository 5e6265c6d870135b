//! What all event streams share: the newest event, the lanes that wake the streams, and the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use hivebox_config::HttpConfig;
use hivebox_present::{Cache, Present};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::conditions::AskConditions;
use crate::error::ApiError;
use crate::live::event::Event;
use crate::live::lanes::{Lanes, Rounds};

/// The most streams with a filter: each may cost a few milliseconds of work with every present.
const MAX_FILTERED: usize = 500;
/// How many events of filters are rendered at once. It leaves a core for requests.
const MAX_RENDERING: usize = 1;

/// What all event streams share.
#[derive(Debug)]
pub(crate) struct LiveHub {
    newest: ArcSwapOption<Event>,
    /// The present that was rendered last, or that could not be rendered.
    tried: ArcSwapOption<Present>,
    /// The lanes in which the streams wait.
    pub(super) lanes: Arc<Lanes>,
    streams: Arc<Semaphore>,
    filtered_streams: Arc<Semaphore>,
    /// Permits to render the event of a filter. It is never closed.
    pub(super) rendering: Semaphore,
    max_streams: usize,
    heartbeat: Duration,
    has_ended: AtomicBool,
}

/// The conditions that a stream sends instead of those of all boxes.
#[derive(Debug)]
pub(super) struct StreamFilter {
    /// The conditions.
    pub(super) conditions: Arc<AskConditions>,
    _permit: OwnedSemaphorePermit,
}

impl LiveHub {
    /// A hub without streams and without an event.
    pub(crate) fn new(config: &HttpConfig) -> Self {
        Self {
            newest: ArcSwapOption::empty(),
            tried: ArcSwapOption::empty(),
            lanes: Arc::default(),
            streams: Arc::new(Semaphore::new(config.max_streams)),
            filtered_streams: Arc::new(Semaphore::new(MAX_FILTERED)),
            rendering: Semaphore::new(MAX_RENDERING),
            max_streams: config.max_streams,
            heartbeat: config.heartbeat,
            has_ended: AtomicBool::new(false),
        }
    }

    /// Ends all streams, including those that open later.
    pub(crate) fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.lanes.wake_all();
    }

    /// Whether all streams are to end.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// The newest event.
    pub(super) fn newest(&self) -> Guard<Option<Arc<Event>>> {
        self.newest.load()
    }

    /// A permit for one more stream.
    ///
    /// # Errors
    /// As many streams are open as are allowed.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let permit = Arc::clone(&self.streams).try_acquire_owned();
        permit.map_err(|_| too_many(self.max_streams, "streams"))
    }

    /// A permit for one more stream with a filter.
    ///
    /// # Errors
    /// As many streams with a filter are open as are allowed.
    pub(super) fn admit_filter(&self, conditions: AskConditions) -> Result<StreamFilter, ApiError> {
        let permit = Arc::clone(&self.filtered_streams).try_acquire_owned();
        let permit = permit.map_err(|_| too_many(MAX_FILTERED, "streams with a filter"))?;
        Ok(StreamFilter { conditions: Arc::new(conditions), _permit: permit })
    }

    /// Renders an event for each new present, once for all streams, and wakes the streams lane by lane. Never ends.
    pub(crate) async fn broadcast(&self, cache: &Cache) {
        let mut changes = cache.changes();
        changes.mark_changed();
        let mut rounds = Rounds::new(&self.lanes, self.heartbeat);
        loop {
            tokio::select! {
                // A new present comes first, also after a restart.
                biased;
                // The cache is borrowed for as long as this runs, so its sender cannot be gone.
                _ = changes.changed() => {
                    let present = cache.present().clone();
                    let is_new = |present: &Arc<_>| {
                        self.tried.load().as_ref().is_none_or(|tried| !Arc::ptr_eq(tried, present))
                    };
                    if let Some(present) = present.filter(is_new) {
                        // Noted first: a present that causes a panic is left out.
                        self.tried.store(Some(Arc::clone(&present)));
                        self.newest.store(Some(Arc::new(Event::of(present))));
                        rounds.restart();
                    }
                }
                () = rounds.turn() => {}
            }
        }
    }
}

/// The error for a stream over the limit.
pub(super) fn too_many(limit: usize, what: &str) -> ApiError {
    ApiError::unavailable(
        "Too many streams",
        format!(
            "This replica has {limit} {what} open, which is its limit; try again soon, or poll /temperature or \
             /api/v1/conditions instead."
        ),
    )
}
