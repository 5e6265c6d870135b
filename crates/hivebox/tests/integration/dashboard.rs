//! The dashboard: how it is served, and that people can use it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::{Response, StatusCode};

use crate::app::{TestApp, TestUpstream, header, json};
use crate::commands::{Running, hivebox};
use crate::representation::decoded;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FIREFOX: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const CHROME: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;\
                      q=0.8,application/signed-exchange;v=b3;q=0.7";

async fn app() -> TestApp {
    TestApp::over(&TestUpstream::start().await).await
}

async fn accepting(app: &TestApp, path: &str, accept: &str) -> Response {
    app.request(path).header("accept", accept).send().await.unwrap()
}

/// The files as they were built, by their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboard");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_browser_gets_the_page_and_programs_get_what_they_always_got() {
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
async fn each_file_that_was_built_is_served_as_it_is() {
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
            "svg" => "image/svg+xml",
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
        assert_eq!(response.bytes().await.unwrap(), content, "{name}");
        let again = app.request(&path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for encoding in ["br", "gzip"] {
            let response = app.request(&path).header("accept-encoding", encoding).send().await.unwrap();
            assert_eq!(header(&response, "content-encoding"), encoding, "{name}");
            assert!(header(&response, "etag").ends_with(&format!("-{encoding}\"")));
            assert_eq!(decoded(encoding, &response.bytes().await.unwrap()), content, "{name}");
        }
    }
    let unknown = app.get("/dashboard/index.html").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(json(unknown).await["detail"], "The dashboard has no such file.");
}

#[tokio::test]
async fn the_page_names_only_what_is_served_and_has_no_script_or_style_inside() {
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

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web")
}

fn given(variable: &str) -> String {
    let value = std::env::var(variable).ok();
    value.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests by `cargo xtask test`, which sets it")
    })
}

/// Runs a command in `web/`, and fails with all that it says.
fn succeed(command: &mut Command) {
    // It stands for the packages, which are installed with it.
    given("HIVEBOX_TEST_PLAYWRIGHT");
    let output = command.current_dir(web()).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_parts_of_the_page_do_what_they_should() {
    succeed(Command::new("npm").args(["run", "--silent", "test"]));
}

/// What `web/tests/*.test.mjs` say, against a demo.
#[test]
fn people_can_use_the_page() {
    let folder = tempfile::tempdir().unwrap();
    // A new present every few seconds, so that nobody waits long for one, and some seconds in which it may come late.
    let demo =
        ["demo", "--listen", "127.0.0.1:0", "--past", "3h", "--cache-ttl", "20s", "--rate-limit", "off"];
    let (_demo, address, simulation) = start(hivebox(folder.path()).args(demo));
    let tests = fs::read_dir(web().join("tests")).unwrap().map(|entry| entry.unwrap().path());
    let tests: Vec<_> = tests.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    assert!(tests.len() > 1);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("dashboard");
    succeed(
        Command::new("node")
            // One after the other, since one of them makes the simulation fail.
            .args(["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=600000"])
            .args(tests)
            .env("HIVEBOX_TEST_URL", address)
            .env("HIVEBOX_TEST_SIMULATION", simulation)
            .env("HIVEBOX_TEST_PICTURES", pictures),
    );
}

/// Starts a demo; tells where it listens, and where its simulation does.
fn start(demo: &mut Command) -> (Running, String, String) {
    let mut running = Running(demo.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut urls = Vec::new();
    for line in BufReader::new(running.0.stdout.as_mut().unwrap()).lines().map(Result::unwrap) {
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base = url.and_then(|url| url.split('/').nth(2)).map(|host| format!("http://{host}"));
        urls.extend(base);
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    let (first, last) = (urls.first().unwrap().clone(), urls.last().unwrap().clone());
    (running, first, last)
}
