//! Asks the API for boxes: politely, within bounds, and again if it fails.

mod circuit;
mod error;
mod measurements;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use tokio::time::Instant;

use circuit::Circuit;
pub use error::{FailureKind, FetchError};
pub use measurements::Measurements;

use crate::decode::{DecodeError, Decoded, Decoder, Limits, decode_box};
use crate::{BoxId, SenseBox};

/// How a [`Client`] behaves. The defaults suit one poller of the public API.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The API's base address, such as `https://api.opensensemap.org`.
    pub base_url: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The most time for one attempt, from connecting to the last byte. The API is known to take 11 s for
    /// the first answer after it was idle.
    pub attempt_timeout: Duration,
    /// The most time without a byte.
    pub idle_timeout: Duration,
    /// The most bytes of one answer, after decompression.
    pub max_body_bytes: u64,
    /// Bounds of the decoder.
    pub limits: Limits,
    /// How often a failed attempt is made again.
    pub max_retries: usize,
    /// The pause before the first retry; each further one doubles, and all are jittered.
    pub min_retry_delay: Duration,
    /// The longest pause before a retry, and the longest `Retry-After` that is waited for in place.
    pub max_retry_delay: Duration,
    /// After this many failed attempts in a row the circuit opens: nothing is asked for a while.
    pub circuit_failures: u32,
    /// For how long the circuit stays open before one attempt is let through.
    pub circuit_open_for: Duration,
    /// Is told of each attempt.
    pub observer: Observer,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            base_url: "https://api.opensensemap.org".into(),
            user_agent: concat!("opensensemap-rs/", env!("CARGO_PKG_VERSION")).into(),
            attempt_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(20),
            max_body_bytes: 256 << 20,
            limits: Limits::default(),
            max_retries: 2,
            min_retry_delay: Duration::from_secs(1),
            max_retry_delay: Duration::from_secs(20),
            circuit_failures: 6,
            circuit_open_for: Duration::from_secs(30),
            observer: Observer::default(),
        }
    }
}

/// What one attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The kind of its failure, if it failed.
    pub failure: Option<FailureKind>,
    /// How long it took.
    pub duration: Duration,
    /// Bytes read, after decompression.
    pub body_bytes: u64,
}

/// A function that is told of each attempt, for metrics. The default one ignores it.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<dyn Fn(Attempt) + Send + Sync>>);

impl Observer {
    /// Calls `observe` after each attempt.
    pub fn new(observe: impl Fn(Attempt) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observe)))
    }

    fn tell(&self, attempt: Attempt) {
        if let Some(observe) = &self.0 {
            observe(attempt);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Observer(set)" } else { "Observer(none)" })
    }
}

/// Boxes folded into one value, and what was read for it.
#[derive(Debug)]
pub struct Fetched<A> {
    /// What the boxes were folded into.
    pub value: A,
    /// How many boxes were read and skipped.
    pub decoded: Decoded,
}

/// One box as it was fetched, known to be whole.
#[derive(Debug, Clone)]
pub struct FetchedBox {
    body: Vec<u8>,
}

impl FetchedBox {
    /// Gives the box to `read`.
    ///
    /// # Errors
    /// None: the box was read once when it was fetched. It is the decoder's `Result` all the same.
    pub fn read<T>(&self, read: impl FnOnce(SenseBox<'_>) -> T) -> Result<T, DecodeError> {
        decode_box(&self.body, read)
    }
}

/// A client of the openSenseMap API. Cheap to clone; clones share connections and circuit.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    options: Arc<ClientOptions>,
    circuit: Arc<Circuit>,
}

impl Client {
    /// A client that behaves as `options` say.
    ///
    /// The caller chooses the provider of cryptography: it must have called [`install_default`] of a rustls
    /// provider, even if the base address is plain HTTP.
    ///
    /// # Errors
    /// The base address is not an HTTP address, or TLS cannot be set up.
    ///
    /// # Panics
    /// The process has no default rustls provider.
    ///
    /// [`install_default`]: https://docs.rs/rustls/0.23/rustls/crypto/struct.CryptoProvider.html#method.install_default
    pub fn new(mut options: ClientOptions) -> Result<Self, FetchError> {
        options.base_url.truncate(options.base_url.trim_end_matches('/').len());
        let url = reqwest::Url::parse(&options.base_url).ok();
        if url.is_none_or(|url| !matches!(url.scheme(), "http" | "https")) {
            return Err(FetchError::BaseUrl { url: options.base_url });
        }
        let http = reqwest::Client::builder()
            .user_agent(&options.user_agent)
            .connect_timeout(options.idle_timeout)
            .read_timeout(options.idle_timeout)
            .timeout(options.attempt_timeout)
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()
            .map_err(FetchError::SetUp)?;
        let circuit = Circuit::new(options.circuit_failures, options.circuit_open_for);
        Ok(Self { http, options: Arc::new(options), circuit: Arc::new(circuit) })
    }

    /// Folds all boxes with their last measurements into a value, box by box as they arrive.
    ///
    /// Each attempt folds afresh from `start`, so a value is never made of two answers.
    ///
    /// # Errors
    /// No attempt brought a whole list of boxes; the error is that of the last one.
    pub async fn fold_boxes<A>(
        &self,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, SenseBox<'_>),
    ) -> Result<Fetched<A>, FetchError> {
        self.with_retries(async |body_bytes| {
            let mut response = self.get("/boxes?full=true").await?;
            let mut decoder = Decoder::new(self.options.limits);
            let mut value = start();
            let mut sink = |sense_box: SenseBox<'_>| step(&mut value, sense_box);
            while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
                decoder.push(&piece, &mut sink)?;
            }
            let tally = decoder.finish(&mut sink)?;
            Ok(Fetched { value, decoded: tally })
        })
        .await
    }

    /// Fetches one box with its last measurements.
    ///
    /// # Errors
    /// There is no such box ([`FetchError::is_not_found`]), or no attempt brought a whole one.
    pub async fn fetch_box(&self, id: &BoxId) -> Result<FetchedBox, FetchError> {
        let path = format!("/boxes/{id}");
        self.with_retries(async |body_bytes| {
            let mut response = self.get(&path).await?;
            let mut body = Vec::new();
            while let Some(piece) = self.next_piece(&mut response, body_bytes).await? {
                if body.len() + piece.len() > self.options.limits.max_box_bytes {
                    let limit = self.options.limits.max_box_bytes;
                    return Err(DecodeError::BoxTooLarge { offset: 0, limit }.into());
                }
                body.extend_from_slice(&piece);
            }
            decode_box(&body, |_| ())?;
            Ok(FetchedBox { body })
        })
        .await
    }

    async fn get(&self, path: &str) -> Result<reqwest::Response, FetchError> {
        let url = format!("{}{path}", self.options.base_url);
        let response = self.http.get(url).send().await.map_err(FetchError::Transport)?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(FetchError::from_response(response).await)
        }
    }

    async fn next_piece(
        &self,
        response: &mut reqwest::Response,
        body_bytes: &AtomicU64,
    ) -> Result<Option<Bytes>, FetchError> {
        let piece = response.chunk().await.map_err(FetchError::Transport)?;
        let length = piece.as_ref().map_or(0, Bytes::len) as u64;
        if body_bytes.fetch_add(length, Ordering::Relaxed) + length > self.options.max_body_bytes {
            return Err(FetchError::BodyTooLarge { limit: self.options.max_body_bytes });
        }
        Ok(piece)
    }

    /// Makes an attempt, and again while the failure may pass, the pauses allow and the circuit admits it.
    async fn with_retries<T>(
        &self,
        attempt: impl AsyncFn(&AtomicU64) -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let options = &self.options;
        let delays = ExponentialBuilder::new()
            .with_min_delay(options.min_retry_delay)
            .with_max_delay(options.max_retry_delay)
            .with_max_times(options.max_retries)
            .with_jitter();
        (async || self.observed(&attempt).await)
            .retry(delays)
            .sleep(tokio::time::sleep)
            .when(FetchError::is_transient)
            .adjust(|error, delay| match error.retry_after() {
                Some(wait) if wait > options.max_retry_delay => None,
                Some(wait) => delay.map(|delay| delay.max(wait)),
                None => delay,
            })
            .await
    }

    async fn observed<T>(
        &self,
        attempt: &impl AsyncFn(&AtomicU64) -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let started = Instant::now();
        self.circuit.admit(started).map_err(|retry_in| FetchError::CircuitOpen { retry_in })?;
        let body_bytes = AtomicU64::new(0);
        let result = attempt(&body_bytes).await;
        match &result {
            Err(error) if error.is_fault_of_api() => self.circuit.failed(Instant::now(), error.retry_after()),
            _ => self.circuit.succeeded(),
        }
        self.options.observer.tell(Attempt {
            failure: result.as_ref().err().map(FetchError::kind),
            duration: started.elapsed(),
            body_bytes: body_bytes.into_inner(),
        });
        result
    }
}
