//! `GET /api/v1/live`: Server-Sent Events of each new present.
//!
//! Each event is the whole state. A client that comes back needs no replay, and one that is slow misses
//! nothing by being sent only the newest.

mod event;
mod filtered;
mod lanes;
pub(crate) mod metrics;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::conditions::AskConditions;
use super::connection::Connection;
use super::describe::{Answer, Operation, Tag, headers};
use crate::asked::Asked;
use crate::error::ApiError;
use crate::state::HttpState;
use event::Event;
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_config::HttpConfig;
use hivebox_kinds::Integer;
use hivebox_question::parameters::{Ask, Parameter, Reader};
use lanes::{Lanes, Rounds};
use stream::Stream;

/// The most streams with a filter: each may take some milliseconds of work with each present.
const MAX_FILTERED: usize = 500;
/// How many of their events are made at once, so that a core is left for requests.
const MAKERS: usize = 1;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Has nginx, and the ingress controllers made of it, pass each event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What all streams share.
#[derive(Debug)]
pub(crate) struct Live {
    newest: ArcSwapOption<Event>,
    lanes: Arc<Lanes>,
    places: Arc<Semaphore>,
    filtered_places: Arc<Semaphore>,
    makers: Semaphore,
    max_streams: usize,
    heartbeat: Duration,
    has_ended: AtomicBool,
}

impl Live {
    /// No streams and no event yet.
    pub(crate) fn new(config: &HttpConfig) -> Self {
        Self {
            newest: ArcSwapOption::empty(),
            lanes: Arc::default(),
            places: Arc::new(Semaphore::new(config.max_streams)),
            filtered_places: Arc::new(Semaphore::new(MAX_FILTERED)),
            makers: Semaphore::new(MAKERS),
            max_streams: config.max_streams,
            heartbeat: config.heartbeat,
            has_ended: AtomicBool::new(false),
        }
    }

    /// Ends all streams, also those that begin later.
    pub(crate) fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.lanes.wake_all();
    }

    fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    fn newest(&self) -> Guard<Option<Arc<Event>>> {
        self.newest.load()
    }
}

/// Makes an event of each new present, once for all streams, and wakes them up one after the other. For ever.
pub(crate) async fn herald(state: &HttpState, catalogue: &'static Catalogue) {
    let (live, app) = (&state.live, &state.app);
    let mut changes = app.cache.changes();
    changes.mark_changed();
    let mut rounds = Rounds::new(&live.lanes, live.heartbeat);
    loop {
        tokio::select! {
            // The cache lives as long as the app, so waiting for it cannot fail.
            _ = changes.changed() => {
                let present = app.cache.present().clone();
                let is_new = |present: &Arc<_>| {
                    live.newest().as_ref().is_none_or(|newest| !Arc::ptr_eq(&newest.present, present))
                };
                if let Some(present) = present.filter(is_new) {
                    live.newest.store(Some(Arc::new(Event::of(present, catalogue))));
                    rounds.restart();
                }
            }
            () = rounds.turn() => {}
        }
    }
}

const EVENTS: Parameter<Integer> = Parameter {
    name: "events",
    description: "After how many events the stream ends; without it, not by itself.",
    kind: Integer { range: 1..=1000, unit: "" },
    example: "1",
    default: None,
};

/// What a stream is to tell.
#[derive(Debug)]
pub(super) struct AskLive {
    /// Which conditions; those of all boxes in a few numbers if `None`.
    filter: Option<AskConditions>,
    events: Option<u32>,
}

impl Ask for AskLive {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (conditions, events) = (AskConditions::read(reader), reader.query(&EVENTS));
        let filter = Some(conditions?).filter(|conditions| *conditions != AskConditions::default());
        Some(Self { filter, events: events.map(|events| events as u32) })
    }
}

/// `GET /api/v1/live`: with a filter, the conditions that it selects. With `events`, ends after so many events, or not by itself.
pub(super) async fn live(
    State(state): State<HttpState>,
    Asked(asked): Asked<AskLive>,
    connection: Option<Extension<Connection>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let live = &state.live;
    let place =
        Arc::clone(&live.places).try_acquire_owned().map_err(|_| too_many(live.max_streams, "streams"))?;
    let filter = asked.filter.map(|filter| Filter::of(filter, live)).transpose()?;
    let seen = seen_at_start(live, &headers, state.app.clock.now());
    let connection = connection.map(|Extension(connection)| connection).unwrap_or_default();
    let stream = Stream::open(state, place, connection, filter, seen, asked.events);
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store, no-transform"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, Body::from_stream(stream.into_frames())).into_response())
}

/// What a stream tells in place of the conditions of all boxes.
#[derive(Debug)]
struct Filter {
    conditions: Arc<AskConditions>,
    _place: OwnedSemaphorePermit,
}

impl Filter {
    fn of(conditions: AskConditions, live: &Live) -> Result<Self, ApiError> {
        let place = Arc::clone(&live.filtered_places).try_acquire_owned();
        let place = place.map_err(|_| too_many(MAX_FILTERED, "streams with a filter"))?;
        Ok(Self { conditions: Arc::new(conditions), _place: place })
    }
}

fn too_many(most: usize, what: &str) -> ApiError {
    ApiError::unavailable(
        "Too many streams",
        format!(
            "This replica has {most} {what} open, which is as many as there may be; try again soon, or ask \
             /temperature or /api/v1/conditions from time to time."
        ),
    )
}

pub(super) fn describe() -> Operation {
    let (id, data) = event::example();
    Operation::new("getLive", Tag::Now, "A stream of each new present")
        .description(
            "Server-Sent Events. The first comes at once, and each is the whole state: its `data` is a \
             `LivePresent`, or with a filter the `Conditions` that it selects. Lines with a colon alone come in between, so that the stream is kept open.",
        )
        .asks::<AskLive>()
        .header(
            "Last-Event-ID",
            "The id of the newest event that the client has: it is not sent again.",
            "2024-10-14T09:20:00.000Z",
        )
        .answers(
            Answer::ok("The events, as they come.")
                .events("present", id, &event::LiveData::All(data))
                .headers(&[headers::CACHE_CONTROL]),
        )
        .fails("There are too many streams.", &too_many(10_000, "streams"))
}

/// The moment of the present if a new stream need not be sent it: the client has it, or it is too old to be
/// served.
fn seen_at_start(live: &Live, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let newest = live.newest();
    let newest = newest.as_ref()?;
    let has_it = last_event_id(headers).is_some_and(|id| {
        // One that is a little newer is from a replica that is ahead of this one.
        (newest.as_of.as_millisecond()..=(now + MAX_CLOCK_LEAD).as_millisecond())
            .contains(&id.as_millisecond())
    });
    (has_it || newest.has_expired(now)).then_some(newest.as_of)
}

/// The id of the event that the client had last; `None` if it is none of ours.
fn last_event_id(headers: &HeaderMap) -> Option<Timestamp> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.trim().parse().ok()
}
