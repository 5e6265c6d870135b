//! What only Open-Meteo does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use forecast_sources::{Answer, FailureKind, OpenMeteo, OpenMeteoOptions, Question, SetUpError, Source};
use serde_json::{Value, json};

use super::server::{Server, answer, places, places_answer};
use super::{after, berlin, in_time, now, open_meteo, question};

/// Places along a meridian, and the temperature at each as the source says.
fn meridian(count: usize) -> Vec<Question> {
    (0..count).map(|degree| question(degree as f64 / 2.0, 13.4)).collect()
}

async fn temperatures(source: &OpenMeteo, questions: &[Question]) -> Vec<Option<f64>> {
    let answers = source.fetch(questions, now(), in_time()).await;
    let temperature = |answer| match answer {
        Ok(Answer::Forecast(forecast)) => forecast.hours.last().unwrap().air_temperature_celsius,
        _ => None,
    };
    answers.into_iter().map(temperature).collect()
}

#[tokio::test]
async fn one_place_is_answered_by_an_object_for_the_week_in_metres_per_second() {
    let server = Server::start(|asked| places_answer(&asked)).await;
    let source = open_meteo(&server, |_| ());
    let forecast = berlin(&source, now()).await.unwrap();
    assert_eq!(forecast.expires_at, after(3600));
    assert_eq!((forecast.latitude_degrees, forecast.height_metres), (52.5, Some(38.0)));
    assert_eq!(forecast.hours[1].wind_gust_metres_per_second, Some(7.5));
    let asked = server.asked().pop().unwrap();
    assert_eq!((asked.path.as_str(), asked.header("user-agent")), ("/v1/forecast", Some("tests/1.0")));
    assert!(asked.header("accept-encoding").unwrap().contains("gzip"));
    let query = |name: &str| asked.query[name].as_str();
    assert_eq!((query("latitude"), query("longitude")), ("52.5", "13.4"));
    assert_eq!((query("wind_speed_unit"), query("timeformat"), query("timezone")), ("ms", "unixtime", "GMT"));
    assert_eq!((query("forecast_days"), query("past_days")), ("8", "3"));
    assert_eq!(source.place_cost(), 1, "6 quantities of 11 days weigh as much as one");
}

#[tokio::test]
async fn many_places_are_one_request_and_answers_are_told_apart_by_their_number() {
    let server = Server::start(|asked| {
        let mut places = places(&asked);
        places.reverse();
        answer(200, &Value::Array(places).to_string())
    })
    .await;
    let source = open_meteo(&server, |_| ());
    let questions = meridian(100);
    let expected: Vec<_> = questions.iter().map(|question| Some(question.spot.latitude_degrees)).collect();
    assert_eq!(temperatures(&source, &questions).await, expected);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_place_that_is_left_out_or_odd_spoils_no_other() {
    let server = Server::start(|asked| {
        let mut places = places(&asked);
        places[1]["hourly"] = Value::Null;
        places[2] = Value::Null;
        places[3]["latitude"] = json!(-45.0);
        places[4]["hourly"]["temperature_2m"] = json!([400.0]);
        answer(200, &Value::Array(places).to_string())
    })
    .await;
    let source = open_meteo(&server, |_| ());
    let given = temperatures(&source, &meridian(6)).await;
    assert_eq!(given, [Some(0.0), None, None, None, None, Some(2.5)]);
    let answers = source.fetch(&meridian(6), now(), in_time()).await;
    assert!(answers[4].is_ok(), "its other quantities are good");
    assert_eq!(answers[2].as_ref().unwrap_err().kind(), FailureKind::NotAForecast);
}

#[tokio::test]
async fn an_error_of_one_request_spoils_no_other() {
    let server = Server::start(|asked| match asked.numbers("latitude")[0] {
        1.0 => answer(500, ""),
        _ => places_answer(&asked),
    })
    .await;
    let source = open_meteo(&server, |options| options.places_per_request = 2);
    assert_eq!(source.most_places(), 2);
    let given = temperatures(&source, &meridian(5)).await;
    assert_eq!(given, [Some(0.0), Some(0.5), None, None, Some(2.0)]);
}

#[tokio::test]
async fn no_more_places_are_asked_about_than_an_answer_can_hold() {
    let server = Server::start(|asked| places_answer(&asked)).await;
    for (max_body_bytes, most) in [(8 << 20, 341), (100_000, 4), (1, 1), (1 << 30, 1000)] {
        let source = open_meteo(&server, |options| {
            options.http.max_body_bytes = max_body_bytes;
            options.places_per_request = 5000;
        });
        assert_eq!(source.most_places(), most, "{max_body_bytes}");
    }
}

#[tokio::test]
async fn one_place_that_is_refused_is_found_and_spoils_no_other() {
    let server = Server::start(|asked| {
        if asked.numbers("latitude").contains(&18.5) {
            return answer(400, r#"{"error":true,"reason":"No data is available for this location"}"#);
        }
        places_answer(&asked)
    })
    .await;
    let source = open_meteo(&server, |_| ());
    let given = temperatures(&source, &meridian(100)).await;
    let missing: Vec<_> = (0..100).filter(|index| given[*index].is_none()).collect();
    assert_eq!(missing, [37]);
    assert!(server.asked().len() <= 15, "{}", server.asked().len());
}

#[tokio::test]
async fn a_question_that_is_always_refused_is_not_repeated_for_ever() {
    let server = Server::start(|_| answer(400, r#"{"error":true,"reason":"No such model"}"#)).await;
    let source = open_meteo(&server, |_| ());
    let answers = source.fetch(&meridian(100), now(), in_time()).await;
    assert!(server.asked().len() <= 21, "{}", server.asked().len());
    let error = answers[99].as_ref().unwrap_err();
    assert!(error.to_string().contains("No such model"), "{error}");
}

#[tokio::test]
async fn after_a_limit_it_is_asked_again_when_the_reason_says() {
    for (reason, wait_seconds) in [
        ("Minutely API request limit exceeded. Please try again in one minute.", 60),
        ("Hourly API request limit exceeded. Please try again in the next hour.", 25 * 60 + 14),
        ("Daily API request limit exceeded. Please try again tomorrow.", 11 * 3600 + 25 * 60 + 14),
    ] {
        let body = json!({"error": true, "reason": reason}).to_string();
        let server = Server::start(move |asked| match asked.number {
            0 => answer(429, &body),
            _ => places_answer(&asked),
        })
        .await;
        let source = open_meteo(&server, |_| ());
        let error = berlin(&source, now()).await.unwrap_err();
        let wait = error.retry_after(now()).unwrap();
        assert!(wait.abs_diff(Duration::from_secs(wait_seconds)) < Duration::from_secs(15), "{error}");
        assert_eq!(berlin(&source, after(wait_seconds - 20)).await.unwrap_err().kind(), FailureKind::Paused);
        assert_eq!(server.asked().len(), 1);
        assert!(berlin(&source, after(wait_seconds + 20)).await.is_ok());
    }
}

#[tokio::test]
async fn a_query_of_the_base_address_is_kept() {
    let server = Server::start(|asked| places_answer(&asked)).await;
    let base_url = format!("{}/weather/?models=icon_seamless", server.url);
    let source = open_meteo(&server, |options| options.http.base_url = base_url);
    assert!(berlin(&source, now()).await.is_ok());
    let asked = server.asked().pop().unwrap();
    assert_eq!(
        (asked.path.as_str(), asked.query["models"].as_str()),
        ("/weather/v1/forecast", "icon_seamless")
    );
}

#[tokio::test]
async fn nan_is_missing_and_oddities_are_observed() {
    let server = Server::start(|asked| {
        let mut place = places(&asked).remove(0);
        place["hourly"]["precipitation"] = json!(vec!["NAN"; 48]);
        place["hourly"]["wind_speed_10m"] = json!(vec![-3.0; 48]);
        place["hourly_units"]["wind_gusts_10m"] = "Bft".into();
        answer(200, &place.to_string().replace(r#""NAN""#, "NaN"))
    })
    .await;
    let oddities = Arc::new(Mutex::new(None));
    let log = Arc::clone(&oddities);
    let observer = forecast_sources::Observer::new(move |attempt| {
        *log.lock().unwrap() = Some(attempt.oddities.clone());
    });
    let source = open_meteo(&server, |options| options.http.observer = observer);
    let hour = berlin(&source, now()).await.unwrap().hours[13];
    assert_eq!((hour.precipitation_millimetres, hour.wind_speed_metres_per_second), (None, None));
    assert_eq!((hour.wind_gust_metres_per_second, hour.relative_humidity_percent), (None, Some(80.0)));
    let oddities = oddities.lock().unwrap().take().unwrap();
    assert_eq!(oddities.disbelieved_values, 48);
    assert_eq!(oddities.unknown_units, [r#"wind_gusts_10m in "Bft""#]);
}

#[test]
fn an_address_that_cannot_be_asked_is_refused_at_once_and_not_printed() {
    for base_url in ["", "api.open-meteo.com", "ftp://bee:s3cret@example.org", "file:///etc"] {
        let error = OpenMeteo::new(OpenMeteoOptions::new(base_url, "tests/1.0")).unwrap_err();
        assert!(matches!(error, SetUpError::BaseUrl), "{error}");
        assert!(!format!("{error:?} {error}").contains("s3cret"));
    }
}
