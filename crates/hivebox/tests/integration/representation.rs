//! Entity tags, encodings and CORS.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use reqwest::header::{ACCEPT_ENCODING, ALLOW, IF_NONE_MATCH, ORIGIN};
use reqwest::{Method, Response, StatusCode};

use crate::app::{TestApp, TestUpstream, header};

const LIST: &str = "/api/v1/snapshots";

/// A HiveBox with this many snapshots.
async fn with_snapshots(count: usize) -> (TestUpstream, TestApp) {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let stored = app.json("/store").await;
    let file = file_of(&app, stored["name"].as_str().unwrap());
    for number in 1..count {
        let copy = file_of(&app, &format!("2020-01-01T00-00-{number:02}.000Z"));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&file, copy).unwrap();
    }
    (upstream, app)
}

fn file_of(app: &TestApp, name: &str) -> PathBuf {
    app.folder.path().join(format!("readings/date={}/{name}.parquet", &name[..10]))
}

async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    let request =
        headers.iter().fold(app.request(path), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let (_upstream, app) = with_snapshots(20).await;
    let first = app.get(LIST).await;
    let tag = header(&first, "etag").to_owned();
    assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    assert_eq!(header(&first, "vary"), "accept, accept-encoding");
    assert_eq!(header(&first, "cache-control"), "no-cache");
    assert_eq!(header(&app.get(LIST).await, "etag"), tag);

    for known in ["*", &tag, &format!("W/{tag}"), &format!("\"other\", {tag}")] {
        let response = ask(&app, LIST, &[("if-none-match", known)]).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!((header(&response, "etag"), header(&response, "cache-control")), (&*tag, "no-cache"));
        assert_eq!(header(&response, "vary"), "accept, accept-encoding");
        assert!(!header(&response, "date").is_empty());
        assert_eq!((header(&response, "content-type"), header(&response, "content-length")), ("", ""));
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert!(response.bytes().await.unwrap().is_empty());
    }
    for unknown in ["\"other\"", "", "W/\"\"", &tag.to_uppercase()[1..]] {
        assert_eq!(
            ask(&app, LIST, &[("if-none-match", unknown)]).await.status(),
            StatusCode::OK,
            "{unknown}"
        );
    }
    let page = format!("{LIST}?limit=1");
    assert_eq!(ask(&app, &page, &[("if-none-match", &tag)]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_answer_comes_in_the_encoding_that_the_client_wants() {
    let (_upstream, app) = with_snapshots(20).await;
    let plain = app.get(LIST).await;
    let tag = header(&plain, "etag").trim_end_matches('"').to_owned();
    let plain = plain.bytes().await.unwrap();
    assert!(plain.len() > 1024);
    for (accepts, encoding) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip;q=0.5, br", "br"),
        ("deflate", ""),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("", ""),
    ] {
        let response = ask(&app, LIST, &[("accept-encoding", accepts)]).await;
        assert_eq!(
            (response.status(), header(&response, "content-encoding")),
            (StatusCode::OK, encoding),
            "{accepts}"
        );
        assert_eq!(header(&response, "vary"), "accept, accept-encoding");
        let expected = if encoding.is_empty() { format!("{tag}\"") } else { format!("{tag}-{encoding}\"") };
        assert_eq!(header(&response, "etag"), expected);
        assert_eq!(decoded(encoding, &response.bytes().await.unwrap()), plain, "{accepts}");

        let headers = [("accept-encoding", accepts), ("if-none-match", &expected)];
        let again = ask(&app, LIST, &headers).await;
        assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, &*expected));
        assert_eq!(header(&again, "content-encoding"), "");
    }
    // The tag of the gzip encoding does not match the identity encoding.
    let known = format!("{tag}-gzip\"");
    assert_eq!(ask(&app, LIST, &[("if-none-match", &known)]).await.status(), StatusCode::OK);

    let nothing = ask(&app, LIST, &[("accept-encoding", "*;q=0")]).await;
    assert_eq!(nothing.status(), StatusCode::NOT_ACCEPTABLE);
    assert_eq!(header(&nothing, "content-type"), "application/problem+json");
}

pub(crate) fn decoded(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    match encoding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut decoded),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut decoded),
        "zstd" => zstd::Decoder::new(bytes).unwrap().read_to_end(&mut decoded),
        _ => (&mut &*bytes).read_to_end(&mut decoded),
    }
    .unwrap();
    decoded
}

#[tokio::test]
async fn small_answers_errors_and_parquet_are_not_compressed() {
    let (_upstream, app) = with_snapshots(1).await;
    let small = ask(&app, LIST, &[("accept-encoding", "gzip")]).await;
    assert_eq!((header(&small, "content-encoding"), header(&small, "etag").len()), ("", 34));
    let wrong =
        ask(&app, &format!("{LIST}?limit=x"), &[("accept-encoding", "gzip"), ("if-none-match", "*")]).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    assert_eq!((header(&wrong, "content-encoding"), header(&wrong, "etag")), ("", ""));
    assert_eq!(header(&wrong, "access-control-allow-origin"), "*");

    let name = app.json(LIST).await["snapshots"][0]["name"].as_str().unwrap().to_owned();
    let path = format!("{LIST}/{name}");
    let parquet = ask(&app, &path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&parquet, "content-encoding"), "");
    let tag = header(&parquet, "etag").to_owned();
    assert!(tag.ends_with("-parquet\""), "{tag}");
    assert_eq!(ask(&app, &path, &[("if-none-match", &tag)]).await.status(), StatusCode::NOT_MODIFIED);

    // A streamed answer is compressed on the fly, and has the tag of its route.
    let csv = format!("{path}?format=csv");
    let zipped = ask(&app, &csv, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
    let tag = header(&zipped, "etag").to_owned();
    assert!(tag.ends_with("-csv-gzip\""), "{tag}");
    let plain = app.get(&csv).await.bytes().await.unwrap();
    assert_eq!(decoded("gzip", &zipped.bytes().await.unwrap()), plain);
    let headers = [("accept-encoding", "gzip"), ("if-none-match", &*tag)];
    assert_eq!(ask(&app, &csv, &headers).await.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let (_upstream, app) = with_snapshots(20).await;
    for accepts in ["identity", "gzip"] {
        let get = ask(&app, LIST, &[("accept-encoding", accepts)]).await;
        let url = format!("http://{}{LIST}", app.address);
        let head = crate::app::client().head(url).header(ACCEPT_ENCODING, accepts).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        for name in ["etag", "vary", "cache-control", "content-type", "content-encoding", "content-length"] {
            assert_eq!(header(&head, name), header(&get, name), "{name} as {accepts}");
        }
        let tag = header(&get, "etag").to_owned();
        assert!(head.bytes().await.unwrap().is_empty());
        let url = format!("http://{}{LIST}", app.address);
        let head = crate::app::client().head(url).header(ACCEPT_ENCODING, accepts).header(IF_NONE_MATCH, tag);
        assert_eq!(head.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn pages_of_any_origin_may_read_answers() {
    let (_upstream, app) = with_snapshots(1).await;
    let url = |path: &str| format!("http://{}{path}", app.address);
    for path in [LIST, "/api/v1/live"] {
        let preflight = crate::app::client()
            .request(Method::OPTIONS, url(path))
            .header(ORIGIN, "https://example.org")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "if-none-match")
            .send()
            .await
            .unwrap();
        assert!(preflight.status().is_success(), "{path}");
        assert_eq!(header(&preflight, "access-control-allow-origin"), "*");
        assert_eq!(header(&preflight, "access-control-allow-methods"), "GET,HEAD,OPTIONS");
        assert_eq!(header(&preflight, "access-control-allow-headers"), "*");
        assert_eq!(header(&preflight, "access-control-max-age"), "86400");
    }
    let answer = app.get(LIST).await;
    assert_eq!(header(&answer, "access-control-allow-origin"), "*");
    let exposed: Vec<&str> = header(&answer, "access-control-expose-headers").split(',').collect();
    let readable = [
        "age",
        "cache-status",
        "etag",
        "link",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-request-id",
    ];
    for name in readable {
        assert!(exposed.contains(&name), "{name} in {exposed:?}");
    }
    let stream = app.get("/api/v1/live?events=1").await;
    assert_eq!(header(&stream, "access-control-allow-origin"), "*");
    assert_eq!((header(&stream, "etag"), header(&stream, "vary")), ("", ""));
    for path in ["/temperature", "/api/temperature"] {
        assert_eq!(header(&app.get(path).await, "access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn an_unknown_method_is_still_refused() {
    let (_upstream, app) = with_snapshots(1).await;
    let response = app.post(LIST).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!((&response.headers()[ALLOW], header(&response, "etag")), (&"GET,HEAD".parse().unwrap(), ""));
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    for path in ["/temperature", "/health"] {
        let url = format!("http://{}{path}", app.address);
        let response = crate::app::client().request(Method::OPTIONS, url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
