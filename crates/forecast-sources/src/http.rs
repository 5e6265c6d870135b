//! HTTP requests to a source: bounded, with retries and a pause after failures.

mod attempt;
mod error;
mod pace;
mod pause;
mod response;

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, IF_MODIFIED_SINCE, USER_AGENT};
use reqwest::{StatusCode, Url};
use tokio::time::{Instant, timeout_at};

pub use attempt::{Attempt, Observer, Oddities};
pub use error::{FailureKind, FetchError};
use pace::Pace;
use pause::Pause;
pub(crate) use pause::later;
pub(crate) use response::Response;

/// How a source is asked. [`HttpOptions::new`] has defaults that suit the public services.
#[derive(Clone)]
pub struct HttpOptions {
    /// The base address, such as `https://api.open-meteo.com`. It may hold a login, which is never printed.
    pub base_url: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The time limit for one attempt, from connecting to the last byte.
    pub attempt_timeout: Duration,
    /// The time limit between two bytes, and for connecting.
    pub idle_timeout: Duration,
    /// The size limit of an answer in bytes, after decompression.
    pub max_body_bytes: usize,
    /// The least time between the starts of two attempts; up to half as much is added by chance.
    pub spacing: Duration,
    /// How many times a failed attempt is repeated.
    pub max_retries: usize,
    /// The delay before the first retry. It doubles with each further retry, and all delays are jittered.
    pub min_retry_delay: Duration,
    /// The longest delay before a retry, and the longest `Retry-After` that a call waits for.
    pub max_retry_delay: Duration,
    /// After this many failed attempts in a row the source is not asked for [`pause_for`](Self::pause_for).
    pub failures_before_pause: u32,
    /// How long the source is not asked before one attempt tries it again.
    pub pause_for: Duration,
    /// Called after each attempt.
    pub observer: Observer,
}

impl HttpOptions {
    /// The default options.
    pub fn new(base_url: impl Into<String>, user_agent: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            user_agent: user_agent.into(),
            attempt_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(10),
            max_body_bytes: 8 << 20,
            spacing: Duration::ZERO,
            max_retries: 2,
            min_retry_delay: Duration::from_millis(500),
            max_retry_delay: Duration::from_secs(10),
            failures_before_pause: 5,
            pause_for: Duration::from_mins(1),
            observer: Observer::default(),
        }
    }
}

impl std::fmt::Debug for HttpOptions {
    /// Without the base address, which may hold a login.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HttpOptions").field("user_agent", &self.user_agent).finish_non_exhaustive()
    }
}

/// Why a source cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The base address cannot be used. It is not in the message, because it may hold a login.
    #[error("the address of the source is not an http or https address")]
    BaseUrl,
    /// The `User-Agent` cannot be sent.
    #[error("the User-Agent has characters that a header cannot hold")]
    UserAgent,
    /// The `User-Agent` says nobody to write to.
    #[error("the User-Agent needs a contact: an e-mail address or the address of a website")]
    NoContact,
    /// TLS cannot be set up.
    #[error("the HTTP client cannot be set up: check the root certificates")]
    Http(#[source] reqwest::Error),
}

/// Asks one source.
pub(crate) struct Http {
    client: reqwest::Client,
    base_url: Url,
    options: HttpOptions,
    pace: Pace,
    pause: Pause,
}

impl Http {
    /// # Panics
    /// The process has no default rustls provider.
    pub(crate) fn new(options: HttpOptions) -> Result<Self, SetUpError> {
        let base_url = Url::parse(&options.base_url).map_err(|_| SetUpError::BaseUrl)?;
        if !matches!(base_url.scheme(), "http" | "https") {
            return Err(SetUpError::BaseUrl);
        }
        let user_agent = options.user_agent.parse().map_err(|_| SetUpError::UserAgent)?;
        let client = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(USER_AGENT, user_agent)]))
            .connect_timeout(options.idle_timeout)
            .read_timeout(options.idle_timeout)
            .timeout(options.attempt_timeout)
            // Another host must not learn what is asked, and its answers are not those of the source.
            .redirect(reqwest::redirect::Policy::none());
        // A proxy cannot reach this very machine.
        let client = if is_loopback(&base_url) { client.no_proxy() } else { client };
        let client = client.build().map_err(SetUpError::Http)?;
        let pause = Pause::new(options.failures_before_pause, options.pause_for);
        let pace = Pace::new(options.spacing);
        Ok(Self { client, base_url, options, pace, pause })
    }

    /// The address of `path` at the source. A query of the base address is kept.
    pub(crate) fn url(&self, path: &str, query: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{path}", self.base_url.path().trim_end_matches('/')));
        let query = match self.base_url.query() {
            Some(own) => format!("{query}&{own}"),
            None => query.to_owned(),
        };
        url.set_query(Some(&query));
        url
    }

    /// The base address without login and query.
    pub(crate) fn address(&self) -> String {
        let mut url = self.base_url.clone();
        url.set_query(None);
        url.set_fragment(None);
        // An address that cannot lose a login, having no host, has none.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// Asks and reads with `read` until that succeeds, the failure is no transient one, or the retries are used up.
    pub(crate) async fn get<T>(
        &self,
        question: HttpQuestion<'_>,
        read: impl Fn(Response) -> Result<(T, Oddities), FetchError>,
    ) -> Result<T, FetchError> {
        let options = &self.options;
        let delays = ExponentialBuilder::new()
            .with_min_delay(options.min_retry_delay)
            .with_max_delay(options.max_retry_delay)
            .with_max_times(options.max_retries)
            .with_jitter();
        let started = Instant::now();
        let now = || later(question.now, started.elapsed());
        (async || self.attempt(&question, now, &read).await)
            .retry(delays)
            .sleep(tokio::time::sleep)
            .when(FetchError::is_transient)
            .adjust(|error, delay| {
                let delay = match error.retry_after(now()) {
                    Some(wait) if wait > options.max_retry_delay => None,
                    Some(wait) => delay.map(|delay| delay.max(wait)),
                    None => delay,
                };
                delay.filter(|delay| Instant::now() + *delay < question.deadline)
            })
            .await
    }

    async fn attempt<T>(
        &self,
        question: &HttpQuestion<'_>,
        now: impl Fn() -> Timestamp,
        read: &impl Fn(Response) -> Result<(T, Oddities), FetchError>,
    ) -> Result<T, FetchError> {
        timeout_at(question.deadline, self.pace.turn()).await.map_err(|_| FetchError::NotAsked)?;
        if Instant::now() >= question.deadline {
            return Err(FetchError::NotAsked);
        }
        self.pause.admit(now()).map_err(|retry_at| FetchError::Paused { retry_at })?;
        let started = Instant::now();
        let request = self.client.get(question.url.clone()).headers(question.headers.clone());
        let mut body_bytes = 0;
        let response =
            Response::fetch(request, self.options.max_body_bytes, now(), question.wait, &mut body_bytes);
        let response = timeout_at(question.deadline, response).await.unwrap_or(Err(FetchError::Late));
        let may_be_unchanged = question.headers.contains_key(IF_MODIFIED_SINCE);
        let result = response.and_then(|response| match response.status {
            StatusCode::NOT_MODIFIED if !may_be_unchanged => {
                Err(FetchError::NotAForecast("it says that nothing has changed, and was not asked that"))
            }
            _ => read(response),
        });
        let at = now();
        match &result {
            Err(error) if error.is_fault_of_source() => self.pause.failed(at, error.pause_until(at)),
            _ => self.pause.succeeded(),
        }
        let (result, oddities) = match result {
            Ok((value, oddities)) => (Ok(value), oddities),
            Err(error) => (Err(error), Oddities::default()),
        };
        self.options.observer.tell(&Attempt {
            failure: result.as_ref().err().map(FetchError::kind),
            duration: started.elapsed(),
            body_bytes,
            places: question.places,
            oddities,
        });
        result
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Http").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// One request.
pub(crate) struct HttpQuestion<'a> {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// How many places it asks about.
    pub(crate) places: usize,
    /// The time of day when it was asked.
    pub(crate) now: Timestamp,
    /// When the answer must be there.
    pub(crate) deadline: Instant,
    /// How long to wait after a status 429 without `Retry-After`, by the text of the answer.
    pub(crate) wait: &'a (dyn Fn(&str, Timestamp) -> Duration + Sync),
}

/// Whether the address is that of this machine.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    match host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}
