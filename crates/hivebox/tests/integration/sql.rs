//! `/api/v1/sql`, and how questions about the past are kept within bounds.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::app::{PATIENCE, TestApp, TestUpstream, eventually, header, json as json_of};
use crate::history::{half_hours, remember};

/// Goes on for hours, in hardly any memory.
const ENDLESS: &str = "select count(*) from readings a, readings b, readings c, readings d \
                       where a.value + b.value > c.value + d.value";
const JSON: &str = "application/json";
const ANSWERED: &str = "hivebox_queries_total{kind=\"sql\",outcome=\"answered\"}";
const CANCELLED: &str = "hivebox_queries_total{kind=\"sql\",outcome=\"cancelled\"}";

async fn app(settings: &[(&str, &str)]) -> (TestUpstream, TestApp) {
    let upstream = TestUpstream::of(60).await;
    let app = TestApp::with(&upstream.url, &[settings, &[("sql", "on")]].concat()).await;
    remember(&app, &upstream, half_hours(2, "2026-03-10T12:00:00Z".parse().unwrap())).await;
    (upstream, app)
}

fn asks(app: &TestApp, sql: &str) -> RequestBuilder {
    asks_for(app, sql, "json")
}

fn asks_for(app: &TestApp, sql: &str, format: &str) -> RequestBuilder {
    let url = format!("http://{}/api/v1/sql?format={format}", app.address);
    crate::app::client().post(url).header("content-type", JSON).body(json!({ "sql": sql }).to_string())
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
async fn sql_goes_in_any_format() {
    let (_upstream, app) = app(&[]).await;
    let sql = "select phenomenon, count(*) as readings from readings group by phenomenon order by phenomenon";
    let rows = json_of(ask(&app, sql).await).await["rows"].clone();
    assert!(rows.as_array().unwrap().len() > 1);
    assert_eq!(header(&ask(&app, sql).await, "cache-control"), "no-store");
    let csv = asks_for(&app, sql, "csv").send().await.unwrap().text().await.unwrap();
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
        let response = asks_for(&app, sql, format).send().await.unwrap();
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
    for (body, content_type, status) in [
        ("{\"sql\": \"\"}", JSON, 400),
        ("{\"sql\": 1}", JSON, 400),
        ("select 1", "image/png", 415),
        ("select 1", "application/x-www-form-urlencoded", 415),
    ] {
        let url = format!("http://{}/api/v1/sql", app.address);
        let request = crate::app::client().post(url).header("content-type", content_type).body(body);
        problem(request.send().await.unwrap(), status).await;
    }
    problem(ask(&app, &" ".repeat(20 << 10)).await, 413).await;
    let count = json_of(ask(&app, "select count(*) as count from boxes").await).await;
    assert!(count["rows"][0]["count"].as_u64().unwrap() > 0, "all is as it was: {count}");
}

#[tokio::test]
async fn no_page_of_another_origin_can_ask_sql_or_read_its_answer() {
    let (_upstream, app) = app(&[]).await;
    let url = format!("http://{}/api/v1/sql", app.address);
    let from_elsewhere = |request: RequestBuilder| request.header("origin", "https://example.org");
    // Browsers send this without asking the server.
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let request = crate::app::client().post(&url).header("content-type", content_type).body("select 1");
        let refused = from_elsewhere(request).send().await.unwrap();
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{content_type}");
        let detail = problem(refused, 415).await;
        assert!(detail.contains("Content-Type: application/json"), "{detail}");
    }
    // Before JSON they ask, and are not allowed.
    let preflight = crate::app::client()
        .request(reqwest::Method::OPTIONS, &url)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let preflight = from_elsewhere(preflight).send().await.unwrap();
    assert_eq!(preflight.status(), 405);
    let answer = from_elsewhere(asks(&app, "select 1 as one")).send().await.unwrap();
    for headers in [preflight.headers(), answer.headers()] {
        assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
    }
    assert_eq!(json_of(answer).await["rows"][0]["one"], 1, "programs are no pages");
}

#[tokio::test]
async fn sql_that_is_escaped_counts_as_what_it_says() {
    let (_upstream, app) = app(&[]).await;
    let padded = |bytes: usize| format!("select 1 as one {}", " ".repeat(bytes));
    let escaped = |sql: &str| {
        let letters = sql.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<Vec<_>>().concat();
        format!("{{\"sql\":\"{letters}\"}}")
    };
    let url = format!("http://{}/api/v1/sql", app.address);
    for (length, status) in [(16_000, 200), (17_000, 413)] {
        let request =
            crate::app::client().post(&url).header("content-type", JSON).body(escaped(&padded(length)));
        assert_eq!(request.send().await.unwrap().status(), status, "{length}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_answer_is_broken_off() {
    let (_upstream, app) = app(&[("sql-rows", "20000")]).await;
    let rows = |count: usize| format!("select value from generate_series(1, {count}) as t(value)");
    for format in ["json", "csv", "parquet", "arrow"] {
        let ask = async |count| asks_for(&app, &rows(count), format).send().await.unwrap();
        assert!(ask(20_000).await.bytes().await.is_ok(), "{format}");
        let cut = ask(20_001).await;
        assert_eq!(cut.status(), 200, "the rows were on their way");
        let read = cut.bytes().await;
        assert!(read.is_err(), "{format}: {} bytes look whole", read.unwrap().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_take_gigabytes_or_minutes_to_plan_is_refused_in_time_and_leaves_room() {
    let (_upstream, app) = app(&[]).await;
    let unions = |levels: usize| {
        let of = |n: usize| if n == 0 { "readings".to_owned() } else { format!("a{}", n - 1) };
        let all =
            (0..levels).map(|n| format!("a{n} as (select * from {0} union all select * from {0})", of(n)));
        format!("with {} select count(*) from a{}", all.collect::<Vec<_>>().join(", "), levels - 1)
    };
    for sql in ["select length(repeat('a', 1000000000))".into(), unions(17)] {
        let detail = problem(ask(&app, &sql).await, 422).await;
        assert!(detail.contains("query-memory") || detail.contains("fewer joins"), "{detail}");
        assert_eq!(app.get("/api/v1/history").await.status(), 200);
    }
    let detail = problem(ask(&app, "select 9223372036854775807 + 1").await, 400).await;
    assert!(detail.contains("9223372036854775808"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_sql_is_worked_on_temperature_and_history_answer_and_other_sql_waits_or_is_turned_away() {
    let (_upstream, app) = app(&[("query-waiting", "1")]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let working = tokio::spawn(asks(&app, ENDLESS).send());
    app.until_metric("hivebox_queries_running", 1.0).await;
    let waiting = tokio::spawn(asks(&app, "select 1 as one").send());
    app.until_metric("hivebox_queries_waiting", 1.0).await;
    let busy = ask(&app, "select 1").await;
    assert!(busy.headers().contains_key("retry-after"));
    problem(busy, 503).await;
    assert_eq!(app.metric("hivebox_queries_total{kind=\"sql\",outcome=\"busy\"}").await, 1.0);
    assert_eq!(app.get("/api/v1/history").await.status(), 200);
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
