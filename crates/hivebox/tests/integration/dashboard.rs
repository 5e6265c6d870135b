//! The dashboard: its delivery and its parts. `tests/browser` checks it in a real browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use reqwest::{Response, StatusCode};

use crate::app::{TestApp, TestUpstream, header, json};
use crate::representation::decoded;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FIREFOX: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const CHROME: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;\
                      q=0.8,application/signed-exchange;v=b3;q=0.7";

async fn app() -> TestApp {
    TestApp::over(&TestUpstream::start().await).await
}

async fn accepting(app: &TestApp, path: &str, accept: &str) -> Response {
    app.request(path).header("accept", accept).send().await.unwrap()
}

/// The built files, by name.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hivebox-http/dashboard");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

#[tokio::test]
async fn an_operators_tiles_are_told_to_the_page_and_only_pictures_may_come_from_there() {
    let template = "https://tiles.example.org:8443/{z}/{x}/{y}.png?key=K";
    let settings = [("tiles", template), ("tiles-attribution", "© Bees & friends")];
    let app = TestApp::with(&TestUpstream::start().await.url, &settings).await;
    let tiles = &app.json("/api/v1/status").await["tiles"];
    assert_eq!(*tiles, serde_json::json!({ "address": template, "attribution": "© Bees & friends" }));
    let expected = POLICY.replace("data:;", "data: https://tiles.example.org:8443;");
    assert_ne!(expected, POLICY);
    for path in ["/dashboard", "/dashboard/app.js", "/dashboard/sw.js"] {
        assert_eq!(header(&app.get(path).await, "content-security-policy"), expected, "{path}");
    }
}

#[tokio::test]
async fn browsers_get_the_page_and_programs_get_json_as_before() {
    let app = app().await;
    let page = app.get("/dashboard").await;
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    for browser in [FIREFOX, CHROME, "text/html"] {
        let response = accepting(&app, "/", browser).await;
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8", "{browser}");
        assert!(header(&response, "vary").contains("accept,"), "{response:?}");
        assert_eq!(response.text().await.unwrap(), page);
    }
    for program in
        ["*/*", "application/json", "application/json, text/html;q=0.9", "text/html, application/json", ""]
    {
        let response = accepting(&app, "/", program).await;
        assert_eq!(header(&response, "content-type"), "application/json", "{program}");
        assert!(header(&response, "vary").contains("accept,"), "{response:?}");
        assert_eq!(response.text().await.unwrap(), r#"{"Status":"OK"}"#);
    }
}

#[tokio::test]
async fn each_built_file_is_served_unchanged() {
    let app = app().await;
    for (name, content) in files() {
        let path = if name == "index.html" { "/dashboard".to_owned() } else { format!("/dashboard/{name}") };
        let response = app.get(&path).await;
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        let expected = match name.rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "json" => "application/json",
            "bin" => "application/octet-stream",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            "txt" => "text/plain; charset=utf-8",
            other => panic!("{other} files have no type"),
        };
        assert_eq!(header(&response, "content-type"), expected);
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "content-security-policy"), POLICY);
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        assert_eq!(header(&response, "permissions-policy"), "geolocation=(self)");
        let tag = header(&response, "etag").to_owned();
        assert!(tag.starts_with('"'), "strong: {tag}");
        assert!(response.bytes().await.unwrap() == content, "{name} is as it was built");
        let again = app.request(&path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for encoding in ["br", "gzip"] {
            let response = app.request(&path).header("accept-encoding", encoding).send().await.unwrap();
            assert_eq!(header(&response, "content-encoding"), encoding, "{name}");
            assert!(header(&response, "etag").ends_with(&format!("-{encoding}\"")));
            assert!(decoded(encoding, &response.bytes().await.unwrap()) == content, "{name}, {encoding}");
        }
    }
    let unknown = app.get("/dashboard/index.html").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(json(unknown).await["detail"], "The dashboard has no such file.");
}

#[tokio::test]
async fn the_page_links_only_served_files_and_has_no_inline_script_or_style() {
    let app = app().await;
    let page = app.get("/dashboard").await.text().await.unwrap();
    let named = |attribute: &str| {
        let begin = format!("{attribute}=\"");
        let parts = page.split(&*begin).skip(1);
        parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (mut files, sources) = (named("href"), named("src"));
    files.extend(sources.iter().cloned());
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(app.get(&file).await.status(), StatusCode::OK, "{file}");
    }
    assert_eq!(page.matches("<script").count(), sources.len(), "each script is a file");
    assert!(!page.contains("<style") && !page.contains(" style="), "{page}");
}

#[test]
fn the_unit_tests_of_the_page_pass() {
    assert!(
        std::env::var_os("HIVEBOX_TEST_PLAYWRIGHT").is_some(),
        "the packages may be missing: run the tests by `cargo xtask test`, which installs them"
    );
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let tests = Command::new("npm").args(["run", "--silent", "test"]).current_dir(web).output().unwrap();
    assert!(
        tests.status.success(),
        "{}{}",
        String::from_utf8_lossy(&tests.stdout),
        String::from_utf8_lossy(&tests.stderr)
    );
}
