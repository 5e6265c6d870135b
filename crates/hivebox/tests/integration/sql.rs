//! `/api/v1/sql`, and how questions about the past are kept within bounds.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::app::{PATIENCE, TestApp, TestUpstream, eventually, header, json as json_of};
use crate::history::{half_hours, remember};

/// Goes on for hours, in hardly any memory.
const ENDLESS: &str = "select count(*) from readings a, readings b, readings c, readings d \
                       where a.value + b.value > c.value + d.value";
const ANSWERED: &str = "hivebox_queries_total{kind=\"sql\",outcome=\"answered\"}";
const CANCELLED: &str = "hivebox_queries_total{kind=\"sql\",outcome=\"cancelled\"}";

async fn app(settings: &[(&str, &str)]) -> (TestUpstream, TestApp) {
    let upstream = TestUpstream::of(60).await;
    let app = TestApp::with(&upstream.url, &[settings, &[("sql", "on")]].concat()).await;
    remember(&app, &upstream, half_hours(2, "2026-03-10T12:00:00Z".parse().unwrap())).await;
    (upstream, app)
}

fn asks(app: &TestApp, sql: &str) -> RequestBuilder {
    let url = format!("http://{}/api/v1/sql", app.address);
    crate::app::client().post(url).header("content-type", "text/plain").body(sql.to_owned())
}

async fn ask(app: &TestApp, sql: &str) -> Response {
    asks(app, sql).send().await.unwrap()
}

async fn problem(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    json_of(response).await["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sql_is_off_unless_it_is_switched_on() {
    let upstream = TestUpstream::of(60).await;
    let app = TestApp::over(&upstream).await;
    let detail = problem(ask(&app, "select 1").await, 403).await;
    assert!(detail.contains("HIVEBOX_SQL=on"), "{detail}");
    assert_eq!(app.get("/api/v1/sql").await.status(), 405);
}

#[tokio::test]
async fn sql_tells_what_history_tells() {
    let (_upstream, app) = app(&[]).await;
    let history = app.json("/api/v1/history?from=2026-03-10&to=2026-03-11&every=all").await;
    let row = &history["rows"][0];
    let sql = "select count(*) as count, avg(value) as mean, min(value) as min, max(value) as max from readings \
               where phenomenon = 'air_temperature' and verdict = 'ok'";
    let answer = json_of(ask(&app, sql).await).await;
    let told = &answer["rows"][0];
    assert_eq!(told["count"], row["count"]);
    for name in ["mean", "min", "max"] {
        let off = told[name].as_f64().unwrap() - row[name].as_f64().unwrap();
        assert!(off.abs() < 1e-6, "{name}: {told} {row}");
    }
    let hours =
        "select sum(count) as count from hourly where phenomenon = 'air_temperature' and cell is null";
    assert_eq!(json_of(ask(&app, hours).await).await["rows"][0]["count"], row["count"]);
    assert_eq!(app.metric(ANSWERED).await, 2.0);
}

#[tokio::test]
async fn sql_comes_as_text_or_json_and_goes_in_any_format() {
    let (_upstream, app) = app(&[]).await;
    let sql = "select phenomenon, count(*) as readings from readings group by phenomenon order by phenomenon";
    let rows = json_of(ask(&app, sql).await).await["rows"].clone();
    assert!(rows.as_array().unwrap().len() > 1);
    let url = format!("http://{}/api/v1/sql", app.address);
    let body = json!({ "sql": sql }).to_string();
    let by_json = crate::app::client().post(&url).header("content-type", "application/json").body(body);
    let by_json = by_json.send().await.unwrap();
    assert_eq!(header(&by_json, "cache-control"), "no-store");
    assert_eq!(json_of(by_json).await["rows"], rows);
    let csv = asks(&app, sql).header("accept", "text/csv").send().await.unwrap().text().await.unwrap();
    let expected: Vec<String> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{},{}", row["phenomenon"].as_str().unwrap_or_default(), row["readings"]))
        .collect();
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [&["phenomenon,readings".to_owned()], &expected[..]].concat()
    );
    for (format, magic) in [("parquet", &b"PAR1"[..]), ("arrow", &[0xff, 0xff, 0xff, 0xff])] {
        let client = crate::app::client();
        let response = client.post(format!("{url}?format={format}")).body(sql).send().await.unwrap();
        assert_eq!(header(&response, "content-disposition"), format!("inline; filename=\"sql.{format}\""));
        assert!(response.bytes().await.unwrap().starts_with(magic), "{format}");
    }
}

#[tokio::test]
async fn only_what_reads_the_history_is_answered() {
    let (_upstream, app) = app(&[]).await;
    let passwd = "select * from '/etc/passwd'";
    for sql in [
        "drop table readings",
        "insert into boxes select * from boxes",
        "create table copy as select * from boxes",
        "create external table files stored as csv location '/etc/passwd'",
        "copy boxes to '/tmp/boxes.csv'",
        "set datafusion.execution.target_partitions = 64",
        "select 1; select 2",
        "select nothing from readings",
        "select * from elsewhere",
        "selekt",
        passwd,
    ] {
        let detail = problem(ask(&app, sql).await, 400).await;
        assert!(!detail.contains("root:"), "{sql}: {detail}");
    }
    for (body, content_type, status) in
        [("", "text/plain", 400), ("select 1", "image/png", 415), ("{\"sql\": 1}", "application/json", 400)]
    {
        let url = format!("http://{}/api/v1/sql", app.address);
        let request = crate::app::client().post(url).header("content-type", content_type).body(body);
        problem(request.send().await.unwrap(), status).await;
    }
    problem(ask(&app, &" ".repeat(20 << 10)).await, 413).await;
    let count = json_of(ask(&app, "select count(*) as count from boxes").await).await;
    assert!(count["rows"][0]["count"].as_u64().unwrap() > 0, "all is as it was: {count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_question_is_worked_on_temperature_answers_and_others_wait_or_are_turned_away() {
    let (_upstream, app) = app(&[("query-waiting", "1")]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let working = tokio::spawn(asks(&app, ENDLESS).send());
    app.until_metric("hivebox_queries_running", 1.0).await;
    let waiting = tokio::spawn(app.request("/api/v1/history").send());
    app.until_metric("hivebox_queries_waiting", 1.0).await;
    let busy = app.get("/api/v1/history").await;
    assert!(busy.headers().contains_key("retry-after"));
    problem(busy, 503).await;
    assert_eq!(app.metric("hivebox_queries_total{kind=\"history\",outcome=\"busy\"}").await, 1.0);
    for _ in 0..200 {
        assert_eq!(app.get("/temperature").await.status(), 200);
    }
    assert!(!working.is_finished() && !waiting.is_finished());
    // The client goes away: its question goes with it, and the next has its turn.
    working.abort();
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    app.until_metric(CANCELLED, 1.0).await;
    eventually("nothing to be left", async || app.metric("hivebox_queries_running").await == 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_or_too_much_memory_is_given_up_with_advice() {
    let (_upstream, app) = app(&[("query-timeout", "1s"), ("query-memory", "16777216")]).await;
    let detail = problem(ask(&app, ENDLESS).await, 504).await;
    assert!(detail.contains("longer than 1 s") && detail.contains("shorter time range"), "{detail}");
    let large = "select a.sensor_id, b.box_id, c.measured_at from readings a, readings b, readings c \
                 order by a.value + b.value + c.value, b.sensor_id, a.box_id";
    let response = ask(&app, large).await;
    assert!([422, 504].contains(&response.status().as_u16()), "{response:?}");
    let answer: Value = json_of(ask(&app, "select count(*) as count from boxes").await).await;
    assert!(answer["rows"][0]["count"].is_u64(), "nothing is left of them: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_waits_for_no_question() {
    let (_upstream, app) = app(&[("query-timeout", "10m"), ("shutdown-grace", "10m")]).await;
    let working = tokio::spawn(asks(&app, ENDLESS).send());
    app.until_metric("hivebox_queries_running", 1.0).await;
    let started = Instant::now();
    assert!(app.stop().await, "all could be finished");
    assert!(started.elapsed() < PATIENCE, "a question may take twice as long");
    assert_eq!(working.await.unwrap().unwrap().status(), 503);
}
