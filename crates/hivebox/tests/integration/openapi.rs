//! The content of `/openapi.json`, compared with the API.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::app::{TestApp, TestUpstream, json};
use crate::schema::misfit;

/// Each operation of a document: path, method and description.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (&**path, &**method, operation))
    })
}

fn document() -> Value {
    serde_json::to_value(hivebox_http::document()).unwrap()
}

#[test]
fn all_operations_and_their_statuses_are_described() {
    let document = document();
    let mut text = String::new();
    for (path, method, operation) in operations(&document) {
        let statuses: Vec<&str> =
            operation["responses"].as_object().unwrap().keys().map(|key| &**key).collect();
        writeln!(text, "{} {path} → {}", method.to_uppercase(), statuses.join(" ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_operation_has_a_summary_and_examples_of_its_answers() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}: an id of another");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{method} {path}");
    }
}

#[test]
fn every_reference_has_a_target() {
    fn check(document: &Value, part: &Value) {
        match part {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                fields.values().for_each(|field| check(document, field));
            }
            Value::Array(items) => items.iter().for_each(|item| check(document, item)),
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut examples = 0;
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap().values();
        let contents = responses.filter_map(|response| response["content"].as_object()).flatten();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let described = contents.map(|(_, content)| content).chain(parameters);
        for content in described {
            let more = content["examples"].as_object().into_iter().flatten().map(|(_, more)| &more["value"]);
            for example in content.get("example").into_iter().chain(more) {
                assert_eq!(
                    misfit(&document, &content["schema"], example),
                    None,
                    "{method} {path}: {example}"
                );
                examples += 1;
            }
        }
    }
    assert!(examples > 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_get_is_answered_as_described() {
    let upstream = TestUpstream::start().await;
    let address = format!("open-meteo:{}", upstream.url);
    let app = TestApp::with(&upstream.url, &[("forecast", &address)]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let stored = json(app.post("/store").await).await;
    let boxes = json(app.get("/api/v1/boxes?limit=1").await).await;
    let id = boxes["boxes"][0]["id"].as_str().unwrap();
    let document = json(app.get("/openapi.json").await).await;
    for (path, method, operation) in operations(&document).filter(|(_, method, _)| *method == "get") {
        let query = match path {
            "/api/v1/live" => "?events=1",
            "/api/v1/chores" | "/api/v1/forecast" => "?lat=51.96&lon=7.63",
            _ => "",
        };
        let path = path
            .replace("{name}", stored["name"].as_str().unwrap())
            .replace("{id}", id)
            .replace("{z}/{x}/{y}", "6/33/21");
        let forms = operation["responses"]["200"]["content"].as_object().unwrap();
        for (media_type, content) in forms {
            let file = match media_type.split(';').next() {
                Some("text/css") => "app.css",
                Some("application/json") => "land.json",
                Some("image/svg+xml") => "icon.svg",
                Some("text/plain") => "licences.txt",
                _ => "app.js",
            };
            let asked = format!("{}{query}", path.replace("{file}", file));
            let response = app.request(&asked).header("accept", media_type).send().await.unwrap();
            let (status, headers) = (response.status(), response.headers());
            assert_eq!(status, 200, "{method} {path}");
            assert_eq!(headers["content-type"].to_str().unwrap(), media_type, "{method} {path}");
            if media_type == "application/json" {
                let body = json(response).await;
                assert_eq!(misfit(&document, &content["schema"], &body), None, "{method} {path}: {body}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_all_operations_and_loads_nothing_from_other_hosts() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let response = app.get("/docs").await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let page = response.text().await.unwrap();
    let document = document();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!("<article class=\"operation\" id=\"{id}\">")), "{method} {path}");
    }
    let ids = values(&page, " id=\"");
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id stands there twice");
    for target in values(&page, " href=\"").into_iter().chain(values(&page, " src=\"")) {
        match target.strip_prefix('#') {
            Some(id) => assert!(ids.contains(&id), "{target}"),
            None if target.starts_with("https://") => {}
            None => {
                assert!(
                    !target.starts_with('/'),
                    "{target} leaves out the prefix that a proxy may have added"
                );
                assert!(app.get(&format!("/{target}")).await.status().is_success(), "{target}");
            }
        }
    }
    assert_eq!(values(&page, " src=\""), ["dashboard/docs.js"]);
    assert_eq!(page.matches("<script").count(), 1, "an inline script");
    for taken in ["<style", " style=", " onclick=", "@import", "url("] {
        assert!(!page.contains(taken), "{taken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_an_input_for_each_parameter_and_the_example_holds_what_is_required() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let page = app.get("/docs").await.text().await.unwrap();
    let document = document();
    let mut inputs = 0;
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let label = format!("<label for=\"{id}-{name}\"><code>{name}</code></label>");
            assert!(page.contains(&label), "{method} {path}: {name}");
            let input = format!(" class=\"scripted\" id=\"{id}-{name}\" name=\"{name}\" data-in=");
            let input = page.split(&input).nth(1).unwrap().split('>').next().unwrap();
            let is_required = parameter["required"] == true;
            assert_eq!(input.contains(" required"), is_required, "{method} {path}: {name}: {input}");
            assert!(!is_required || !input.contains(" value=\"\""), "{method} {path}: {name}: {input}");
            inputs += 1;
        }
    }
    assert!(inputs > 100, "{inputs}");
    // Lists replaced the tables, which could be scrolled, but not with the keyboard.
    assert!(!page.contains("<table"));
}

/// The texts between each `begin` and the next quotation mark.
fn values<'a>(page: &'a str, begin: &str) -> Vec<&'a str> {
    page.split(begin).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}
