//! How connections begin, idle and end, and which requests on them are refused.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::app::{TestApp, TestUpstream};
use crate::front::exchange;
use crate::redis_server::wait_until;
use crate::rolling_restart::HaProxy;

/// Sends a request on a connection that stays open, and returns the head and the body of the answer.
async fn ask(stream: &mut TcpStream, path: &str) -> String {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "the connection was closed after {answer:?}");
        answer.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        if answer.ends_with('}') {
            return answer;
        }
    }
}

/// The status of the only answer to some bytes.
async fn status(app: &TestApp, request: &str) -> String {
    let answer = exchange(app.address, request.as_bytes()).await;
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Asks twice on one connection, with a pause.
async fn reuse(port: u16, age: Duration) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    ask(&mut stream, "/temperature").await;
    tokio::time::sleep(age).await;
    let answer = ask(&mut stream, "/temperature").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "after {age:?}: {answer}");
}

/// The ages are those of 10 to 80 s with the default of 75 s, scaled by ten.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_behind_haproxy_is_reused_at_every_age() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::tuned(&upstream.url, &[], [], |config| {
        config.http.keep_alive = Duration::from_millis(7500);
    })
    .await;
    assert_eq!(app.get("/temperature").await.status(), 200);

    // A connection to HiveBox stays with its client, and no request is repeated.
    let haproxy = HaProxy::over(&[app.address.port()], |port, stats, replicas| {
        format!(
            "defaults\n  mode http\n  retries 0\n  timeout connect 2s\n  timeout client 60s\n  timeout server 60s\n\
             frontend hive\n  bind 127.0.0.1:{port}\n  default_backend replicas\n\
             frontend stats\n  bind 127.0.0.1:{stats}\n  stats enable\n  stats uri /\n\
             backend replicas\n  http-reuse never\n  option httpchk GET /routez\n\
             \x20 server replica-1 127.0.0.1:{} check inter 100ms\n",
            replicas[0]
        )
    });
    wait_until("a replica that is ready", || haproxy.up() == 1);

    (1..=8)
        .map(|seconds| reuse(haproxy.port, Duration::from_secs(seconds)))
        .collect::<JoinSet<_>>()
        .join_all()
        .await;
}

#[tokio::test]
async fn an_answer_says_for_how_long_its_connection_may_be_reused() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    for path in ["/temperature", "/version", "/nowhere"] {
        let answer = ask(&mut stream, path).await;
        assert!(answer.contains("connection: keep-alive\r\nkeep-alive: timeout=70\r\n"), "{answer}");
    }
    let last =
        exchange(app.address, b"GET /temperature HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(last.contains("connection: close") && !last.contains("keep-alive"), "{last}");
}

#[tokio::test]
async fn while_draining_an_answer_is_the_last_and_then_idle_connections_close() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let (mut busy, mut idle) =
        (TcpStream::connect(app.address).await.unwrap(), TcpStream::connect(app.address).await.unwrap());
    for stream in [&mut busy, &mut idle] {
        ask(stream, "/temperature").await;
    }
    app.serves.drain();
    for path in ["/temperature", "/version"] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let answer = ask(&mut stream, path).await;
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "it is closed");
    }
    assert!(ask(&mut busy, "/temperature").await.contains("connection: close"));
    assert_eq!(busy.read(&mut [0]).await.unwrap(), 0, "it is closed");
    assert!(app.stop().await, "idle connections hold nothing up");
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "it is closed");
}

#[tokio::test]
async fn a_request_without_one_valid_host_is_refused() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    for path in ["/temperature", "/api/temperature", "/", "/health", "/api/v1/status", "/nowhere", "/health/"]
    {
        for (version, hosts) in [
            ("1.1", ""),
            ("1.1", "host: x\r\nhost: x\r\n"),
            ("1.0", "host: x\r\nhost: y\r\n"),
            ("1.1", "host: a b\r\n"),
            ("1.1", "host: evil/..\r\n"),
        ] {
            let request = format!("GET {path} HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
            assert_eq!(status(&app, &request).await, "400", "{request:?}");
        }
    }
    assert_eq!(status(&app, "GET /temperature HTTP/1.0\r\n\r\n").await, "200");
}

#[tokio::test]
async fn a_malformed_body_is_refused_on_every_route() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, if cfg!(feature = "sql") { &[("sql", "on")] } else { &[] }).await;
    app.get("/temperature").await;
    for route in [
        "GET /temperature",
        "GET /version",
        "POST /store",
        "POST /api/v1/sql",
        "GET /nowhere",
        "GET /temperature/",
        "POST /api/v1/sql/",
    ] {
        for body in ["zz\r\n", "5\r\nabc\r\n0\r\n\r\n", "fffffffffffffffffff\r\n", "3 \n"] {
            let request = format!("{route} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{body}");
            assert_eq!(status(&app, &request).await, "400", "{request:?}");
        }
    }
    let mut long = format!("POST /store HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 100 << 10);
    write!(long, "{}", "x".repeat(100 << 10)).unwrap();
    assert_eq!(status(&app, &long).await, "413");
    let whole = "POST /store HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
                 3\r\nabc\r\n0\r\n\r\n";
    assert_eq!(status(&app, whole).await, "200");
}

/// A request whose body comes in chunks of one byte.
fn in_chunks(head: &str, body: impl IntoIterator<Item = u8>) -> String {
    let mut request =
        format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n");
    request.push_str("content-type: application/json\r\n\r\n");
    for byte in body {
        write!(request, "1\r\n{}\r\n", char::from(byte)).unwrap();
    }
    request + "0\r\n\r\n"
}

#[tokio::test]
async fn a_body_in_many_chunks_counts_by_its_bytes() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, if cfg!(feature = "sql") { &[("sql", "on")] } else { &[] }).await;
    app.get("/temperature").await;
    let most = 16 << 10;
    for (route, expected) in [
        ("GET /temperature", "200"),
        ("POST /store", "200"),
        ("GET /nowhere", "404"),
        ("GET /temperature/", "308"),
        ("POST /api/v1/sql/", "308"),
    ] {
        assert_eq!(status(&app, &in_chunks(route, vec![b'x'; most])).await, expected, "{route}");
        assert_eq!(status(&app, &in_chunks(route, vec![b'x'; most + 1])).await, "413", "{route}");
    }
    // SQL needs its body, which may be longer. A build without SQL reads it, too.
    let sql = format!("{{\"sql\": \"selekt{}\"}}", "\\u0020".repeat(most - 6));
    let expected = if cfg!(feature = "sql") { "400" } else { "403" };
    assert_eq!(status(&app, &in_chunks("POST /api/v1/sql", sql.bytes())).await, expected);
    let too_long = vec![b' '; 6 * most + 1025];
    assert_eq!(status(&app, &in_chunks("POST /api/v1/sql", too_long)).await, "413");
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_known_path_is_redirected_here() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let redirected = async |method: &str, target: &str| {
        let request = format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = exchange(app.address, request.as_bytes()).await;
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        (answer[9..12].to_owned(), location.unwrap_or_default().to_owned())
    };
    for (target, location) in [
        ("/temperature/", "/temperature"),
        ("/temperature/?unit=k&a=//evil", "/temperature?unit=k&a=//evil"),
        ("http://evil/health/", "/health"),
        ("/api/v1/boxes/", "/api/v1/boxes"),
        ("/api/v1/boxes/5f2b56f4263635001c1dd1fd/", "/api/v1/boxes/5f2b56f4263635001c1dd1fd"),
        ("/dashboard/", "/dashboard"),
        ("/docs/", "/docs"),
    ] {
        let expected = ("308".to_owned(), location.to_owned());
        assert_eq!(redirected("GET", target).await, expected, "{target}");
        assert_eq!(redirected("POST", target).await, expected, "{target}");
    }
    for target in ["//evil", "//evil/", "//temperature/", "/temperature//", "/\\\\evil/", "/nowhere/", "//"] {
        assert_eq!(redirected("GET", target).await, ("404".to_owned(), String::new()), "{target}");
    }
}
