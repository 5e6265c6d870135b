//! What only MET Norway does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use forecast_sources::{Answer, FailureKind, MetNorway, MetNorwayOptions, SetUpError, Source, Validator};
use tokio::sync::Semaphore;

use super::server::{Asked, Server, answer, feature, good, with};
use super::{after, berlin, in_time, met_norway, now, one, question, with_validator};

const LAST_MODIFIED: &str = "Mon, 30 Nov 2026 11:04:26 GMT";

#[tokio::test]
async fn a_place_is_asked_with_four_decimals_at_most_and_a_contact() {
    let server = Server::start(|asked| good(&asked)).await;
    let source = met_norway(&server, |_| ());
    let spot = question(52.516_278_9, 13.4);
    let Answer::Forecast(forecast) = one(&source, spot, now()).await.unwrap() else { panic!("unchanged") };
    assert_eq!(forecast.height_metres, Some(35.0));
    assert_eq!(forecast.updated_at, Some("2026-11-30T11:04:26Z".parse().unwrap()));
    assert_eq!(forecast.hours.len(), 24);
    assert_eq!(forecast.hours[0].precipitation_millimetres, Some(0.2));
    let asked = server.asked().pop().unwrap();
    assert_eq!(asked.path, "/weatherapi/locationforecast/2.0/compact");
    assert_eq!((asked.query["lat"].as_str(), asked.query["lon"].as_str()), ("52.5163", "13.4"));
    assert_eq!(asked.query.len(), 2);
    assert_eq!(asked.header("user-agent"), Some("tests/1.0 bee@example.org"));
    assert!(asked.header("accept-encoding").unwrap().contains("gzip"));
    assert_eq!(asked.header("if-modified-since"), None);
}

#[test]
fn nobody_is_asked_without_a_contact() {
    for user_agent in ["", "hivebox/0.1.0", "hivebox/0.1.0 (bees)"] {
        let error = MetNorway::new(MetNorwayOptions::new("https://api.met.no", user_agent)).unwrap_err();
        assert!(matches!(error, SetUpError::NoContact), "{error}");
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    for user_agent in ["hivebox/0.1.0 bee@example.org", "hivebox/0.1.0 (+https://example.org/bees)"] {
        assert!(MetNorway::new(MetNorwayOptions::new("https://api.met.no", user_agent)).is_ok());
    }
    let broken = MetNorwayOptions::new("https://api.met.no", "bee@example.org\r\nx: y");
    assert!(matches!(MetNorway::new(broken).unwrap_err(), SetUpError::UserAgent));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = Server::start(|asked| {
        let response = match asked.header("if-modified-since") {
            Some(LAST_MODIFIED) => answer(304, ""),
            Some(_) => answer(500, "not the exact text"),
            None => with(good(&asked), "last-modified", LAST_MODIFIED),
        };
        with(response, "expires", "Mon, 30 Nov 2026 13:04:56 GMT")
    })
    .await;
    let source = met_norway(&server, |_| ());
    let forecast = berlin(&source, now()).await.unwrap();
    assert_eq!(forecast.expires_at, after(1800));
    let Some(Validator(text)) = forecast.validator else { panic!("no validator") };
    assert_eq!(text, LAST_MODIFIED);
    let answer = one(&source, with_validator(&text), now()).await.unwrap();
    assert_eq!(answer, Answer::Unchanged { expires_at: after(1800) });
}

#[tokio::test]
async fn a_validator_that_no_header_can_hold_is_not_sent() {
    let server = Server::start(|asked| good(&asked)).await;
    let answer = one(&met_norway(&server, |_| ()), with_validator("yesterday\r\nx: y"), now()).await;
    assert!(matches!(answer, Ok(Answer::Forecast(_))), "{answer:?}");
    assert_eq!(server.asked()[0].header("if-modified-since"), None);
}

#[tokio::test]
async fn how_long_an_answer_holds_is_bounded() {
    for (expires, seconds) in [
        (None, 1800),
        (Some("soon"), 1800),
        (Some("Mon, 30 Nov 2026 12:34:57 GMT"), 600),
        (Some("Thu, 01 Jan 1970 00:00:00 GMT"), 600),
        (Some("Thu, 31 Dec 2099 23:59:59 GMT"), 6 * 3600),
    ] {
        let server = Server::start(move |asked| match expires {
            Some(expires) => with(good(&asked), "expires", expires),
            None => good(&asked),
        })
        .await;
        let forecast = berlin(&met_norway(&server, |_| ()), now()).await.unwrap();
        assert_eq!(forecast.expires_at, after(seconds), "{expires:?}");
    }
}

#[tokio::test]
async fn a_deprecated_version_works_and_is_observed() {
    let server = Server::start(|asked| answer(203, &feature(&asked).to_string())).await;
    let is_deprecated = Arc::new(Mutex::new(false));
    let log = Arc::clone(&is_deprecated);
    let observer = forecast_sources::Observer::new(move |attempt| {
        *log.lock().unwrap() = attempt.oddities.is_deprecated;
    });
    let source = met_norway(&server, |options| options.http.observer = observer);
    assert!(berlin(&source, now()).await.is_ok());
    assert!(*is_deprecated.lock().unwrap());
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_is_not_repeated_for_ten_minutes() {
    let server = Server::start(|_| answer(403, "Missing User-Agent")).await;
    let source = met_norway(&server, |_| ());
    let error = berlin(&source, now()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the source refuses us (403): check the contact in the User-Agent and the login in its address; it says \
         \"Missing User-Agent\""
    );
    assert_eq!(berlin(&source, after(590)).await.unwrap_err().kind(), FailureKind::Paused);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn throttled_without_a_time_it_waits_five_minutes() {
    let server = Server::start(|asked| if asked.number == 0 { answer(429, "") } else { good(&asked) }).await;
    let source = met_norway(&server, |_| ());
    assert_eq!(berlin(&source, now()).await.unwrap_err().kind(), FailureKind::RateLimited);
    assert_eq!(berlin(&source, after(290)).await.unwrap_err().kind(), FailureKind::Paused);
    assert!(berlin(&source, after(320)).await.is_ok());
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn places_are_asked_a_few_at_a_time_and_one_s_fault_spoils_no_other() {
    static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    static UNTIL_FOUR: Semaphore = Semaphore::const_new(0);
    let server = Server::start_async(|asked: Asked| async move {
        let under_way = UNDER_WAY.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(under_way, Ordering::SeqCst);
        if under_way >= 4 {
            UNTIL_FOUR.close();
        }
        // The first ones wait for each other, however slow the machine is; then there is time for a fifth.
        drop(UNTIL_FOUR.acquire().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
        if asked.query["lat"] == "7" { answer(400, "no") } else { good(&asked) }
    })
    .await;
    let source = met_norway(&server, |_| ());
    let questions: Vec<_> = (0..20).map(|degree| question(f64::from(degree), 13.4)).collect();
    // Two calls share the turns.
    let (first, second) = questions.split_at(10);
    let (mut answers, more) = futures_util::future::join(
        source.fetch(first, now(), in_time()),
        source.fetch(second, now(), in_time()),
    )
    .await;
    answers.extend(more);
    for (degree, answer) in answers.iter().enumerate() {
        match answer {
            Ok(Answer::Forecast(forecast)) => {
                assert_eq!(forecast.latitude_degrees.to_string(), degree.to_string());
            }
            other => assert!(degree == 7 && other.is_err(), "{degree}: {other:?}"),
        }
    }
    assert_eq!(server.asked().len(), 20);
    assert_eq!(MOST.load(Ordering::SeqCst), 4);
}
