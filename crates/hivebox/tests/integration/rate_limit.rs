//! The rate limit of /api/v1.

use reqwest::{Method, Response, StatusCode};

use crate::app::{TestApp, TestUpstream, client, header, json};

const LIST: &str = "/api/v1/snapshots";

async fn from(app: &TestApp, forwarded_for: &str) -> Response {
    app.request(LIST).header("x-forwarded-for", forwarded_for).send().await.unwrap()
}

#[tokio::test]
async fn a_client_over_the_limit_learns_when_to_retry() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "3/h")]).await;
    for remaining in ["2", "1", "0"] {
        let response = app.get(LIST).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "ratelimit-policy"), "\"default\";q=3;w=3600");
        let told = header(&response, "ratelimit");
        assert!(told.starts_with(&format!("\"default\";r={remaining};t=")), "{told}");
    }
    // Streams and invalid requests count, too.
    for path in [LIST, "/api/v1/live", "/api/v1/snapshots?limit=x"] {
        let refused = app.get(path).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(header(&refused, "content-type"), "application/problem+json");
        assert_eq!(header(&refused, "access-control-allow-origin"), "*");
        assert!((1190..=1200).contains(&header(&refused, "retry-after").parse().unwrap()), "{refused:?}");
        let told = header(&refused, "ratelimit");
        assert!(told.starts_with("\"default\";r=0;t=3"), "{told}");
        let problem = json(refused).await;
        assert_eq!((&problem["status"], &problem["title"]), (&429.into(), &"Too many requests".into()));
        assert!(problem["detail"].as_str().unwrap().contains("3 requests in 3600 s"), "{problem}");
    }
    assert_eq!(app.metric("hivebox_http_rate_limited_total").await, 3.0);

    // A second connection is the same client, and a `Forwarded` header of a client is not trusted.
    let url = format!("http://{}{LIST}", app.address);
    assert_eq!(client().get(&url).send().await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from(&app, "192.0.2.1").await.status(), StatusCode::TOO_MANY_REQUESTS);
    let preflight = client().request(Method::OPTIONS, &url).send().await.unwrap();
    assert!(preflight.status().is_success());
}

#[tokio::test]
async fn behind_a_proxy_clients_are_told_apart_by_the_header_of_the_proxy() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "1/h"), ("trusted-proxies", "1")]).await;
    for (forwarded_for, status) in [
        ("192.0.2.1", StatusCode::OK),
        ("192.0.2.1", StatusCode::TOO_MANY_REQUESTS),
        ("192.0.2.2", StatusCode::OK),
        ("198.51.100.7, 192.0.2.1", StatusCode::TOO_MANY_REQUESTS),
        ("2001:db8::1", StatusCode::OK),
        ("2001:db8::2", StatusCode::TOO_MANY_REQUESTS),
        ("2001:db8:0:1::1", StatusCode::OK),
        // Without that header, the address of the connection identifies the client.
        ("unknown", StatusCode::OK),
        ("", StatusCode::TOO_MANY_REQUESTS),
        ("127.0.0.1", StatusCode::TOO_MANY_REQUESTS),
    ] {
        assert_eq!(from(&app, forwarded_for).await.status(), status, "{forwarded_for}");
    }
}

#[tokio::test]
async fn stable_endpoints_are_never_limited() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "1/h")]).await;
    app.get(LIST).await;
    let old = [
        "/",
        "/health",
        "/version",
        "/metrics",
        "/temperature",
        "/api/temperature",
        "/store",
        "/livez",
        "/readyz",
        "/routez",
    ];
    for path in old {
        for _ in 0..3 {
            let response = app.get(path).await;
            assert_eq!((response.status(), header(&response, "ratelimit")), (StatusCode::OK, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn without_a_limit_answers_have_no_limit_headers() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "off")]).await;
    let response = app.get(LIST).await;
    assert_eq!((header(&response, "ratelimit"), header(&response, "ratelimit-policy")), ("", ""));
    let app = TestApp::over(&upstream).await;
    assert_eq!(header(&app.get(LIST).await, "ratelimit-policy"), "\"default\";q=600;w=60");
}
