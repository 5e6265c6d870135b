//! One client's stream.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{self, Stream as Frames};
use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use super::Filter;
use super::event::Event;
use super::lanes::Stand;
use super::metrics::StreamEnd;
use crate::connection::Connection;
use crate::state::HttpState;

/// A comment, which clients skip.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// After how many milliseconds a client comes back whose stream has ended. Each is told another number, so
/// that ten thousand do not come back in one moment.
const RETRY_MILLIS: std::ops::Range<u32> = 2_000..12_000;

/// A stream from its head to its end, however it ends.
#[derive(Debug)]
pub(super) struct Stream {
    state: HttpState,
    stand: Stand,
    connection: Connection,
    filter: Option<Filter>,
    /// What is sent first.
    greeting: Option<Bytes>,
    /// The moment of the present that the client knows.
    seen: Option<Timestamp>,
    /// How many events are still to come.
    left: Option<u32>,
    end: Option<StreamEnd>,
    _place: OwnedSemaphorePermit,
}

impl Stream {
    pub(super) fn open(
        state: HttpState,
        place: OwnedSemaphorePermit,
        connection: Connection,
        filter: Option<Filter>,
        seen: Option<Timestamp>,
        events: Option<u32>,
    ) -> Self {
        state.metrics.live.opened();
        let stand = state.live.lanes.join();
        let retry = format!("retry: {}\n\n", fastrand::u32(RETRY_MILLIS));
        let greeting = Some(retry.into());
        Self { state, stand, connection, filter, greeting, seen, left: events, end: None, _place: place }
    }

    /// What the client is sent. It is asked for only when the connection can take more, so what has been
    /// overtaken by then is skipped.
    pub(super) fn into_frames(self) -> impl Frames<Item = Result<Bytes, Infallible>> {
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
        let mut turn = pin!(self.stand.turn());
        // From here on no turn is missed, so that none comes between looking and waiting.
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

    /// The newest event, if the client does not know it.
    fn unseen(&self) -> Option<Arc<Event>> {
        self.state.live.newest().clone().filter(|newest| Some(newest.as_of) != self.seen)
    }

    async fn bytes(&self, event: Arc<Event>) -> Bytes {
        let Some(filter) = &self.filter else {
            return event.bytes.clone();
        };
        let conditions = Arc::clone(&filter.conditions);
        // It is never closed, so it gives a permit.
        let _permit = self.state.live.makers.acquire().await;
        // If that panicked, a heartbeat keeps the stream open until the next present.
        tokio::task::spawn_blocking(move || event.of_filter(&conditions)).await.unwrap_or(HEARTBEAT)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let cut_off = || if self.connection.has_stalled() { StreamEnd::Stalled } else { StreamEnd::Client };
        self.state.metrics.live.closed(self.end.unwrap_or_else(cut_off));
    }
}
