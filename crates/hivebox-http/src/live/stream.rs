//! The event stream of one client.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use hivebox_telemetry::in_words;
use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use crate::connection::Connection;
use crate::live::event::Event;
use crate::live::hub::StreamFilter;
use crate::live::lanes::LaneMember;
use crate::live::metrics::StreamEnd;
use crate::state::HttpState;

/// A comment, which clients ignore.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// After how many milliseconds a client reconnects when its stream ends. Each client gets a random value, so that
/// ten thousand do not reconnect at the same moment.
const RETRY_MILLIS: std::ops::Range<u32> = 2_000..12_000;

/// An event stream. Dropping it counts its end.
#[derive(Debug)]
pub(super) struct EventStream {
    state: HttpState,
    member: LaneMember,
    connection: Connection,
    filter: Option<StreamFilter>,
    /// The first frame, which sets the delay for reconnecting.
    greeting: Option<Bytes>,
    /// The time of the newest event that the client has.
    seen: Option<Timestamp>,
    /// How many events are left to send; `None` means no limit.
    left: Option<u32>,
    end: Option<StreamEnd>,
    _permit: OwnedSemaphorePermit,
}

impl EventStream {
    /// Opens a stream. `seen` is the time of the event that the client has, `events` the number of events to send.
    pub(super) fn open(
        state: HttpState,
        permit: OwnedSemaphorePermit,
        connection: Connection,
        filter: Option<StreamFilter>,
        seen: Option<Timestamp>,
        events: Option<u32>,
    ) -> Self {
        state.metrics.live.opened();
        let member = state.live.lanes.join();
        let retry = format!("retry: {}\n\n", fastrand::u32(RETRY_MILLIS));
        let greeting = Some(retry.into());
        Self { state, member, connection, filter, greeting, seen, left: events, end: None, _permit: permit }
    }

    /// The frames to send. Each is requested when the connection can take more, so outdated events are skipped.
    pub(super) fn into_frames(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, async |mut stream| {
            let frame = stream.next().await?;
            Some((Ok(frame), stream))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        if self.left == Some(0) {
            self.end = Some(StreamEnd::Finished);
            return None;
        }
        let mut turn = pin!(self.member.turn());
        // Enabled before the checks, so that no turn is missed between checking and waiting.
        turn.as_mut().enable();
        if !self.state.live.has_ended() && self.unseen().is_none() {
            turn.await;
        }
        if self.state.live.has_ended() {
            self.end = Some(StreamEnd::Stopping);
            return None;
        }
        let Some(event) = self.unseen() else {
            return Some(HEARTBEAT);
        };
        self.seen = Some(event.as_of);
        self.left = self.left.map(|left| left - 1);
        self.state.metrics.live.sent();
        Some(self.bytes(event).await)
    }

    /// The newest event, if the client does not have it and it still tells the present.
    fn unseen(&self) -> Option<Arc<Event>> {
        let newest = self.state.live.newest();
        let newest = newest.as_ref().filter(|newest| Some(newest.as_of) != self.seen)?;
        (!newest.has_expired(self.state.app.clock.now())).then(|| Arc::clone(newest))
    }

    async fn bytes(&self, event: Arc<Event>) -> Bytes {
        let Some(filter) = &self.filter else {
            return event.bytes.clone();
        };
        let conditions = Arc::clone(&filter.conditions);
        let _permit = self.state.live.rendering.acquire().await.expect("the semaphore is never closed");
        let rendered = tokio::task::spawn_blocking(move || event.of_filter(&conditions)).await;
        rendered.unwrap_or_else(|panic| {
            tracing::error!(error = in_words(&panic), "an event could not be rendered");
            // Keeps the stream open until the next present.
            HEARTBEAT
        })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let cut_off = || if self.connection.has_stalled() { StreamEnd::Stalled } else { StreamEnd::Client };
        self.state.metrics.live.closed(self.end.unwrap_or_else(cut_off));
    }
}
