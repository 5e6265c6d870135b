use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use forecast_sources::{FetchError, Forecast, Hour, SourceFacts};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hivebox_climate::place::Position;
use jiff::SignedDuration;
use prometheus_client::registry::Registry;

use super::*;

static FACTS: SourceFacts = SourceFacts {
    slug: "test",
    name: "Test",
    attribution: "",
    attribution_address: "",
    licence: "",
    licence_address: "",
};

/// What the fake source does with the next calls; good answers afterwards.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Good,
    Silent,
    Short,
    Panic,
    TooFew,
    Unchanged,
    /// The first place has an answer, for the second there was no time, and for the third the source wants a pause of
    /// five minutes.
    Mixed,
}

/// A place, and the validator that was sent.
type Asked = (String, Option<String>);

/// A source that notes each question.
#[derive(Debug, Clone, Default)]
struct Fake {
    turns: Arc<Mutex<VecDeque<Turn>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    fn then(self, turns: impl IntoIterator<Item = Turn>) -> Self {
        self.turns.lock().unwrap().extend(turns);
        self
    }

    /// How often each place was asked about.
    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for (place, _) in &*self.asked.lock().unwrap() {
            *counts.entry(place.clone()).or_default() += 1;
        }
        counts
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Source for Fake {
    fn facts(&self) -> &'static SourceFacts {
        &FACTS
    }

    fn most_places(&self) -> usize {
        50
    }

    fn fetch<'a>(
        &'a self,
        questions: &'a [Question],
        now: Timestamp,
        _: Instant,
    ) -> BoxFuture<'a, Vec<Result<Answer, FetchError>>> {
        let turn = self.turns.lock().unwrap().pop_front().unwrap_or(Turn::Good);
        for question in questions {
            let place =
                format!("{:.1},{:.1}", question.spot.latitude_degrees, question.spot.longitude_degrees);
            let validator = question.validator.clone().map(|Validator(text)| text);
            self.asked.lock().unwrap().push((place, validator));
        }
        let expires_at = now + SignedDuration::from_hours(1);
        let hours = if matches!(turn, Turn::Short) { 3 } else { 72 };
        let answer = move |(number, question): (usize, &Question)| match (turn, number) {
            (Turn::Mixed, 1) => Err(FetchError::NotAsked),
            (Turn::Mixed, 2) => {
                let retry_at = now + SignedDuration::from_mins(5);
                Err(FetchError::RateLimited { retry_at, reason: None })
            }
            (Turn::Unchanged, _) => Ok(Answer::Unchanged { expires_at }),
            _ => Ok(Answer::Forecast(forecast(question, hours, now, expires_at))),
        };
        async move {
            match turn {
                Turn::Silent => std::future::pending().await,
                Turn::Panic => panic!("a bug in the source"),
                Turn::TooFew => Vec::new(),
                Turn::Good | Turn::Short | Turn::Unchanged | Turn::Mixed => {
                    questions.iter().enumerate().map(answer).collect()
                }
            }
        }
        .boxed()
    }
}

fn forecast(question: &Question, hours: i64, now: Timestamp, expires_at: Timestamp) -> Forecast {
    let first = Timestamp::from_second(now.as_second() / 3600 * 3600).unwrap();
    let hour = |number| Hour {
        at: first + SignedDuration::from_hours(number),
        air_temperature_celsius: Some(7.0),
        relative_humidity_percent: Some(80.0),
        wind_speed_metres_per_second: Some(3.0),
        wind_gust_metres_per_second: None,
        precipitation_millimetres: Some(0.0),
        precipitation_probability_percent: None,
    };
    Forecast {
        latitude_degrees: question.spot.latitude_degrees,
        longitude_degrees: question.spot.longitude_degrees,
        height_metres: None,
        updated_at: None,
        expires_at,
        validator: Some(Validator("yesterday".into())),
        hours: (0..hours).map(hour).collect(),
    }
}

/// A replica that shares with nobody.
struct Replica {
    clock: Clock,
    cache: Arc<Cache>,
    forecasts: Arc<Forecasts>,
}

impl Replica {
    /// Starts a fetcher that asks `source`, with a short patience for silence.
    fn start(source: &Fake, budget: Option<u64>) -> Self {
        let replica = Self {
            clock: Clock::still_at("2026-11-30T12:00:00Z".parse().unwrap()),
            cache: Arc::default(),
            forecasts: Arc::default(),
        };
        let (forecasts, wanted) = Forecasts::of(&FACTS);
        let forecasts = Arc::new(forecasts);
        let replica = Self { forecasts, ..replica };
        let parts = ForecastParts {
            source: Box::new(source.clone()),
            wanted,
            budget: budget.map(|per_day| ForecastBudget { per_day }),
            timeout: Duration::from_millis(100),
        };
        let (clock, cache) = (replica.clock.clone(), Arc::clone(&replica.cache));
        let forecasts = Arc::clone(&replica.forecasts);
        // A fetcher belongs to one thread, like the refresh loop.
        std::thread::spawn(move || {
            let mut registry = Registry::default();
            let metrics = ForecastMetrics::register(&mut registry);
            let cache_metrics = CacheMetrics::register(&mut registry);
            let supervisor = hivebox_present::Supervisor::register(&mut registry);
            let around = Surroundings {
                clock: &clock,
                cache: &cache,
                forecasts: &forecasts,
                shared: &Shared::Memory,
                metrics: &metrics,
                cache_metrics: &cache_metrics,
            };
            let (fetcher, mut wanted) = Fetcher::new(around, parts);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(
                supervisor
                    .task("forecast")
                    .run(|| forecasts.forget_wanted(), async || fetcher.run(&mut wanted).await),
            );
        });
        replica
    }

    async fn ask(&self, number: u16) -> Result<Arc<CellForecast>, NoForecast> {
        let position = Position::new(f64::from(number) / 10.0, 13.4).unwrap();
        self.forecasts.ask(ForecastCell::of(position), self.clock.now(), PATIENCE).await
    }

    fn advance(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    fn down_since(&self) -> Option<Timestamp> {
        self.cache.dependencies().forecast.down_since()
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_cell_is_asked_about_once_until_it_expires() {
    let source = Fake::default();
    let replica = Replica::start(&source, None);
    for _ in 0..3 {
        for number in 0..200 {
            assert!(replica.ask(number).await.is_ok());
        }
        replica.advance(15);
    }
    assert_eq!(source.counts().len(), 200);
    assert!(source.counts().values().all(|count| *count == 1), "{:?}", source.counts());
}

#[tokio::test]
async fn what_people_ask_for_is_renewed_before_they_ask_again() {
    let source = Fake::default().then([Turn::Good, Turn::Unchanged]);
    let replica = Replica::start(&source, None);
    let first = replica.ask(1).await.unwrap();
    replica.advance(63);
    // Nobody asks, so the renewal is the work of the fetcher alone.
    while source.count() < 2 {
        tokio::task::yield_now().await;
    }
    loop {
        let second = replica.ask(1).await.unwrap();
        if second.fetched_at > first.fetched_at {
            assert_eq!(second.hours, first.hours);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(source.asked.lock().unwrap()[1].1.as_deref(), Some("yesterday"));
    assert_eq!(source.count(), 2);
}

#[tokio::test]
async fn a_failing_source_is_left_alone_for_a_while_and_the_last_answer_serves_on() {
    for turn in [Turn::Silent, Turn::Short, Turn::TooFew] {
        let source = Fake::default().then([Turn::Good, turn, turn]);
        let replica = Replica::start(&source, None);
        assert!(replica.ask(1).await.is_ok(), "{turn:?}");
        assert_eq!(replica.ask(2).await, Err(NoForecast::SourceFailed), "{turn:?}");
        assert_eq!(replica.down_since(), Some(replica.clock.now()));
        assert_eq!(replica.ask(2).await, Err(NoForecast::SourceFailed));
        assert_eq!(source.count(), 2, "{turn:?}: it rests");
        replica.advance(2);
        assert_eq!(replica.ask(2).await, Err(NoForecast::SourceFailed));
        assert_eq!(source.count(), 3);
        replica.advance(1);
        assert_eq!(replica.ask(2).await, Err(NoForecast::SourceFailed));
        assert_eq!(source.count(), 3, "{turn:?}: the second rest is longer");
        assert!(replica.ask(1).await.is_ok());
        replica.advance(2);
        assert!(replica.ask(2).await.is_ok());
        assert_eq!(replica.down_since(), None);
    }
}

#[tokio::test]
async fn a_spent_budget_is_said_and_known_cells_serve_on() {
    let source = Fake::default();
    let replica = Replica::start(&source, Some(100));
    for number in 0..5 {
        assert!(replica.ask(number).await.is_ok());
    }
    assert_eq!(replica.ask(5).await, Err(NoForecast::BudgetSpent));
    assert!(replica.ask(4).await.is_ok());
    replica.advance(2);
    assert!(replica.ask(5).await.is_ok());
    assert_eq!(source.count(), 6);
}

#[tokio::test]
async fn an_answer_beside_a_refusal_counts_and_does_not_take_back_the_pause() {
    let source = Fake::default().then([Turn::Mixed]);
    let replica = Replica::start(&source, None);
    // All three are wanted before the fetcher looks.
    let answers = futures_util::future::join3(replica.ask(1), replica.ask(2), replica.ask(3)).await;
    if source.count() == 3 && source.turns.lock().unwrap().is_empty() {
        assert!(answers.0.is_ok() && answers.1.is_err() && answers.2.is_err(), "{answers:?}");
    }
    assert!(replica.ask(1).await.is_ok());
    for minutes in [0, 2, 2] {
        replica.advance(minutes);
        let answer = replica.ask(9).await;
        assert!(matches!(answer, Err(NoForecast::Paused { .. })), "the pause holds: {answer:?}");
    }
    assert_eq!(source.count(), 3);
    replica.advance(2);
    assert!(replica.ask(9).await.is_ok());
}

#[tokio::test]
async fn renewals_leave_a_part_of_the_budget_to_those_who_wait() {
    let source = Fake::default();
    let replica = Replica::start(&source, Some(100));
    for number in 0..5 {
        assert!(replica.ask(number).await.is_ok(), "5 % in a minute");
    }
    replica.advance(65);
    while source.count() < 9 {
        tokio::task::yield_now().await;
    }
    assert!(replica.ask(9).await.is_ok(), "one of five is left");
    assert_eq!(source.count(), 10);
}

#[test]
fn the_more_cells_the_longer_renewals_are_spread() {
    let minutes = [0, 100, 2000, 10_000, 1_000_000].map(|cells| renewal_spread(cells).as_secs() / 60);
    assert_eq!(minutes, [2, 2, 10, 50, 60]);
}

#[tokio::test]
async fn a_panic_costs_nothing_but_time() {
    let source = Fake::default().then([Turn::Panic]);
    let replica = Replica::start(&source, None);
    assert_eq!(replica.ask(1).await, Err(NoForecast::Pending));
    replica.advance(5);
    assert!(replica.ask(1).await.is_ok());
}
