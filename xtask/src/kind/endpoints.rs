//! Every endpoint that the README lists.

use anyhow::{Context, Result};
use serde_json::Value;

use super::ask::{Answer, ask};
use crate::step;
use crate::workspace::Workspace;

/// What was stored while testing.
#[derive(Debug)]
pub(super) struct Stored {
    name: String,
    /// The path of the object in the store.
    pub(super) object: String,
    bytes: u64,
}

const PARQUET: &str = "application/vnd.apache.parquet";

/// Asks all of them, up to the first that answers wrongly.
pub(super) fn test(workspace: &Workspace, url: &str) -> Result<Stored> {
    step::heading(&format!("Every endpoint of {url}"));
    let get = |path: &str| {
        eprintln!("GET {path}");
        ask(workspace, url, path, &[])
    };
    says(&get("/health")?, "status", "OK")?;
    says(&get("/livez")?, "status", "alive")?;
    get("/readyz")?.json()?;
    let root = ask(workspace, url, "/", &["--header", "Accept: application/json"])?;
    says(&root, "Status", "OK")?;
    let version = get("/version")?;
    version.should(version.json()?["Version"].is_string(), "tell a version")?;
    for path in ["/temperature", "/api/temperature"] {
        temperature(&get(path)?)?;
    }
    metrics(&get("/metrics")?)?;
    let stored = store(workspace, url)?;
    snapshots(workspace, url, &stored)?;
    let missing = get("/no/such/path")?;
    missing.expect(404, "application/problem+json")?;
    Ok(stored)
}

fn says(answer: &Answer, key: &str, value: &str) -> Result<()> {
    answer.should(answer.json()?[key] == value, &format!("say {value} under {key}"))
}

fn temperature(answer: &Answer) -> Result<()> {
    let told = answer.json()?;
    let average = told["Average temperature"].as_f64();
    answer.should(average.is_some_and(|average| (-90.0..60.0).contains(&average)), "have an average")?;
    answer.should(told["status"].as_str().is_some_and(|word| !word.is_empty()), "have a word for it")
}

fn metrics(answer: &Answer) -> Result<()> {
    answer.expect(200, "text/plain")?;
    answer.should(answer.text().contains("\nhivebox_answers_total{"), "count answers")
}

/// Stores by all ways there are. Stores within the same second are one, so all must have a name alone.
fn store(workspace: &Workspace, url: &str) -> Result<Stored> {
    let mut last = Value::Null;
    for (method, path) in
        [("GET", "/store"), ("GET", "/api/store"), ("POST", "/api/store"), ("POST", "/store")]
    {
        eprintln!("{method} {path}");
        let answer = ask(workspace, url, path, &["--request", method])?;
        last = answer.json()?;
        answer.should(last["rows"].as_u64() > Some(0), "store rows")?;
    }
    let text = |key: &str| last[key].as_str().map(str::to_owned);
    let stored =
        || Some(Stored { name: text("name")?, object: text("object")?, bytes: last["bytes"].as_u64()? });
    let stored = stored().with_context(|| format!("/store does not tell what was stored: {last}"))?;
    eprintln!("stored {} ({} bytes)", stored.object, stored.bytes);
    Ok(stored)
}

/// Reads back what was stored. With many replicas, another one answers than the one that stored.
fn snapshots(workspace: &Workspace, url: &str, stored: &Stored) -> Result<()> {
    let get = |path: &str| {
        eprintln!("GET {path}");
        ask(workspace, url, path, &[])
    };
    let list = get("/api/v1/snapshots?limit=5")?;
    let listed = list.json()?;
    let mut names = listed["snapshots"].as_array().into_iter().flatten().map(|snapshot| &snapshot["name"]);
    list.should(names.any(|name| *name == stored.name), &format!("list {}", stored.name))?;
    let path = format!("/api/v1/snapshots/{}", stored.name);
    let parquet = get(&path)?;
    parquet.expect(200, PARQUET)?;
    parquet.should(parquet.body.len() as u64 == stored.bytes, "be as long as what was stored")?;
    parquet.should(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"), "be Parquet")?;
    let json = get(&format!("{path}?format=json"))?;
    json.should(json.json()?.as_array().is_some_and(|rows| !rows.is_empty()), "have rows")?;
    let csv = get(&format!("{path}?format=csv"))?;
    csv.expect(200, "text/csv")?;
    csv.should(csv.text().lines().count() > 1, "have a header and rows")
}
