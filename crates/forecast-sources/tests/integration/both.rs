//! What both sources do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use forecast_sources::{Attempt, FailureKind, FetchError, HttpOptions, Observer, Source};

use super::server::{Asked, Server, answer, broken, good, with};
use super::{after, berlin, met_norway, now, open_meteo};

/// Both sources at a server.
fn both(server: &Server, change: impl Fn(&mut HttpOptions)) -> [Box<dyn Source>; 2] {
    [
        Box::new(open_meteo(server, |options| change(&mut options.http))),
        Box::new(met_norway(server, |options| change(&mut options.http))),
    ]
}

/// A server that fails at each second question, beginning with the first, and how both sources fare. Retries are off.
async fn fails_with(
    fault: impl Fn(&Asked) -> Response + Clone + Send + Sync + 'static,
    change: impl Fn(&mut HttpOptions),
) -> Vec<FetchError> {
    let server =
        Server::start(move |asked| if asked.number % 2 == 0 { fault(&asked) } else { good(&asked) }).await;
    let mut errors = Vec::new();
    for source in both(&server, |http| {
        http.max_retries = 0;
        change(http);
    }) {
        let name = source.facts().slug;
        errors.push(berlin(&*source, now()).await.expect_err(name));
        // Later than the longest pause after one failure.
        let forecast = berlin(&*source, after(700)).await;
        assert!(forecast.is_ok(), "{name}: {forecast:?}");
    }
    errors
}

fn kinds(errors: &[FetchError]) -> [FailureKind; 2] {
    [errors[0].kind(), errors[1].kind()]
}

type Fault = Box<dyn Fn(&Asked) -> Response + Send + Sync>;

#[tokio::test]
async fn each_fault_has_its_kind() {
    let body_of = |asked: &Asked| {
        let whole = axum::body::to_bytes(good(asked).into_body(), usize::MAX);
        let whole = futures_util::FutureExt::now_or_never(whole).unwrap().unwrap();
        String::from_utf8(whole.to_vec()).unwrap()
    };
    let half = move |asked: &Asked| {
        let body = body_of(asked);
        body[..body.len() / 2].to_owned()
    };
    let faults: Vec<(FailureKind, Fault)> = vec![
        (FailureKind::Refused, Box::new(|_| answer(400, r#"{"error":true,"reason":"No such variable"}"#))),
        (FailureKind::Refused, Box::new(|_| answer(404, "not here"))),
        (FailureKind::Refused, Box::new(|_| answer(206, "[]"))),
        (FailureKind::Forbidden, Box::new(|_| answer(403, "no contact"))),
        (FailureKind::RateLimited, Box::new(|_| answer(429, ""))),
        (FailureKind::Unavailable, Box::new(|_| answer(503, "<html>busy</html>"))),
        (FailureKind::Redirect, Box::new(|_| with(answer(302, ""), "location", "http://127.0.0.1:1/"))),
        (FailureKind::Truncated, Box::new(move |asked| answer(200, &half(asked)))),
        (
            FailureKind::Truncated,
            Box::new(move |asked| {
                let said = "Unexpected error while streaming data: no such file";
                answer(200, &format!("{}{said}", half(asked)))
            }),
        ),
        (FailureKind::Truncated, Box::new(|_| answer(200, ""))),
        (FailureKind::NotAForecast, Box::new(|_| answer(200, "<html>Welcome</html>"))),
        (FailureKind::NotAForecast, Box::new(|_| answer(200, "{}"))),
        (FailureKind::NotAForecast, Box::new(|_| answer(200, r#"{"error":true,"reason":"x"}"#))),
        (FailureKind::NotAForecast, Box::new(|_| answer(304, ""))),
        (FailureKind::Broken, Box::new(move |asked| broken(&half(asked)))),
        (FailureKind::Broken, Box::new(|_| with(answer(200, "no gzip"), "content-encoding", "gzip"))),
        (FailureKind::TooLarge, Box::new(|_| answer(200, &" ".repeat(100_001)))),
    ];
    for (kind, fault) in faults {
        let fault: Arc<Fault> = Arc::new(fault);
        let errors = fails_with(move |asked| fault(asked), |http| http.max_body_bytes = 100_000).await;
        assert_eq!(kinds(&errors), [kind; 2], "{errors:?}");
        for error in errors {
            assert!(!error.to_string().contains("127.0.0.1"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_bomb_of_gzip_is_too_large() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut gzip, &vec![b' '; 9 << 20]).unwrap();
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 10_000);
    let fault = move |_: &Asked| with(Response::new(Body::from(bomb.clone())), "content-encoding", "gzip");
    assert_eq!(kinds(&fails_with(fault, |_| ()).await), [FailureKind::TooLarge; 2]);
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let server = Server::start_async(|_| std::future::pending()).await;
    for source in both(&server, |http| {
        http.max_retries = 0;
        http.attempt_timeout = Duration::from_millis(50);
    }) {
        let error = berlin(&*source, now()).await.unwrap_err();
        assert_eq!(error.kind(), FailureKind::Timeout);
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    for (status, attempts) in [(503, 3), (500, 3), (408, 3), (400, 1), (403, 1), (302, 1), (429, 1)] {
        let server = Server::start(move |_| answer(status, "")).await;
        for (number, source) in both(&server, |_| ()).iter().enumerate() {
            let error = berlin(&**source, now()).await.unwrap_err();
            assert_eq!(server.asked().len(), attempts * (number + 1), "{status}: {error}");
        }
    }
}

#[tokio::test]
async fn a_fault_that_passes_costs_no_answer_and_is_observed() {
    let server = Server::start(|asked| match asked.number {
        0 => with(answer(503, ""), "retry-after", "0"),
        1 => broken("["),
        _ => good(&asked),
    })
    .await;
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&attempts);
    let observer = Observer::new(move |attempt: &Attempt| log.lock().unwrap().push(attempt.clone()));
    let source = open_meteo(&server, |options| options.http.observer = observer);
    berlin(&source, now()).await.unwrap();
    let failures: Vec<_> = attempts.lock().unwrap().iter().map(|attempt| attempt.failure).collect();
    assert_eq!(failures, [Some(FailureKind::Unavailable), Some(FailureKind::Broken), None]);
    let last = attempts.lock().unwrap().pop().unwrap();
    assert!(last.body_bytes > 1000 && last.places == 1, "{last:?}");
}

#[tokio::test]
async fn after_failures_in_a_row_nothing_is_sent_for_a_minute() {
    let server =
        Server::start(|asked| if asked.number % 7 < 5 { answer(500, "") } else { good(&asked) }).await;
    for (number, source) in both(&server, |http| http.max_retries = 4).iter().enumerate() {
        assert!(berlin(&**source, now()).await.is_err());
        let error = berlin(&**source, after(30)).await.unwrap_err();
        let FetchError::Paused { retry_at } = error else { panic!("{error}") };
        assert!((after(60)..after(75)).contains(&retry_at), "{retry_at}");
        assert_eq!(
            error.retry_after(after(30)),
            Some(Duration::try_from(retry_at.duration_since(after(30))).unwrap())
        );
        assert_eq!(server.asked().len(), number * 7 + 5, "nothing was sent");
        assert!(berlin(&**source, after(75)).await.is_ok());
        assert!(berlin(&**source, after(76)).await.is_ok());
    }
}

#[tokio::test]
async fn a_long_retry_after_is_heeded_by_later_questions() {
    for status in [429, 503] {
        let server = Server::start(move |asked| match asked.number % 2 {
            0 => with(answer(status, ""), "retry-after", "600"),
            _ => good(&asked),
        })
        .await;
        for source in both(&server, |_| ()) {
            let error = berlin(&*source, now()).await.unwrap_err();
            assert!(error.retry_after(now()).unwrap() >= Duration::from_mins(10), "{error}");
            let asked = server.asked().len();
            assert_eq!(berlin(&*source, after(590)).await.unwrap_err().kind(), FailureKind::Paused);
            assert_eq!(server.asked().len(), asked);
            assert!(berlin(&*source, after(630)).await.is_ok());
        }
    }
}

#[tokio::test]
async fn another_request_that_succeeds_does_not_take_back_a_pause() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let until_open = Arc::clone(&gate);
    let server = Server::start_async(move |asked| {
        let gate = Arc::clone(&until_open);
        async move {
            if asked.number % 2 == 1 {
                return with(answer(429, ""), "retry-after", "600");
            }
            gate.acquire().await.unwrap().forget();
            good(&asked)
        }
    })
    .await;
    for (number, source) in both(&server, |_| ()).iter().enumerate() {
        let slow = berlin(&**source, now());
        let refused = async {
            while server.asked().len() < number * 2 + 1 {
                tokio::task::yield_now().await;
            }
            let refused = berlin(&**source, now()).await;
            gate.add_permits(1);
            refused
        };
        let (slow, refused) = futures_util::future::join(slow, refused).await;
        assert_eq!((slow.is_ok(), refused.unwrap_err().kind()), (true, FailureKind::RateLimited));
        assert_eq!(berlin(&**source, after(590)).await.unwrap_err().kind(), FailureKind::Paused);
        assert_eq!(server.asked().len(), number * 2 + 2, "nothing was sent");
    }
}

#[tokio::test]
async fn at_the_deadline_what_has_arrived_counts() {
    let server = Server::start_async(|asked: Asked| async move {
        let latitude = asked.query.get("lat").or(asked.query.get("latitude")).unwrap();
        match latitude.split(',').next() {
            Some("0" | "1" | "2") => good(&asked),
            _ => std::future::pending().await,
        }
    })
    .await;
    let questions: Vec<_> = (0..10).map(|degree| super::question(f64::from(degree), 13.4)).collect();
    let open_meteo = open_meteo(&server, |options| options.places_per_request = 3);
    let met_norway = met_norway(&server, |_| ());
    let sources: [(&dyn Source, usize, usize); 2] = [(&open_meteo, 3, 3), (&met_norway, 3, 4)];
    for (source, given, late) in sources {
        // Long enough for three answers on a busy machine.
        let deadline = tokio::time::Instant::now() + Duration::from_secs(2);
        let answers = source.fetch(&questions, now(), deadline).await;
        let kinds: Vec<_> =
            answers.iter().map(|answer| answer.as_ref().err().map(FetchError::kind)).collect();
        let expected = |index| match index {
            _ if index < given => None,
            _ if index < given + late => Some(FailureKind::Timeout),
            _ => Some(FailureKind::NotAsked),
        };
        assert_eq!(kinds, (0..10).map(expected).collect::<Vec<_>>(), "{}", source.facts().slug);
    }
}

#[tokio::test]
async fn no_place_on_earth_is_not_asked() {
    let server = Server::start(|asked| good(&asked)).await;
    for source in both(&server, |_| ()) {
        for (latitude, longitude) in [(90.5, 0.0), (0.0, 181.0), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            let answer = super::one(&*source, super::question(latitude, longitude), now()).await;
            assert_eq!(answer.unwrap_err().kind(), FailureKind::NoPlace);
        }
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn a_login_is_sent_and_never_printed() {
    let server = Server::start(|_| answer(500, "")).await;
    let url = format!("{}/own?key=s3cret", server.url.replace("://", "://bee:s3cret@"));
    for source in both(&server, |http| http.base_url = url.clone()) {
        let error = berlin(&*source, now()).await.unwrap_err();
        assert!(!format!("{source:?} {error:?}").contains("s3cret"));
    }
    for asked in server.asked() {
        assert_eq!(asked.header("authorization"), Some("Basic YmVlOnMzY3JldA=="));
        assert_eq!(asked.query["key"], "s3cret");
        assert!(asked.path.starts_with("/own/"), "{}", asked.path);
    }
    let unreachable = "http://bee:s3cret@127.0.0.1:1";
    for source in both(&server, |http| http.base_url = unreachable.into()) {
        let error = berlin(&*source, now()).await.unwrap_err();
        assert_eq!(error.kind(), FailureKind::Connect);
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}
