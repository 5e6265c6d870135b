//! Forecasts: all replicas together ask the source once about a cell, and its faults fail no request.

use std::collections::HashSet;
use std::sync::Arc;

use hivebox_climate::forecast::{ForecastCell, ModelQuantity};
use hivebox_climate::place::Position;
use hivebox_present::{CellForecast, Clock, NoForecast};
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{Fault, FaultRule, ForecastFault, SimClock};
use reqwest::StatusCode;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::{PATIENCE, TestApp, TestUpstream, retried};
use crate::redis_server::RedisServer;

/// Replicas whose clock stands still, with that of the simulation.
pub(crate) struct Replicas {
    pub(crate) upstream: TestUpstream,
    pub(crate) redis: RedisServer,
    pub(crate) clock: Clock,
    pub(crate) apps: Vec<TestApp>,
}

impl Replicas {
    pub(crate) async fn start(count: usize, settings: &[(&str, &str)]) -> Self {
        Self::start_at(Clock::system().now(), count, settings).await
    }

    pub(crate) async fn start_at(now: Timestamp, count: usize, settings: &[(&str, &str)]) -> Self {
        Self::over(TestUpstream::start().await, now, count, settings).await
    }

    pub(crate) async fn over(
        upstream: TestUpstream,
        now: Timestamp,
        count: usize,
        settings: &[(&str, &str)],
    ) -> Self {
        let (redis, clock) = (RedisServer::start(), Clock::still_at(now));
        upstream.sim.set_time(SimClock::Fixed(clock.now()));
        let mut replicas = Self { upstream, redis, clock, apps: Vec::new() };
        for _ in 0..count {
            replicas.add(settings).await;
        }
        replicas
    }

    /// Starts one more.
    async fn add(&mut self, settings: &[(&str, &str)]) {
        let clock = self.clock.clone();
        self.add_with_clock(settings, &clock).await;
    }

    async fn add_with_clock(&mut self, settings: &[(&str, &str)], clock: &Clock) {
        let mut all = vec![
            ("cache", self.redis.url()),
            ("forecast", format!("open-meteo:{}", self.upstream.url)),
            ("forecast-timeout", "60s".to_owned()),
            // A busy machine may be slow, and a replica that cannot reach Redis asks for itself.
            ("cache-timeout", "30s".to_owned()),
            ("lease-ttl", "60s".to_owned()),
        ];
        all.retain(|(name, _)| settings.iter().all(|(other, _)| other != name));
        all.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.apps.push(TestApp::with_clock(&self.upstream.url, &all, [], clock).await);
    }

    pub(crate) async fn ask(
        &self,
        replica: usize,
        cell: ForecastCell,
    ) -> Result<Arc<CellForecast>, NoForecast> {
        self.apps[replica].serves.forecasts.ask(cell, self.clock.now(), PATIENCE).await
    }

    /// Asks until there is a forecast that has not expired.
    pub(crate) async fn until_renewed(&self, replica: usize, cell: ForecastCell) -> Arc<CellForecast> {
        retried(async || match self.ask(replica, cell).await {
            Ok(forecast) if forecast.is_fresh(self.clock.now()) => Ok(forecast),
            other => Err(format!("{cell} is not renewed: {:?}", other.map(|forecast| forecast.expires_at))),
        })
        .await
    }

    pub(crate) fn let_time_pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.upstream.sim.set_time(SimClock::Fixed(self.clock.now()));
    }

    pub(crate) fn break_source(&self, fault: Fault) {
        let rule = FaultRule { fault, times: None, path: Some("/v1/forecast".into()), share: None };
        self.upstream.sim.faults().set(rule).unwrap();
    }

    /// Requests for forecasts over HTTP, each about one place or more.
    pub(crate) fn requests(&self) -> u64 {
        self.upstream.sim.requests().count("/v1/forecast")
    }

    pub(crate) fn questions(&self) -> u64 {
        self.upstream.sim.forecast_questions().total()
    }
}

/// A cell for each number up to 3,000.
pub(crate) fn cell(number: u32) -> ForecastCell {
    let (latitude, longitude) = place(number);
    ForecastCell::of(Position::new(latitude, longitude).unwrap())
}

/// The middle of a cell, in degrees north and east.
pub(crate) fn place(number: u32) -> (f64, f64) {
    let (row, column) = (number / 100, number % 100);
    (45.0 + f64::from(row) / 10.0, 5.0 + f64::from(column) / 10.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_places_asked_at_three_replicas_cost_one_question_for_each_cell_and_hour() {
    const CELLS: u32 = 600;
    let replicas = Replicas::start(3, &[("forecast-budget", "off")]).await;
    for _ in 0..2 {
        let mut asked = JoinSet::new();
        for number in 0..CELLS * 3 {
            let forecasts = Arc::clone(&replicas.apps[number as usize % 3].serves.forecasts);
            let now = replicas.clock.now();
            asked.spawn(async move { forecasts.ask(cell(number / 3), now, PATIENCE).await });
        }
        for answer in asked.join_all().await {
            assert_eq!(answer.err(), None);
        }
        replicas.let_time_pass(20);
    }
    let questions = replicas.upstream.sim.forecast_questions();
    println!("{} answers took {} questions about {} cells", CELLS * 6, questions.total(), questions.cells());
    assert_eq!((questions.cells(), questions.total()), (CELLS as usize, u64::from(CELLS)));
    assert_eq!(questions.most_per_cell_and_hour(), 1, "{:?}", questions.more_often_than(1));
}

/// The figure at full size; minutes in a debug build. Shows its counts with `--nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask test -- -p hivebox --test integration -- --ignored ten_thousand_places"]
async fn ten_thousand_places_asked_at_three_replicas_within_an_hour() {
    const PLACES: u32 = 10_000;
    let begun = Instant::now();
    let start = "2026-11-30T12:00:00Z".parse().unwrap();
    let replicas = Replicas::start_at(start, 3, &[("forecast-budget", "off")]).await;
    // Spread evenly without a pattern.
    let spread = |number: u32, step: f64| (f64::from(number) * step).fract();
    let cell_of = |number: u32| {
        let (latitude, longitude) =
            (45.0 + 11.0 * spread(number, 0.754_877_666), 5.0 + 11.0 * spread(number, 0.569_840_291));
        ForecastCell::of(Position::new(latitude, longitude).unwrap())
    };
    let cells: HashSet<ForecastCell> = (0..PLACES).map(cell_of).collect();
    let mut answers = 0;
    for minute in 0..60 {
        let mut asked = JoinSet::new();
        // Each replica is asked about each place, a third of an hour apart.
        for (number, replica) in (0..PLACES).flat_map(|number| (0..3).map(move |replica| (number, replica))) {
            if (number + 20 * ((number / 60 + replica) % 3)) % 60 == minute {
                let forecasts = Arc::clone(&replicas.apps[replica as usize].serves.forecasts);
                let (cell, now) = (cell_of(number), replicas.clock.now());
                asked.spawn(async move { forecasts.ask(cell, now, PATIENCE).await });
            }
        }
        for answer in asked.join_all().await {
            assert_eq!(answer.err(), None, "minute {minute}");
            answers += 1;
        }
        replicas.let_time_pass(i64::from(minute < 59));
    }
    let questions = replicas.upstream.sim.forecast_questions();
    println!(
        "{PLACES} places in {} cells, {answers} answers of 3 replicas: {} questions about cells in {} requests, at most {} \
         about a cell in an hour; {:.0} s",
        cells.len(),
        questions.total(),
        replicas.requests(),
        questions.most_per_cell_and_hour(),
        begun.elapsed().as_secs_f64()
    );
    assert_eq!(answers, 3 * PLACES);
    assert_eq!(questions.most_per_cell_and_hour(), 1, "{:?}", questions.more_often_than(1));
    assert_eq!((questions.cells(), questions.total()), (cells.len(), cells.len() as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_starts_takes_the_forecasts_of_the_others() {
    let mut replicas = Replicas::start(1, &[]).await;
    let first = replicas.ask(0, cell(1)).await.unwrap();
    assert!(first.hours.hour_of(replicas.clock.now()).is_some());
    assert!(first.hours.value(ModelQuantity::WindSpeed, 0).is_some());
    replicas.break_source(Fault::Status { status: 500 });
    replicas.add(&[]).await;
    assert_eq!(replicas.ask(1, cell(1)).await.unwrap(), first);
    assert_eq!(replicas.questions(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_source_does_no_request_fails_and_the_last_forecast_serves_on() {
    for fault in [
        Fault::Status { status: 500 },
        Fault::Delay { millis: 60_000 },
        Fault::Forecast { how: ForecastFault::AbsurdValues },
        Fault::Forecast { how: ForecastFault::Nulls },
        Fault::Forecast { how: ForecastFault::StuckRun },
    ] {
        let replicas = Replicas::start(1, &[("forecast-timeout", "5s")]).await;
        let app = &replicas.apps[0];
        let good = replicas.ask(0, cell(1)).await.unwrap();
        replicas.break_source(fault.clone());
        assert_eq!(replicas.ask(0, cell(2)).await, Err(NoForecast::SourceFailed), "{fault:?}");
        assert!(!app.json("/api/v1/status").await["forecast"]["down_since"].is_null(), "{fault:?}");
        assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
        assert_eq!(app.json("/readyz").await["ready"], true);
        replicas.let_time_pass(5 * 60);
        assert_eq!(replicas.ask(0, cell(1)).await.unwrap(), good, "{fault:?}");
        replicas.let_time_pass(61);
        assert!(replicas.ask(0, cell(1)).await.is_err(), "{fault:?}: it is over 6 hours old");
        replicas.upstream.sim.faults().clear();
        replicas.let_time_pass(20);
        assert!(replicas.ask(0, cell(1)).await.is_ok(), "{fault:?}");
        assert!(app.json("/api/v1/status").await["forecast"]["down_since"].is_null(), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_budget_is_one_for_all_replicas() {
    let replicas = Replicas::start(2, &[("forecast-budget", "100")]).await;
    let mut spent = 0;
    for number in 0..10 {
        let answer = replicas.ask(number as usize % 2, cell(number)).await;
        spent += u32::from(answer == Err(NoForecast::BudgetSpent));
    }
    assert_eq!((spent, replicas.questions()), (5, 5), "5 % of 100 in a minute");
    for (replica, number) in [(0, 1), (1, 2)] {
        assert!(replicas.ask(replica, cell(number)).await.is_ok(), "known cells go on");
    }
    replicas.apps[0].until_metric("hivebox_forecast_absent_total{reason=\"budget_spent\"}", 1.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_whose_clocks_differ_share_one_budget() {
    let settings = [("forecast-budget", "100")];
    let mut replicas = Replicas::start(1, &settings).await;
    let behind = Clock::still_at(replicas.clock.now() - SignedDuration::from_mins(3));
    replicas.add_with_clock(&settings, &behind).await;
    let mut good = 0;
    for number in 0..10 {
        good += usize::from(replicas.ask(0, cell(number)).await.is_ok());
        let other = replicas.apps[1].serves.forecasts.ask(cell(50 + number), behind.now(), PATIENCE).await;
        good += usize::from(other.is_ok());
    }
    // 5 % of 100 in a minute, and a few more if that takes longer.
    assert!((5..10).contains(&good), "{good}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_spent_is_known_although_redis_lost_it() {
    let settings = [("cache-timeout", "500ms"), ("lease-ttl", "2s")];
    let mut replicas = Replicas::start(1, &settings).await;
    for number in 0..7 {
        assert!(replicas.ask(0, cell(number)).await.is_ok());
    }
    replicas.redis.kill();
    replicas.redis.restart();
    let number = std::cell::Cell::new(30);
    let shared = retried(async || {
        // The first claim may still meet the end of the old connection.
        number.set(number.get() + 1);
        assert!(replicas.ask(0, cell(number.get())).await.is_ok());
        let key = "{hivebox}:forecast:open-meteo:spent";
        redis::Commands::get::<_, String>(&mut replicas.redis.connect(), key)
            .map_err(|error| error.to_string())
    })
    .await;
    let day: Vec<u64> = shared.split(' ').map(|number| number.parse().unwrap()).collect();
    assert!(day[1] + day[2] >= 8, "{shared}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_replicas_share_what_was_left_of_the_budget() {
    let settings = [("forecast-budget", "1000"), ("cache-timeout", "500ms"), ("lease-ttl", "2s")];
    let mut replicas = Replicas::start(1, &settings).await;
    for number in 0..45 {
        assert!(replicas.ask(0, cell(number)).await.is_ok(), "5 % of 1000 in a minute");
    }
    replicas.redis.kill();
    let mut good = 0;
    for number in 50..60 {
        good += u32::from(replicas.ask(0, cell(number)).await.is_ok());
    }
    assert_eq!(good, 1, "a tenth of five, and at least one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_a_replica_asks_for_itself_with_a_part_of_the_budget() {
    let settings = [("forecast-budget", "1000"), ("cache-timeout", "500ms"), ("lease-ttl", "2s")];
    let mut replicas = Replicas::start(2, &settings).await;
    assert!(replicas.ask(0, cell(1)).await.is_ok());
    replicas.redis.kill();
    assert!(replicas.ask(0, cell(1)).await.is_ok());
    let mut good = 0;
    for number in 10..20 {
        good += u64::from(replicas.ask(1, cell(number)).await.is_ok());
    }
    assert_eq!((good, replicas.questions()), (5, 6), "5 % of a tenth of 1000");
    assert_eq!(replicas.apps[1].get("/temperature").await.status(), StatusCode::OK);
    replicas.redis.restart();
    replicas.let_time_pass(2);
    assert!(replicas.ask(1, cell(30)).await.is_ok());
}
