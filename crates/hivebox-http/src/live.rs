//! `GET /api/v1/live`: Server-Sent Events, one for each new present.
//!
//! Each event contains the whole state. A client that reconnects needs no replay, and a slow client misses nothing
//! by receiving only the newest event.

mod event;
mod filter_cache;
pub(crate) mod hub;
mod lanes;
pub(crate) mod metrics;
mod stream;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_kinds::Integer;
use hivebox_question::parameters::{Ask, Parameter, Reader};
use jiff::Timestamp;

use crate::conditions::AskConditions;
use crate::connection::Connection;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::live::event::LiveData;
use crate::live::hub::{LiveHub, too_many};
use crate::live::stream::EventStream;
use crate::params::Params;
use crate::state::HttpState;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx, and ingress controllers based on it, to forward each event at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

const EVENTS: Parameter<Integer> = Parameter {
    name: "events",
    description: "The number of events after which the stream ends. Without it, the stream does not end.",
    kind: Integer { range: 1..=1000, unit: "" },
    example: "1",
    default: None,
};

/// A request for a stream.
#[derive(Debug)]
pub(super) struct AskLive {
    /// The conditions to send; a summary of all boxes if `None`.
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

/// `GET /api/v1/live`.
pub(super) async fn live(
    State(state): State<HttpState>,
    Params(asked): Params<AskLive>,
    connection: Option<Extension<Connection>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let live = &state.live;
    let permit = live.admit()?;
    let filter = asked.filter.map(|filter| live.admit_filter(filter)).transpose()?;
    let seen = seen_at_start(live, &headers, state.app.clock.now());
    let connection = connection.map(|Extension(connection)| connection).unwrap_or_default();
    let stream = EventStream::open(state, permit, connection, filter, seen, asked.events);
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store, no-transform"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, Body::from_stream(stream.into_frames())).into_response())
}

pub(super) fn describe() -> Operation {
    let (id, data) = event::example();
    Operation::new("getLive", Tag::Now, "A stream with an event for each new present")
        .description(
            "Server-Sent Events. The first event arrives at once. Each event contains the whole state: its `data` is a \
             `LivePresent`, or with a filter the selected `Conditions`. Lines that consist of a colon are heartbeats \
             that keep the connection open.",
        )
        .asks::<AskLive>()
        .header(
            "Last-Event-ID",
            "The id of the newest event that the client has. That event is not sent again.",
            "2024-10-14T09:20:00.000Z",
        )
        .responds(
            ResponseDoc::ok("The events, as they occur.")
                .events("present", id, &LiveData::All(data))
                .headers(&[headers::CACHE_CONTROL]),
        )
        .fails("Too many streams are open.", &too_many(10_000, "streams"))
}

/// The time of the newest event if a new stream need not send it: the client has it, or it has expired.
fn seen_at_start(live: &LiveHub, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let newest = live.newest();
    let newest = newest.as_ref()?;
    let has_it = last_event_id(headers).is_some_and(|id| {
        // A slightly newer id comes from a replica that is ahead of this one.
        (newest.as_of.as_millisecond()..=(now + MAX_CLOCK_LEAD).as_millisecond())
            .contains(&id.as_millisecond())
    });
    (has_it || newest.has_expired(now)).then_some(newest.as_of)
}

/// The id of the last event that the client received; `None` if the id is not one of ours.
fn last_event_id(headers: &HeaderMap) -> Option<Timestamp> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.trim().parse().ok()
}
