//! Tests the API against /openapi.json, with a tool that knows nothing else of the API.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::{TestApp, TestUpstream};

/// A stream never ends unless a parameter limits it.
const CONFIG: &str = r#"
hooks = "hooks.py"

[[operations]]
include-path = "/api/v1/live"
parameters = { "query.events" = 1 }
"#;
/// OpenAPI cannot say which parameters need another one beside them: a latitude without a longitude is
/// refused, though each alone is as described. Nor that a stretch of time ends after it began and has a bound of
/// buckets, that a box of coordinates has its south below its north, or which time zones there are; nor what is SQL.
const HOOKS: &str = r#"
import re

import schemathesis

PLACE = ("lat", "lon")
SQL = "select phenomenon, count(*) as readings from readings group by phenomenon"
MOMENT = re.compile(r"20[0-9]{2}-.*|-?PT?[0-9]+[DWMH]|[0-9]+ ?[hdw]")


def shorten(query):
    for name in ("from", "to"):
        if isinstance(query.get(name), str) and MOMENT.fullmatch(query[name]):
            query[name] = {"from": "-P2D", "to": "PT1H"}[name]
    if isinstance(query.get("every"), str) and re.fullmatch(r"PT[0-9]+M", query["every"]):
        query["every"] = "PT45M"
    if isinstance(query.get("timezone"), str) and query["timezone"]:
        query["timezone"] = "Europe/Berlin"


def upright(bbox):
    """The same numbers with the south below the north, if these are numbers at all."""
    try:
        west, south, east, north = (float(number) for number in bbox.split(","))
    except ValueError:
        return bbox
    if south <= north:
        return bbox
    west, south, east, north = bbox.split(",")
    return ",".join((west, north, east, south))


def with_sql(body):
    if isinstance(body, str) and body:
        return SQL
    if isinstance(body, dict) and isinstance(body.get("sql"), str):
        return {**body, "sql": SQL}
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path.endswith("/sql"):
        case.body = with_sql(case.body)
    if not case.query or case.path.endswith(("/chores", "/forecast")):
        return
    if isinstance(case.query.get("bbox"), str):
        case.query["bbox"] = upright(case.query["bbox"])
    if case.path.endswith("/history"):
        shorten(case.query)
    given = [name for name in PLACE if name in case.query]
    if len(given) == 1:
        case.query.update({name: "7.5" for name in PLACE if name not in given})
    if not given:
        for name in ("radius_km", "height"):
            case.query.pop(name, None)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_behaves_as_described() {
    let upstream = TestUpstream::start().await;
    let address = format!("open-meteo:{}", upstream.url);
    let settings = [("rate-limit", "off"), ("sql", "on"), ("forecast", &address), ("forecast-budget", "off")];
    let app = TestApp::with(&upstream.url, &settings).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    // The tool needs a snapshot to request.
    assert!(app.post("/store").await.status().is_success());
    let description = format!("http://{}/openapi.json", app.address);
    let mut command = schemathesis(app.folder.path());
    command
        .args([
            "run",
            &description,
            "--include-path-regex",
            ".",
            "--checks",
            "all",
            "--max-examples",
            "30",
            "--seed",
            "1",
        ])
        .args(["--workers", "2", "--request-timeout", "20", "--continue-on-failure"]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let answered = app.metric("hivebox_queries_total{kind=\"sql\",outcome=\"answered\"}").await;
    assert!(answered > 0.0, "no SQL was answered");
}

fn schemathesis(folder: &Path) -> Command {
    let Some(program) = std::env::var_os("HIVEBOX_TEST_SCHEMATHESIS") else {
        panic!("HIVEBOX_TEST_SCHEMATHESIS is not set: run the tests by `cargo xtask test`, which sets it");
    };
    let config = folder.join("schemathesis.toml");
    std::fs::write(&config, CONFIG).unwrap();
    std::fs::write(folder.join("hooks.py"), HOOKS).unwrap();
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).arg("--config-file").arg(config);
    command.env("NO_COLOR", "1").env("NO_PROXY", "127.0.0.1");
    command
}
