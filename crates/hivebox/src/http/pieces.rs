//! Bodies that are made piece by piece, no faster than the client takes them.

use std::error::Error;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

/// Pieces that wait for a slow client: each is about half a megabyte.
const PIECES_AHEAD: usize = 2;

/// Takes the pieces of a body.
#[derive(Debug)]
pub(super) struct Sink<E>(mpsc::Sender<Result<Bytes, E>>);

/// The client has gone, so that nobody needs further pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

impl<E> Sink<E> {
    /// Sends a piece as soon as there is room for it.
    pub(super) fn send(&self, piece: Bytes) -> Result<(), Gone> {
        if piece.is_empty() { Ok(()) } else { self.0.blocking_send(Ok(piece)).map_err(|_| Gone) }
    }

    /// Breaks the body off.
    pub(super) fn fail(&self, error: E) {
        // Whoever has gone need not be told.
        let _ = self.0.blocking_send(Err(error));
    }
}

/// A body that `make` sends, on a thread for such work. That begins when the body is asked for the first time:
/// never for a HEAD, and not for whom a 304 is enough.
pub(super) fn body<E>(make: impl FnOnce(&Sink<E>) + Send + 'static) -> Body
where
    E: Error + Send + Sync + 'static,
{
    let begin = async move {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        tokio::task::spawn_blocking(move || make(&Sink(sender)));
        receiver
    };
    Body::from_stream(stream::once(begin).flat_map(|receiver: mpsc::Receiver<Result<_, E>>| {
        stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)))
    }))
}
