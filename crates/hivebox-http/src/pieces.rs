//! Bodies that are made piece by piece, no faster than the client takes them.

use std::error::Error;
use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::error::ApiError;
use hivebox_telemetry::in_words;

/// Pieces that wait for a slow client.
const PIECES_AHEAD: usize = 2;
/// The most bytes of a piece: what is compressed before other requests have their turn.
pub(super) const PIECE_BYTES: usize = 32 << 10;
/// How many bodies are made at once. Each holds a thread while its client is slow, and there are 512 of those.
const MAX_AT_ONCE: usize = 64;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MAX_AT_ONCE)));

type Fault = Box<dyn Error + Send + Sync>;

/// Takes the pieces of a body.
#[derive(Debug)]
pub(super) struct Sink(mpsc::Sender<Result<Bytes, Fault>>);

/// The client has gone, so that nobody needs further pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

impl Sink {
    /// Sends bytes as soon as there is room for them.
    pub(super) fn send(&self, mut bytes: Bytes) -> Result<(), Gone> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
            self.0.blocking_send(Ok(piece)).map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// Breaks the body off.
    pub(super) fn fail(&self, error: impl Error + Send + Sync + 'static) {
        tracing::error!(error = in_words(&error), "an answer is broken off");
        // Whoever has gone need not be told.
        let _ = self.0.blocking_send(Err(error.into()));
    }
}

/// When too many answers of many rows are being sent.
pub(super) fn busy() -> ApiError {
    ApiError::unavailable("Busy", "Many large answers are being sent already; try again soon.")
}

/// A body that `make` sends, on a thread for such work. That begins when the body is asked for the first time:
/// never for a HEAD, and not for whom a 304 is enough.
pub(super) fn body(make: impl FnOnce(&Sink) + Send + 'static) -> Result<Body, ApiError> {
    let place = Arc::clone(&PLACES).try_acquire_owned().map_err(|_| busy())?;
    let begin = async move {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let making = tokio::task::spawn_blocking(move || {
            make(&Sink(sender));
            drop(place);
        });
        (receiver, Some(making))
    };
    Ok(Body::from_stream(stream::once(begin).flat_map(|making| stream::unfold(making, next))))
}

type Making = (mpsc::Receiver<Result<Bytes, Fault>>, Option<JoinHandle<()>>);

/// The next piece. A body whose making panicked is broken off, and does not look like a whole one.
async fn next((mut receiver, mut making): Making) -> Option<(Result<Bytes, Fault>, Making)> {
    if let Some(piece) = receiver.recv().await {
        return Some((piece, (receiver, making)));
    }
    let panic = making.take()?.await.err()?;
    tracing::error!(error = in_words(&panic), "an answer is broken off");
    Some((Err(panic.into()), (receiver, None)))
}
