//! `GET /api/v1/live`: Server-Sent Events of each new present.
//!
//! Each event is the whole state. A client that comes back needs no replay, and one that is slow misses
//! nothing by being sent only the newest.

mod event;
#[cfg_attr(not(test), expect(dead_code, reason = "no stream has a filter yet"))]
mod filtered;
mod lanes;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::ApiError;
use super::connection::Connection;
use super::parameters::kind::Integer;
use super::parameters::{Ask, Asked, Parameter, Reader};
use crate::app::App;
use crate::cache::MAX_LEAD;
use crate::config::HttpConfig;
use event::Event;
use lanes::{Lanes, Rounds};
use stream::Stream;

/// How often a stream gets a byte at least, so that proxies keep it open and clients that are gone are noticed.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Has nginx, and the ingress controllers made of it, pass each event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What all streams share.
#[derive(Debug)]
pub struct Live {
    newest: ArcSwapOption<Event>,
    lanes: Arc<Lanes>,
    places: Arc<Semaphore>,
    max_streams: usize,
    heartbeat: Duration,
    has_ended: AtomicBool,
}

impl Live {
    /// No streams and no event yet.
    pub fn new(config: &HttpConfig) -> Self {
        Self {
            newest: ArcSwapOption::empty(),
            lanes: Arc::default(),
            places: Arc::new(Semaphore::new(config.max_streams)),
            max_streams: config.max_streams,
            heartbeat: config.heartbeat,
            has_ended: AtomicBool::new(false),
        }
    }

    /// Ends all streams, also those that begin later.
    pub fn end(&self) {
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
pub async fn herald(app: Arc<App>, catalogue: &'static Catalogue) {
    let live = &app.live;
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
    kind: Integer { range: 1..=1000 },
    example: "1",
    default: None,
};

/// What a stream is to tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskLive {
    events: Option<u32>,
}

impl Ask for AskLive {
    fn read(reader: &mut Reader) -> Option<Self> {
        let events = reader.query(&EVENTS);
        Some(Self { events: events.map(|events| events as u32) })
    }
}

/// `GET /api/v1/live?events=…`: ends after so many events, or not by itself.
pub(super) async fn live(
    State(app): State<Arc<App>>,
    Asked(asked): Asked<AskLive>,
    connection: Option<Extension<Connection>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let place = Arc::clone(&app.live.places).try_acquire_owned().map_err(|_| too_many(&app.live))?;
    let seen = seen_at_start(&app.live, &headers, Timestamp::now());
    let connection = connection.map(|Extension(connection)| connection).unwrap_or_default();
    let stream = Stream::open(app, place, connection, seen, asked.events);
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store, no-transform"),
        (X_ACCEL_BUFFERING, "no"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    Ok((headers, Body::from_stream(stream.into_frames())).into_response())
}

fn too_many(live: &Live) -> ApiError {
    ApiError::unavailable(
        "Too many streams",
        format!(
            "This replica has {} streams open, as many as max-streams allows; try again soon, or ask \
             /temperature from time to time.",
            live.max_streams
        ),
    )
}

/// The moment of the present if a new stream need not be sent it: the client has it, or it is too old to be
/// served.
fn seen_at_start(live: &Live, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let newest = live.newest();
    let newest = newest.as_ref()?;
    let has_it = last_event_id(headers).is_some_and(|id| {
        // One that is a little newer is from a replica that is ahead of this one.
        (newest.as_of.as_millisecond()..=(now + MAX_LEAD).as_millisecond()).contains(&id.as_millisecond())
    });
    (has_it || newest.has_expired(now)).then_some(newest.as_of)
}

/// The id of the event that the client had last; `None` if it is none of ours.
fn last_event_id(headers: &HeaderMap) -> Option<Timestamp> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.trim().parse().ok()
}
