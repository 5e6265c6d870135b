//! Weather models that are out of quota, and garbage among the shared forecasts: no request fails.

use hivebox_present::NoForecast;
use jiff::SignedDuration;
use opensensemap_sim::{Fault, RateLimits};
use redis::{Commands, Connection};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::app::{PATIENCE, TestApp, eventually, header, json};
use crate::forecast_sharing::{Replicas, cell, place};

/// Paths whose answers do not depend on the source.
async fn assert_all_is_served(app: &TestApp) {
    for path in ["/temperature", "/readyz", "/api/v1/status", "/api/v1/chores?lat=52.5&lon=13.4"] {
        assert_eq!(app.get(path).await.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_asks_for_a_pause_gets_it_and_is_asked_again_afterwards() {
    let replicas = Replicas::start(1, &[]).await;
    let app = &replicas.apps[0];
    let good = replicas.ask(0, cell(1)).await.unwrap();
    replicas.break_source(Fault::TooManyRequests { retry_after: 300 });
    let answer = replicas.ask(0, cell(2)).await;
    let Err(NoForecast::Paused { until }) = answer else { panic!("{answer:?}") };
    let wait = until.duration_since(replicas.clock.now());
    assert!((SignedDuration::from_mins(4)..=SignedDuration::from_secs(301)).contains(&wait), "{wait}");
    assert_eq!(replicas.requests(), 2);
    let refused = app.get("/api/v1/forecast?lat=0&lon=0").await;
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((refused.status() == 503) && (200..=301).contains(&wait), "{wait}");
    let detail = json(refused).await["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("too many requests") && detail.contains(" UTC: "), "{detail}");
    let chores = app.json("/api/v1/chores?lat=0&lon=0&language=de").await;
    assert_eq!(chores["forecast"]["state"], "paused");
    assert!(chores["forecast"]["why"].as_str().unwrap().starts_with("Das Wettermodell"), "{chores}");
    for minutes in [0, 2, 2] {
        replicas.let_time_pass(minutes);
        for number in 2..20 {
            let answer = replicas.ask(0, cell(number)).await;
            assert!(matches!(answer, Err(NoForecast::Paused { .. })), "{number}: {answer:?}");
        }
        assert_eq!(replicas.ask(0, cell(1)).await.unwrap(), good);
        assert_all_is_served(app).await;
    }
    assert_eq!(replicas.requests(), 2, "it is left alone");
    assert!(!app.json("/api/v1/status").await["forecast"]["down_since"].is_null());
    assert_eq!(app.metric("hivebox_forecast_fetches_total{outcome=\"rate_limited\"}").await, 1.0);
    replicas.upstream.sim.faults().clear();
    replicas.let_time_pass(2);
    assert!(replicas.ask(0, cell(3)).await.is_ok());
    assert!(app.json("/api/v1/status").await["forecast"]["down_since"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_the_source_asks_for_is_one_for_all_replicas() {
    let replicas = Replicas::start(2, &[]).await;
    replicas.break_source(Fault::TooManyRequests { retry_after: 300 });
    assert!(matches!(replicas.ask(0, cell(2)).await, Err(NoForecast::Paused { .. })));
    let key = "{hivebox}:forecast:open-meteo:pause".to_owned();
    eventually("a shared pause", async || replicas.redis.keys().contains(&key)).await;
    assert!(matches!(replicas.ask(1, cell(3)).await, Err(NoForecast::Paused { .. })));
    assert_eq!(replicas.requests(), 1, "the other replica leaves it alone, too");
    replicas.apps[1].until_metric("hivebox_forecast_fetches_total{outcome=\"paused\"}", 1.0).await;
    replicas.upstream.sim.faults().clear();
    assert!(matches!(replicas.ask(1, cell(4)).await, Err(NoForecast::Paused { .. })));
    replicas.let_time_pass(6);
    assert!(replicas.ask(1, cell(3)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_more_than_the_quota_waits_until_there_is_some_again() {
    const CELLS: u32 = 900;
    // At the beginning of a minute, by which the quota is counted.
    let start = "2026-11-30T12:00:00Z".parse().unwrap();
    let replicas = Replicas::start_at(start, 1, &[("forecast-budget", "off")]).await;
    replicas.upstream.sim.set_rate_limits(RateLimits::REAL);
    let ask_all = async || {
        let mut asked = JoinSet::new();
        for number in 0..CELLS {
            let (forecasts, now) = (replicas.apps[0].serves.forecasts.clone(), replicas.clock.now());
            asked.spawn(async move { forecasts.ask(cell(number), now, PATIENCE).await });
        }
        asked.join_all().await
    };
    let answers = ask_all().await;
    let good = answers.iter().filter(|answer| answer.is_ok()).count();
    // The last requests before the quota is used up may take more.
    assert!((600..=900).contains(&good), "{good}");
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(refused.clone().all(|reason| matches!(reason, NoForecast::Paused { .. })), "{answers:?}");
    assert_eq!(refused.count(), CELLS as usize - good);
    let requests = replicas.requests();
    replicas.let_time_pass(1);
    assert_all_is_served(&replicas.apps[0]).await;
    let _ = replicas.ask(0, cell(CELLS - 1)).await;
    assert!(replicas.requests() <= requests + 1);
    replicas.let_time_pass(2);
    assert!(ask_all().await.iter().all(Result::is_ok));
    println!("{good} of {CELLS} cells in the first minute, with {requests} requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_its_budget_hivebox_never_runs_into_the_quota() {
    let start = "2026-11-30T12:00:30Z".parse().unwrap();
    let replicas = Replicas::start_at(start, 2, &[]).await;
    replicas.upstream.sim.set_rate_limits(RateLimits::REAL);
    let mut good = Vec::new();
    for minute in 0..4 {
        let mut asked = JoinSet::new();
        for number in 0..600 {
            let forecasts = replicas.apps[number as usize % 2].serves.forecasts.clone();
            let now = replicas.clock.now();
            asked.spawn(async move { forecasts.ask(cell(minute * 600 + number), now, PATIENCE).await });
        }
        let answers = asked.join_all().await;
        assert!(
            answers
                .iter()
                .filter_map(|answer| answer.as_ref().err())
                .all(|it| *it == NoForecast::BudgetSpent)
        );
        good.push(answers.iter().filter(|answer| answer.is_ok()).count());
        replicas.let_time_pass(1);
    }
    println!("of 600 cells in each minute there was a forecast for {good:?}");
    assert!(good[0] == 450 && good.iter().all(|good| *good <= 450), "{good:?}");
    for app in &replicas.apps {
        assert_eq!(app.metric("hivebox_forecast_fetches_total{outcome=\"rate_limited\"}").await, 0.0);
    }
}

/// What is put under a key.
#[derive(Debug, Clone, Copy)]
enum Garbage {
    Text(&'static [u8]),
    Long,
    List,
    /// The first half of what was there.
    Half,
}

impl Garbage {
    const ALL: [Self; 8] = [
        Self::Text(b"garbage"),
        Self::Text(b"\xff\x00\xfe"),
        Self::Text(b"-1 -1 -1 -1 -1 -1 -1 -1 -1"),
        Self::Text(b"99999999999999999999999999 99999999999999999999999999 d"),
        Self::Text(b"HiveFore\x01"),
        Self::Long,
        Self::List,
        Self::Half,
    ];

    fn put(self, redis: &mut Connection, key: &str) {
        match self {
            Self::Text(text) => redis.set(key, text).unwrap(),
            Self::Long => redis.set(key, vec![b'9'; 1 << 20]).unwrap(),
            Self::List => {
                let () = redis.del(key).unwrap();
                let () = redis.lpush(key, "garbage").unwrap();
            }
            Self::Half => {
                let bytes: Vec<u8> = redis.get(key).unwrap();
                let () = redis.set(key, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_under_each_key_of_a_forecast_is_ignored_counted_and_replaced() {
    let replicas = Replicas::start(2, &[]).await;
    let mut redis = replicas.redis.connect();
    let unreadable = "hivebox_forecast_unreadable_total";
    let mut number = 0;
    for name in ["spent", "claim", "cell"] {
        for garbage in Garbage::ALL {
            number += 1;
            let cell = cell(number);
            let first = replicas.ask(0, cell).await.unwrap();
            let key = match name {
                "spent" => "{hivebox}:forecast:open-meteo:spent".to_owned(),
                _ => format!("{{hivebox}}:forecast:open-meteo:{name}:{cell}"),
            };
            let value = format!("{{hivebox}}:forecast:open-meteo:cell:{cell}");
            // Who waits has the forecast a little before it is shared.
            eventually("a shared forecast", async || replicas.redis.keys().contains(&value)).await;
            let (latitude, longitude) = place(number);
            // Others are renewed meanwhile.
            let about = || replicas.upstream.sim.forecast_questions().about(latitude, longitude);
            let (counted, questions) = (replicas.apps[1].metric(unreadable).await, about());
            garbage.put(&mut redis, &key);
            let second = replicas.ask(1, cell).await;
            assert_eq!(second.as_ref(), Ok(&first), "{key} {garbage:?}");
            let (counted, questions) =
                (replicas.apps[1].metric(unreadable).await - counted, about() - questions);
            if name == "cell" {
                assert!(counted >= 1.0 && questions == 1, "{garbage:?} {counted} {questions}");
            } else {
                assert_eq!((counted, questions), (0.0, 0), "{name} {garbage:?}: the forecast is there");
                // The next question needs the key again, and replaces what is there.
                replicas.let_time_pass(61);
                replicas.until_renewed(1, cell).await;
            }
            // Unlike the garbage, what replaces it expires.
            eventually("a key that expires", async || {
                replicas.redis.connect().pttl(&key).is_ok_and(|left: i64| left > 0)
            })
            .await;
            let bytes: Vec<u8> = redis.get(&key).unwrap();
            assert_eq!(
                bytes.starts_with(b"HiveFore") && bytes.len() > 200,
                name == "cell",
                "{key} {garbage:?}"
            );
        }
    }
    assert_all_is_served(&replicas.apps[1]).await;
}
