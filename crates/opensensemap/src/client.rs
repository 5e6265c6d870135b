//! The HTTP client: bounded, with retries and a circuit breaker.

mod answer;
mod circuit;
mod error;
mod measurements;
mod route;
mod wall_clock;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::ACCEPT_ENCODING;
use tokio::time::Instant;

use answer::Answer;
pub use answer::AnswerFacts;
use circuit::Circuit;
pub use error::{FailureKind, FetchError};
pub use measurements::Measurements;
use route::Route;
pub use wall_clock::WallClock;

use crate::box_id::BoxId;
use crate::decode::{DecodeError, Decoded, Decoder, Limits, decode_box};
use crate::sense_box::SenseBox;

/// Options of a [`Client`]. The defaults suit a single poller of the public API.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The API's base address, such as `https://api.opensensemap.org`.
    pub base_url: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The time limit for one attempt, from connecting to the last byte. After an idle period the
    /// API has been seen to take 11 s for its first answer.
    pub attempt_timeout: Duration,
    /// The time limit between two bytes, and for connecting.
    pub idle_timeout: Duration,
    /// The size limit of an answer in bytes, after decompression.
    pub max_body_bytes: u64,
    /// The limits of the decoder.
    pub limits: Limits,
    /// How many times a failed attempt is repeated.
    pub max_retries: usize,
    /// The delay before the first retry. It doubles with each further retry, and all delays are
    /// jittered.
    pub min_retry_delay: Duration,
    /// The longest delay before a retry, and the longest `Retry-After` that a call waits for.
    pub max_retry_delay: Duration,
    /// The circuit opens after this many failed attempts in a row: nothing is sent for a while.
    pub circuit_failures: u32,
    /// How long the circuit stays open before it lets one attempt through.
    pub circuit_open_for: Duration,
    /// Called after each attempt.
    pub observer: Observer,
    /// The time of day, for dates in `Retry-After`.
    pub clock: WallClock,
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
            clock: WallClock::default(),
        }
    }
}

/// The result of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The kind of failure; `None` if the attempt succeeded.
    pub failure: Option<FailureKind>,
    /// Its duration.
    pub duration: Duration,
    /// The bytes read, after decompression.
    pub body_bytes: u64,
}

/// A function called after each attempt, for metrics. The default does nothing.
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

/// The result of folding boxes into a value.
#[derive(Debug)]
pub struct Fetched<A> {
    /// The folded value.
    pub value: A,
    /// The number of boxes read and skipped.
    pub decoded: Decoded,
}

/// The answer about one box, known to be complete.
#[derive(Debug, Clone)]
pub struct FetchedBox {
    body: Vec<u8>,
    facts: AnswerFacts,
}

impl FetchedBox {
    /// Passes the box to `read`.
    ///
    /// # Errors
    /// None in practice: the answer was decoded once when it was fetched.
    pub fn read<T>(&self, read: impl FnOnce(SenseBox<'_>) -> T) -> Result<T, FetchError> {
        decode_box(&self.body, read).map_err(|error| FetchError::Decode { error, answer: self.facts.clone() })
    }
}

/// A client of the openSenseMap API. Clones are cheap, and share connections and the circuit.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    options: Arc<ClientOptions>,
    route: Route,
    circuit: Arc<Circuit>,
}

impl Client {
    /// Creates a client.
    ///
    /// The caller chooses the provider of cryptography: it must have called `install_default` of a rustls
    /// provider, even if the base address is plain HTTP.
    ///
    /// # Errors
    /// [`FetchError::BaseUrl`] if the base address is not an HTTP address, [`FetchError::SetUp`] if
    /// TLS cannot be set up.
    ///
    /// # Panics
    /// The process has no default rustls provider.
    pub fn new(mut options: ClientOptions) -> Result<Self, FetchError> {
        options.base_url.truncate(options.base_url.trim_end_matches('/').len());
        let url = reqwest::Url::parse(&options.base_url).ok();
        let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) else {
            return Err(FetchError::BaseUrl { url: options.base_url });
        };
        let route = Route::to(&url);
        let http = route
            .set(reqwest::Client::builder())
            .user_agent(&options.user_agent)
            .connect_timeout(options.idle_timeout)
            .read_timeout(options.idle_timeout)
            .timeout(options.attempt_timeout)
            // `Answer` does, since reqwest reads only the first of several members.
            .gzip(false)
            .build()
            .map_err(FetchError::SetUp)?;
        let circuit = Circuit::new(options.circuit_failures, options.circuit_open_for);
        Ok(Self { http, options: Arc::new(options), route, circuit: Arc::new(circuit) })
    }

    /// Folds all boxes with their last measurements into a value, box by box as they arrive.
    ///
    /// Each attempt starts afresh from `start`, so a value never mixes two answers.
    ///
    /// # Errors
    /// The error of the last attempt, if none returned a complete list of boxes.
    pub async fn fold_boxes<A>(
        &self,
        start: impl Fn() -> A,
        step: impl Fn(&mut A, SenseBox<'_>),
    ) -> Result<Fetched<A>, FetchError> {
        self.with_retries(async |body_bytes| {
            let mut answer = self.get("/boxes?full=true").await?;
            let mut decoder = Decoder::new(self.options.limits);
            let mut value = start();
            let mut sink = |sense_box: SenseBox<'_>| step(&mut value, sense_box);
            while let Some(piece) = self.next_piece(&mut answer, body_bytes).await? {
                let pushed = decoder.push(&piece, &mut sink);
                pushed.map_err(|error| FetchError::decode(error, &answer, body_bytes))?;
            }
            let finished = decoder.finish(&mut sink);
            let tally = finished.map_err(|error| FetchError::decode(error, &answer, body_bytes))?;
            Ok(Fetched { value, decoded: tally })
        })
        .await
    }

    /// Fetches one box with its last measurements.
    ///
    /// # Errors
    /// [`FetchError::is_not_found`] if there is no such box; otherwise the error of the last
    /// attempt, if none returned a complete box.
    pub async fn fetch_box(&self, id: &BoxId) -> Result<FetchedBox, FetchError> {
        let path = format!("/boxes/{id}");
        self.with_retries(async |body_bytes| {
            let mut answer = self.get(&path).await?;
            let mut body = Vec::new();
            while let Some(piece) = self.next_piece(&mut answer, body_bytes).await? {
                let limit = self.options.limits.max_box_bytes;
                if body.len() + piece.len() > limit {
                    return Err(FetchError::decode(DecodeError::BoxTooLarge { limit }, &answer, body_bytes));
                }
                body.extend_from_slice(&piece);
            }
            let facts = answer.facts(body_bytes.load(Ordering::Relaxed));
            let fetched = FetchedBox { body, facts };
            fetched.read(|_| ())?;
            Ok(fetched)
        })
        .await
    }

    /// The base address, without a login and a query.
    #[must_use]
    pub fn address(&self) -> String {
        let Ok(mut url) = reqwest::Url::parse(&self.options.base_url) else { return String::new() };
        route::strip(&mut url);
        url.as_str().trim_end_matches('/').to_owned()
    }

    async fn get(&self, path: &str) -> Result<Answer, FetchError> {
        let url = format!("{}{path}", self.options.base_url);
        let request = self.http.get(url).header(ACCEPT_ENCODING, "gzip");
        let answer =
            Answer::new(request.send().await.map_err(|error| FetchError::connect(error, &self.route))?);
        // No request asks for a part, so a part is not what was asked for.
        if answer.status().is_success() && answer.status() != StatusCode::PARTIAL_CONTENT {
            Ok(answer)
        } else {
            Err(FetchError::from_answer(answer, self.options.clock.now()).await)
        }
    }

    async fn next_piece(
        &self,
        answer: &mut Answer,
        body_bytes: &AtomicU64,
    ) -> Result<Option<Bytes>, FetchError> {
        let piece = answer.next_piece().await?;
        let length = piece.as_ref().map_or(0, Bytes::len) as u64;
        if body_bytes.fetch_add(length, Ordering::Relaxed) + length > self.options.max_body_bytes {
            return Err(FetchError::BodyTooLarge { limit: self.options.max_body_bytes });
        }
        Ok(piece)
    }

    /// Attempts, and retries while the failure is transient, the delays allow it and the circuit
    /// admits it.
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
