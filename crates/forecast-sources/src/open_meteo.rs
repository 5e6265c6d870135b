//! Open-Meteo: many places in one request.

mod decode;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use decode::decode;

use crate::forecast::Forecast;
use crate::http::{FetchError, Http, HttpOptions, HttpQuestion, SetUpError, later};
use crate::source::{Answer, Question, Source, SourceFacts, Spot};

/// The days ahead that are asked for; the present day is the first.
const FORECAST_DAYS: u32 = 8;
/// The days before the present one that are asked for.
const PAST_DAYS: u32 = 3;
/// The most places that Open-Meteo takes at once.
const MOST_PLACES: usize = 1000;
/// Some more than the answer about a place takes: about 16 kB for 264 hours.
const MOST_BYTES_PER_PLACE: usize = 24 << 10;
/// How often a request that is refused is tried again in two halves, so that one bad place spoils no other. That is
/// enough to find one among the places of a request.
const MOST_SPLITS: usize = 10;

/// Options of [`OpenMeteo`].
#[derive(Debug, Clone)]
pub struct OpenMeteoOptions {
    /// How it is asked. A query of the base address is sent with each request, such as `models=icon_seamless` for one's
    /// own server, or `apikey=…`.
    pub http: HttpOptions,
    /// How many places one request asks about: 1 to 1,000, and no more than an answer of
    /// [`max_body_bytes`](HttpOptions::max_body_bytes) can hold.
    pub places_per_request: usize,
    /// How long an answer holds: Open-Meteo does not say.
    pub valid_for: Duration,
}

impl OpenMeteoOptions {
    /// The default options.
    ///
    /// The free service at `https://api.open-meteo.com` is for non-commercial use.
    pub fn new(base_url: impl Into<String>, user_agent: impl Into<String>) -> Self {
        Self {
            http: HttpOptions::new(base_url, user_agent),
            places_per_request: 100,
            valid_for: Duration::from_hours(1),
        }
    }
}

/// The model blend of [Open-Meteo](https://open-meteo.com/), or of one's own server.
#[derive(Debug)]
pub struct OpenMeteo {
    http: Http,
    places_per_request: usize,
    valid_for: Duration,
}

impl OpenMeteo {
    /// Name, licence and attribution.
    pub const FACTS: SourceFacts = SourceFacts {
        slug: "open-meteo",
        name: "Open-Meteo",
        attribution: "Weather data by Open-Meteo.com",
        attribution_address: "https://open-meteo.com/",
        licence: "CC BY 4.0",
        licence_address: "https://creativecommons.org/licenses/by/4.0/",
    };

    /// Sets it up. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SetUpError`] if the address or the `User-Agent` cannot be used, or TLS cannot be set up.
    ///
    /// # Panics
    /// The process has no default rustls provider: call `install_default` of one first.
    pub fn new(options: OpenMeteoOptions) -> Result<Self, SetUpError> {
        let most = MOST_PLACES.min(options.http.max_body_bytes / MOST_BYTES_PER_PLACE).max(1);
        Ok(Self {
            http: Http::new(options.http)?,
            places_per_request: options.places_per_request.clamp(1, most),
            valid_for: options.valid_for,
        })
    }

    /// Reads an answer about some places that was fetched by other means.
    ///
    /// # Errors
    /// [`FetchError::Truncated`] or [`FetchError::NotAForecast`] if nothing of it can be used.
    pub fn read(
        body: &[u8],
        spots: &[Spot],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Vec<Result<Forecast, FetchError>>, FetchError> {
        decode(body, spots, now, expires_at).map(|(forecasts, _)| forecasts)
    }

    fn url(&self, spots: &[Spot]) -> Url {
        let (latitudes, longitudes): (Vec<_>, Vec<_>) = spots.iter().map(|spot| spot.decimals()).unzip();
        let query = format!(
            "latitude={}&longitude={}&hourly={}&forecast_days={FORECAST_DAYS}&past_days={PAST_DAYS}\
             &wind_speed_unit=ms&timeformat=unixtime&timezone=GMT",
            latitudes.join(","),
            longitudes.join(","),
            decode::names().join(","),
        );
        self.http.url("/v1/forecast", &query)
    }

    async fn ask(
        &self,
        spots: &[Spot],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Vec<Result<Answer, FetchError>>, FetchError> {
        let question = HttpQuestion {
            url: self.url(spots),
            headers: HeaderMap::new(),
            places: spots.len(),
            now,
            deadline,
            wait: &decode::wait,
        };
        let expires_at = later(now, self.valid_for);
        let read = self.http.get(question, |response| decode(&response.body, spots, now, expires_at));
        Ok(read.await?.into_iter().map(|forecast| forecast.map(Answer::Forecast)).collect())
    }

    async fn ask_all(
        &self,
        questions: &[Question],
        now: Timestamp,
        deadline: Instant,
    ) -> Vec<Result<Answer, FetchError>> {
        let spots: Vec<Spot> = questions.iter().map(|question| question.spot).collect();
        let mut answers: Vec<_> = spots.iter().map(|spot| Err(spot.no_place())).collect();
        let on_earth: Vec<usize> = (0..spots.len()).filter(|index| spots[*index].is_on_earth()).collect();
        let mut batches: Vec<&[usize]> = on_earth.chunks(self.places_per_request).rev().collect();
        let mut splits = 0;
        while let Some(batch) = batches.pop() {
            let asked: Vec<Spot> = batch.iter().map(|index| spots[*index]).collect();
            match self.ask(&asked, now, deadline).await {
                Ok(given) => {
                    for (index, answer) in batch.iter().zip(given) {
                        answers[*index] = answer;
                    }
                }
                Err(FetchError::Refused { .. }) if batch.len() > 1 && splits < MOST_SPLITS => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second, first]);
                    splits += 1;
                }
                Err(error) => {
                    for index in batch {
                        answers[*index] = Err(error.clone());
                    }
                }
            }
        }
        answers
    }
}

impl Source for OpenMeteo {
    fn facts(&self) -> &'static SourceFacts {
        &Self::FACTS
    }

    /// One request's, so that the caller can count its quota after each.
    fn most_places(&self) -> usize {
        self.places_per_request
    }

    /// Open-Meteo counts 10 quantities for 14 days as 1, and never less than 1 for a place.
    fn place_cost(&self) -> u64 {
        let quantities = decode::names().len() as f64 / 10.0;
        let days = f64::from(FORECAST_DAYS + PAST_DAYS) / 14.0;
        quantities.max(quantities * days).max(1.0).ceil() as u64
    }

    fn fetch<'a>(
        &'a self,
        questions: &'a [Question],
        now: Timestamp,
        deadline: Instant,
    ) -> BoxFuture<'a, Vec<Result<Answer, FetchError>>> {
        self.ask_all(questions, now, deadline).boxed()
    }
}
