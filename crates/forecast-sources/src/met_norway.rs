//! MET Norway: one place a request, and again only when it has changed.

mod decode;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{EXPIRES, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, LAST_MODIFIED};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use decode::decode;

use crate::forecast::Forecast;
use crate::http::{FetchError, Http, HttpOptions, HttpQuestion, Oddities, Response, SetUpError, later};
use crate::source::{Answer, Question, Source, SourceFacts, Spot, Validator};

/// Options of [`MetNorway`].
#[derive(Debug, Clone)]
pub struct MetNorwayOptions {
    /// How it is asked. The `User-Agent` must say whom to write to.
    pub http: HttpOptions,
    /// How many requests are under way at a time, in all calls together.
    pub parallel_requests: usize,
}

impl MetNorwayOptions {
    /// The default options: 4 requests at a time and at most 7 in a second, so that three processes of one application
    /// stay below the 20 that its terms allow.
    ///
    /// The address of the public service is `https://api.met.no`. It requires a contact in the `User-Agent`, such as
    /// `my-service/1.0 me@example.org`.
    pub fn new(base_url: impl Into<String>, user_agent: impl Into<String>) -> Self {
        let mut http = HttpOptions::new(base_url, user_agent);
        http.spacing = Duration::from_millis(150);
        http.max_body_bytes = 2 << 20;
        Self { http, parallel_requests: 4 }
    }
}

/// Locationforecast 2.0 of [MET Norway](https://api.met.no/). It has no gusts and no probability of precipitation.
#[derive(Debug)]
pub struct MetNorway {
    http: Http,
    turns: Semaphore,
}

/// The number of places in one call: with seven requests in a second, none waits long for another.
const MOST_PLACES: usize = 10;
/// How long an answer holds that does not say so; the usual time.
const USUALLY_VALID_FOR: Duration = Duration::from_mins(30);
/// The bounds of what it can say: clocks differ, a date long ago must not make anybody ask all the time, and a wrong one
/// must not keep a forecast for ever.
const VALID_FOR: [Duration; 2] = [Duration::from_mins(10), Duration::from_hours(6)];
/// How long to wait after a 429 that does not say so.
const THROTTLED_FOR: Duration = Duration::from_mins(5);
/// More than any `Last-Modified` has.
const MOST_VALIDATOR_BYTES: usize = 64;

impl MetNorway {
    /// Name, licence and attribution.
    pub const FACTS: SourceFacts = SourceFacts {
        slug: "metno",
        name: "MET Norway",
        attribution: "Data from MET Norway",
        attribution_address: "https://www.met.no/en/free-meteorological-data/Licensing-and-crediting",
        licence: "CC BY 4.0",
        licence_address: "https://creativecommons.org/licenses/by/4.0/",
    };

    /// Sets it up. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SetUpError`] if the address cannot be used, the `User-Agent` has no contact, or TLS cannot be set up.
    ///
    /// # Panics
    /// The process has no default rustls provider: call `install_default` of one first.
    pub fn new(options: MetNorwayOptions) -> Result<Self, SetUpError> {
        let user_agent = &options.http.user_agent;
        if !user_agent.contains('@') && !user_agent.contains("://") {
            return Err(SetUpError::NoContact);
        }
        let turns = options.parallel_requests.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self { http: Http::new(options.http)?, turns: Semaphore::new(turns) })
    }

    /// Reads an answer about a place that was fetched by other means.
    ///
    /// # Errors
    /// [`FetchError::Truncated`] or [`FetchError::NotAForecast`].
    pub fn read(
        body: &[u8],
        spot: Spot,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Forecast, FetchError> {
        decode(body, spot, now, expires_at).map(|(forecast, _)| forecast)
    }

    async fn ask(
        &self,
        question: &Question,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Answer, FetchError> {
        let spot = question.spot;
        if !spot.is_on_earth() {
            return Err(spot.no_place());
        }
        let (latitude, longitude) = spot.decimals();
        let query = format!("lat={latitude}&lon={longitude}");
        let validator =
            question.validator.as_ref().and_then(|Validator(text)| HeaderValue::from_str(text).ok());
        let request = HttpQuestion {
            url: self.http.url("/weatherapi/locationforecast/2.0/compact", &query),
            headers: validator.map(|text| (IF_MODIFIED_SINCE, text)).into_iter().collect(),
            places: 1,
            now,
            deadline,
            wait: &|_, _| THROTTLED_FOR,
        };
        // The semaphore is never closed, so this only waits.
        let _turn = timeout_at(deadline, self.turns.acquire()).await.map_err(|_| FetchError::NotAsked)?;
        self.http.get(request, |response| read(&response, question, now)).await
    }
}

fn read(response: &Response, question: &Question, now: Timestamp) -> Result<(Answer, Oddities), FetchError> {
    let [shortest, longest] = VALID_FOR.map(|length| later(now, length));
    let expires_at = response.date(&EXPIRES).unwrap_or_else(|| later(now, USUALLY_VALID_FOR));
    let expires_at = expires_at.clamp(shortest, longest);
    if response.status == StatusCode::NOT_MODIFIED {
        return Ok((Answer::Unchanged { expires_at }, Oddities::default()));
    }
    let (mut forecast, mut oddities) = decode(&response.body, question.spot, now, expires_at)?;
    forecast.validator = validator(&response.headers);
    oddities.is_deprecated = response.status == StatusCode::NON_AUTHORITATIVE_INFORMATION;
    Ok((Answer::Forecast(forecast), oddities))
}

/// The exact text of `Last-Modified`.
fn validator(headers: &HeaderMap) -> Option<Validator> {
    let text = headers.get(LAST_MODIFIED)?.to_str().ok()?;
    (text.len() <= MOST_VALIDATOR_BYTES).then(|| Validator(text.to_owned()))
}

impl Source for MetNorway {
    fn facts(&self) -> &'static SourceFacts {
        &Self::FACTS
    }

    fn most_places(&self) -> usize {
        MOST_PLACES
    }

    fn fetch<'a>(
        &'a self,
        questions: &'a [Question],
        now: Timestamp,
        deadline: Instant,
    ) -> BoxFuture<'a, Vec<Result<Answer, FetchError>>> {
        join_all(questions.iter().map(move |question| self.ask(question, now, deadline))).boxed()
    }
}
