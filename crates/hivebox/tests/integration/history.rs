//! `/api/v1/history`.

use std::sync::Arc;

use hivebox_archive::history::CompactionLimits;
use hivebox_archive::{History, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::verdict::{Verdict, VerdictRules};
use hivebox_present::Clock;
use hivebox_refresh::bridge::add_box;
use jiff::{SignedDuration, Timestamp};
use opensensemap::{Decoder, Limits, SenseBox};
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, json, pointers};

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// What the boxes of `upstream` said at a moment.
pub(crate) fn readings(upstream: &TestUpstream, as_of: Timestamp) -> Arc<Readings> {
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: SenseBox<'_>| add_box(&mut readings, sense_box);
    for piece in upstream.sim.boxes_body_at(as_of) {
        decoder.push(&piece, &mut sink).unwrap();
    }
    decoder.finish(&mut sink).unwrap();
    readings.finish()
}

/// A moment, a box and a temperature.
type Temperature = (Timestamp, String, f64);

/// Stores what the boxes of `upstream` said at some moments, and makes it history; all temperatures that count, by when
/// they were measured and the box.
pub(crate) async fn remember(
    app: &TestApp,
    upstream: &TestUpstream,
    moments: impl Iterator<Item = Timestamp>,
) -> Vec<Temperature> {
    remember_in(&SnapshotStore::open_folder(app.folder.path()).unwrap(), upstream, moments).await
}

/// The same in a store that no service uses.
pub(crate) async fn remember_in(
    store: &SnapshotStore,
    upstream: &TestUpstream,
    moments: impl Iterator<Item = Timestamp>,
) -> Vec<Temperature> {
    let mut temperatures = Vec::new();
    for moment in moments {
        let readings = readings(upstream, moment);
        let sealed = Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin()).unwrap();
        store.put(&sealed).await.unwrap();
        let counts = readings.iter().filter(|reading| {
            reading.verdict() == Verdict::Ok
                && reading.phenomenon() == Some(Catalogue::builtin().air_temperature())
        });
        // Sensors measure to hundredths.
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        temperatures.extend(counts.map(|reading| {
            let value = rounded(reading.value().unwrap().0);
            (reading.measured_at().unwrap(), format!("{}/{}", reading.box_id(), reading.sensor_id()), value)
        }));
    }
    let limits = CompactionLimits { max_rows: u64::MAX, since: None };
    History::of(store).compact(&limits, Clock::system().now()).await.unwrap();
    temperatures.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    temperatures.dedup_by(|one, other| (one.0, &one.1) == (other.0, &other.1));
    temperatures
}

/// Every half hour of so many hours before a moment.
pub(crate) fn half_hours(hours: i32, before: Timestamp) -> impl Iterator<Item = Timestamp> {
    (0..2 * hours).map(move |half| before - SignedDuration::from_mins(30) * (2 * hours - half))
}

async fn app() -> (TestUpstream, TestApp) {
    let upstream = TestUpstream::of(60).await;
    let app = TestApp::over(&upstream).await;
    (upstream, app)
}

/// The rows of an answer: when each bucket begins, how many readings it has, and their mean.
fn rows(answer: &Value) -> Vec<(Timestamp, Timestamp, u64, Option<f64>)> {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let moment = |name: &str| at(row[name].as_str().unwrap());
        (moment("from"), moment("to"), row["count"].as_u64().unwrap(), row["mean"].as_f64())
    })
    .collect()
}

#[tokio::test]
async fn each_bucket_is_what_its_readings_come_to() {
    let (upstream, app) = app().await;
    let noon = at("2026-03-10T12:00:00Z");
    let temperatures = remember(&app, &upstream, half_hours(6, noon)).await;
    for (every, count) in [("PT1H", 12), ("PT15M", 48), ("PT40M", 18), ("all", 1)] {
        let path = format!("/api/v1/history?from=2026-03-10T02:00:00Z&to=2026-03-10T14:00:00Z&every={every}");
        let answer = app.json(&format!("{path}&percentiles=0,50,100")).await;
        let rows = rows(&answer);
        assert_eq!((rows.len(), &answer["every"]), (count, &Value::from(every)));
        assert!(rows.windows(2).all(|pair| pair[0].1 == pair[1].0), "{rows:?}");
        let mut counted = 0;
        for ((from, to, count, mean), row) in rows.into_iter().zip(answer["rows"].as_array().unwrap()) {
            let values: Vec<f64> = temperatures
                .iter()
                .filter(|(moment, ..)| (from..to).contains(moment))
                .map(|(.., value)| *value)
                .collect();
            assert_eq!(count, values.len() as u64, "{from} {to}");
            counted += count;
            if values.is_empty() {
                assert!(mean.is_none() && row["min"].is_null() && row["percentiles"][1]["value"].is_null());
                continue;
            }
            let near = |name: &str, value: f64| (row[name].as_f64().unwrap() - value).abs() < 1e-6;
            assert!((mean.unwrap() - values.iter().sum::<f64>() / values.len() as f64).abs() < 1e-6);
            assert!(near("min", values.iter().copied().fold(f64::INFINITY, f64::min)), "{row}");
            assert!(near("max", values.iter().copied().fold(f64::NEG_INFINITY, f64::max)), "{row}");
        }
        assert!(counted > 100);
    }
}

#[tokio::test]
async fn a_day_on_which_clocks_are_changed_has_23_or_25_hours() {
    let (upstream, app) = app().await;
    for (changed, next, hours) in [("2026-03-29", "2026-03-30", 23), ("2026-10-25", "2026-10-26", 25)] {
        let evening = at(&format!("{changed}T12:00:00Z"));
        remember(&app, &upstream, half_hours(2, evening)).await;
        let stretch = format!("from={changed}&to={next}&timezone=Europe/Berlin");
        let days = app.json(&format!("/api/v1/history?{stretch}&every=P1D")).await;
        let [(from, to, count, _)] = rows(&days)[..] else { panic!("{days}") };
        assert_eq!(to.duration_since(from), SignedDuration::from_hours(hours));
        assert_eq!(days["timezone"], "Europe/Berlin");
        let by_hour = rows(&app.json(&format!("/api/v1/history?{stretch}&every=PT1H")).await);
        assert_eq!(by_hour.len() as i64, hours);
        assert_eq!(by_hour.iter().map(|(.., count, _)| count).sum::<u64>(), count);
    }
}

#[tokio::test]
async fn while_nothing_is_known_there_is_an_answer_without_rows() {
    let (_upstream, app) = app().await;
    let answer = app.json("/api/v1/history").await;
    assert!(answer["through"].is_null() && answer["rows"].as_array().unwrap().is_empty(), "{answer}");
    assert_eq!(answer["every"], "PT1H");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_with_a_pointer_and_what_would_do() {
    let (_upstream, app) = app().await;
    for (query, expected) in [
        (
            "from=soon&to=2026-02-30&every=1&timezone=Berlin&percentiles=101&phenomenon=warmth&lat=91",
            &[
                "#/query/phenomenon",
                "#/query/from",
                "#/query/to",
                "#/query/every",
                "#/query/timezone",
                "#/query/lon",
                "#/query/lat",
                "#/query/percentiles",
            ][..],
        ),
        ("from=2026-03-02&to=2026-03-01", &["#/query/from"]),
        ("from=1900-01-01", &["#/query/from"]),
        ("from=2026-01-01&to=2026-02-01&every=PT1M", &["#/query/every"]),
        ("every=PT30S", &["#/query/every"]),
        ("max_age=PT1H&quality=confirmed", &["#/query/max_age", "#/query/quality"]),
    ] {
        let response = app.get(&format!("/api/v1/history?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        let problem = json(response).await;
        let mut found = pointers(&problem);
        found.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}: {problem}");
    }
    let many = app.json("/api/v1/history?from=2026-01-01&to=2026-02-01&every=PT1M").await;
    assert!(many["detail"].as_str().unwrap().contains("PT6H would do"), "{many}");
    let phenomena = "air_temperature,relative_humidity";
    let many = format!("/api/v1/history?from=2026-01-01&to=2026-01-06&every=PT1M&phenomenon={phenomena}");
    assert!(app.json(&many).await["detail"].as_str().unwrap().contains("more than 5000 buckets"));
}

#[tokio::test]
async fn all_formats_tell_the_same() {
    let (upstream, app) = app().await;
    remember(&app, &upstream, half_hours(2, at("2026-03-10T12:00:00Z"))).await;
    let path = "/api/v1/history?from=2026-03-10T09:00:00Z&to=2026-03-10T12:00:00Z&every=PT30M&percentiles=5,97.5\
                &phenomenon=air_temperature,relative_humidity&format=";
    let answer = app.json(&format!("{path}json")).await;
    let table = app.get(&format!("{path}csv")).await;
    assert_eq!(header(&table, "content-disposition"), "inline; filename=\"history.csv\"");
    let table = table.text().await.unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("from,to,phenomenon,unit,count,mean,min,max,p5,p97_5"));
    let mut told = 0;
    for (line, row) in lines.zip(answer["rows"].as_array().unwrap()) {
        let percentile = |index: usize| &row["percentiles"][index]["value"];
        let values =
            ["from", "to", "phenomenon", "unit", "count", "mean", "min", "max"].map(|name| &row[name]);
        let values: Vec<&Value> = values.into_iter().chain([percentile(0), percentile(1)]).collect();
        assert_eq!(line.split(',').count(), values.len());
        for (cell, value) in line.split(',').zip(values) {
            match value {
                Value::Null => assert_eq!(cell, ""),
                Value::String(text) => assert_eq!(cell, text),
                // What reads JSON here is off by a last digit now and then.
                value => assert!((cell.parse::<f64>().unwrap() - value.as_f64().unwrap()).abs() < 1e-9),
            }
        }
        told += 1;
    }
    assert_eq!(told, 12);
    for (format, magic) in [("parquet", &b"PAR1"[..]), ("arrow", &[0xff, 0xff, 0xff, 0xff])] {
        let bytes = app.get(&format!("{path}{format}")).await.bytes().await.unwrap();
        assert!(bytes.starts_with(magic), "{format}");
    }
}

#[tokio::test]
async fn an_answer_is_not_made_again_until_there_is_something_new() {
    let (upstream, app) = app().await;
    let noon = at("2026-03-10T12:00:00Z");
    remember(&app, &upstream, half_hours(1, noon)).await;
    let path = "/api/v1/history?from=2026-03-10&to=2026-03-11&every=PT1H";
    let first = app.request(path).header("accept-encoding", "gzip").send().await.unwrap();
    let tag = header(&first, "etag").to_owned();
    assert!(tag.ends_with("-gzip\""), "{tag}");
    assert_eq!(header(&first, "cache-control"), "no-cache", "the day goes on");
    let answered = "hivebox_queries_total{kind=\"history\",outcome=\"answered\"}";
    let before = app.metric(answered).await;
    let again = app.request(path).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()));
    assert_eq!(app.metric(answered).await, before, "it was not asked again");
    for other in ["&percentiles=50", "&timezone=Europe/Berlin", "&format=csv", "&exposure=outdoor"] {
        let other =
            app.request(&format!("{path}{other}")).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(other.status(), 200);
    }

    let next_noon = at("2026-03-11T12:00:00Z");
    remember(&app, &upstream, half_hours(1, next_noon)).await;
    let fresh = app.request(path).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(fresh.status(), 200);
    assert_eq!(header(&fresh, "cache-control"), "public, max-age=3600", "the day is over");
}

#[tokio::test]
async fn a_grouptag_stands_for_the_boxes_that_carry_it_now() {
    let (upstream, app) = app().await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let noon = at("2026-03-10T12:00:00Z");
    remember(&app, &upstream, half_hours(1, noon)).await;
    let boxes = app.json("/api/v1/boxes?limit=1000").await;
    let boxes = boxes["boxes"].as_array().unwrap();
    let tagged = boxes.iter().find(|it| it["grouptags"][0].is_string()).unwrap();
    let tag = tagged["grouptags"][0].as_str().unwrap();
    let ids: Vec<&str> = boxes
        .iter()
        .filter(|it| it["grouptags"].as_array().unwrap().iter().any(|other| other == tag))
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    let stretch = "from=2026-03-10&to=2026-03-11&every=PT1H&phenomenon=air_temperature,relative_humidity";
    let by_tag = app.json(&format!("/api/v1/history?{stretch}&grouptag={tag}")).await;
    let by_ids = app.json(&format!("/api/v1/history?{stretch}&box={}", ids.join(","))).await;
    assert_eq!(by_tag["rows"], by_ids["rows"]);
    let nobody = app.json(&format!("/api/v1/history?{stretch}&grouptag=nobody-has-this")).await;
    assert!(nobody["rows"].as_array().unwrap().is_empty());
}
