//! Bodies that are produced piece by piece, at the speed at which the client reads.

use std::error::Error;
use std::sync::{Arc, LazyLock};

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use hivebox_telemetry::in_words;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::error::ApiError;

/// How many pieces wait for a slow client.
const PIECES_AHEAD: usize = 2;
/// The most bytes of a piece, which is compressed before the task yields to other requests.
pub(super) const PIECE_BYTES: usize = 32 << 10;
/// How many bodies are produced at once. Each blocks one of the runtime's 512 threads while its client is slow.
const MAX_BODIES: usize = 64;

static PERMITS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MAX_BODIES)));

/// Sends the pieces of a body.
#[derive(Debug)]
pub(super) struct BodySender(mpsc::Sender<Result<Bytes, BoxError>>);

/// The client has disconnected, so nobody needs further pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disconnected;

impl BodySender {
    /// Sends bytes; waits while the client is slow.
    pub(super) fn send(&self, mut bytes: Bytes) -> Result<(), Disconnected> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
            self.0.blocking_send(Ok(piece)).map_err(|_| Disconnected)?;
        }
        Ok(())
    }

    /// Aborts the body, so that the client does not mistake it for a complete one.
    pub(super) fn fail(&self, error: impl Error + Send + Sync + 'static) {
        tracing::error!(error = in_words(&error), "a response was aborted");
        // It fails if the client has disconnected; then there is nobody to notify.
        drop(self.0.blocking_send(Err(error.into())));
    }
}

/// The error when too many bodies are being produced.
pub(super) fn busy() -> ApiError {
    ApiError::unavailable("Busy", "Too many large responses are in progress; try again soon.")
}

/// A body that `produce` sends from a thread of its own. It starts when the body is first polled, so not for a HEAD
/// and not for a 304.
///
/// # Errors
/// Too many bodies are being produced.
pub(super) fn body(produce: impl FnOnce(&BodySender) + Send + 'static) -> Result<Body, ApiError> {
    let permit = Arc::clone(&PERMITS).try_acquire_owned().map_err(|_| busy())?;
    let begin = async move {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let producer = tokio::task::spawn_blocking(move || {
            produce(&BodySender(sender));
            drop(permit);
        });
        (receiver, Some(producer))
    };
    Ok(Body::from_stream(stream::once(begin).flat_map(|body| stream::unfold(body, next))))
}

/// A body in progress: its pieces, and the task that produces them until its outcome has been checked.
type BodyInProgress = (mpsc::Receiver<Result<Bytes, BoxError>>, Option<JoinHandle<()>>);

/// The next piece. If the producer panicked, the body is aborted, so that it does not look complete.
async fn next(
    (mut receiver, mut producer): BodyInProgress,
) -> Option<(Result<Bytes, BoxError>, BodyInProgress)> {
    if let Some(piece) = receiver.recv().await {
        return Some((piece, (receiver, producer)));
    }
    let panic = producer.take()?.await.err()?;
    tracing::error!(error = in_words(&panic), "a response was aborted");
    Some((Err(panic.into()), (receiver, None)))
}
