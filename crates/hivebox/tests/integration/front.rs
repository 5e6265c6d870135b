//! What is answered ahead of the router is answered as the router would, and the bounds of a connection hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use opensensemap_sim::Fault;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::app::{TestApp, TestUpstream};
use crate::commands::{Running, address_in, hivebox};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A HiveBox, and beside it a server that serves from the same things by the router alone.
struct Both {
    app: TestApp,
    router: SocketAddr,
    serving: JoinHandle<io::Result<()>>,
}

/// An answer without what differs from one request to the next, and what it has added to the counters.
#[derive(Debug, PartialEq)]
struct Told {
    status: String,
    headers: BTreeMap<String, String>,
    body: String,
    counted: BTreeMap<String, i64>,
}

impl Both {
    async fn beside(app: TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let router_address = listener.local_addr().unwrap();
        let routes = app.front.router();
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { app, router: router_address, serving }
    }

    /// Asks both, and sees that the answers are alike.
    async fn ask(&self, request: &str) -> Told {
        let ours = self.told_by(self.app.address, request).await;
        let routers = self.told_by(self.router, request).await;
        assert_eq!(ours, routers, "{request:?}");
        ours
    }

    async fn told_by(&self, address: SocketAddr, request: &str) -> Told {
        let before = self.counters().await;
        let answer = exchange(address, request.as_bytes()).await;
        let mut counted = self.counters().await;
        counted.retain(|series, count| {
            *count -= before.get(series).unwrap_or(&0);
            *count != 0
        });
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let (status, headers) = head.split_once("\r\n").unwrap();
        let headers = headers.lines().map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            let value = match name {
                "date" => "now",
                "x-request-id" if !request.contains(value) => "new",
                _ => value,
            };
            // A second may begin between the two.
            let changes = ["age", "cache-status"].contains(&name);
            let value = if changes { value.replace(char::is_numeric, "") } else { value.to_owned() };
            (name.to_owned(), value)
        });
        Told { status: status.to_owned(), headers: headers.collect(), body: body.to_owned(), counted }
    }

    /// What requests add to, but for the requests for the counters themselves.
    async fn counters(&self) -> BTreeMap<String, i64> {
        let text = self.app.get("/metrics").await.text().await.unwrap();
        let is_meant = |line: &&str| {
            let starts = [
                "hivebox_http_requests_total",
                "hivebox_http_request_duration_seconds_count",
                "hivebox_answers_total",
            ];
            starts.iter().any(|start| line.starts_with(start)) && !line.contains("\"/metrics\"")
        };
        let counters = text.lines().filter(is_meant).map(|line| line.rsplit_once(' ').unwrap());
        counters.map(|(series, count)| (series.to_owned(), count.parse().unwrap())).collect()
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Sends bytes and reads until the server closes.
pub(crate) async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn request(line: &str, headers: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn every_request_is_answered_and_counted_as_the_router_would() {
    let upstream = TestUpstream::start().await;
    let both = Both::beside(TestApp::over(&upstream).await).await;
    both.app.get("/temperature").await;
    for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW"] {
        for path in ["/temperature", "/api/temperature", "/nowhere"] {
            both.ask(&request(&format!("{method} {path}"), "")).await;
        }
    }
    for target in [
        "/temperature?unit=k",
        "/temperature?",
        "/temperature/",
        "//temperature",
        "/%74emperature",
        "/Temperature",
        "http://x/temperature",
        "/api/temperature?a=/temperature",
    ] {
        both.ask(&request(&format!("GET {target}"), "")).await;
    }
    for headers in [
        "x-request-id: mine-1\r\n",
        "x-request-id: has space\r\n",
        "x-request-id:\r\n",
        "x-request-id: first\r\nx-request-id: second\r\n",
        &format!("x-request-id: {}\r\n", "x".repeat(65)),
        &format!("traceparent: {TRACE}\r\n"),
        "traceparent: 00-1-2-3\r\n",
        "accept: text/html\r\nif-none-match: *\r\nrange: bytes=0-1\r\n",
        "content-length: 0\r\n",
    ] {
        both.ask(&request("GET /temperature", headers)).await;
    }
    both.ask(&format!("{}body", request("GET /temperature", "content-length: 4\r\n"))).await;
    both.ask("GET /temperature HTTP/1.0\r\n\r\n").await;
    both.ask("GET /temperature HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    both.ask(&request("GET /temperature", "host: y\r\n")).await;
    both.ask(&format!("{}zz\r\n", request("GET /temperature", "transfer-encoding: chunked\r\n"))).await;

    let told = both.ask(&request("GET /temperature", &format!("traceparent: {TRACE}\r\n"))).await;
    assert_eq!((told.status.as_str(), told.headers["traceparent"].as_str()), ("HTTP/1.1 200 OK", TRACE));
    let one = |series: &str| (series.to_owned(), 1);
    let counted = [
        one("hivebox_answers_total{cache=\"fresh\"}"),
        one("hivebox_http_request_duration_seconds_count{route=\"/temperature\",method=\"GET\"}"),
        one("hivebox_http_requests_total{route=\"/temperature\",method=\"GET\",status=\"200\"}"),
    ];
    assert_eq!(told.counted, BTreeMap::from(counted));

    both.app.serves.drain();
    both.ask(&request("GET /temperature", "")).await;
}

#[tokio::test]
async fn no_answer_yet_a_stale_one_and_one_too_old_are_told_as_the_router_would() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 60_000 }).unwrap();
    let both = Both::beside(TestApp::with(&upstream.url, &[("request-timeout", "1s")]).await).await;
    assert_eq!(
        both.ask(&request("GET /temperature", "")).await.status,
        "HTTP/1.1 503 Service Unavailable",
        "no answer yet"
    );

    let upstream = TestUpstream::start().await;
    let both = Both::beside(TestApp::at_a_still_time(&upstream, &[]).await).await;
    assert_eq!(both.app.get("/temperature").await.status(), 200);
    upstream.kill();
    both.app.let_time_pass(jiff::SignedDuration::from_mins(6));
    let stale = both.ask(&request("GET /temperature", "")).await;
    assert_eq!(stale.counted["hivebox_answers_total{cache=\"stale\"}"], 1);
    both.app.let_time_pass(jiff::SignedDuration::from_hours(1));
    // The body tells of the last poll, so the poll of now must have ended before either is asked.
    let now = both.app.clock.now().to_string();
    both.app.until("/readyz", "the poll of now", |ready| ready["last_poll_at"] == now).await;
    let expired = both.ask(&request("GET /temperature", "")).await;
    assert_eq!(expired.counted["hivebox_answers_total{cache=\"none\"}"], 1);
}

#[tokio::test]
async fn a_request_is_logged_as_the_router_would_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = hivebox(folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0", "--stations", "300", "--log", "debug"]);
    let (_running, line) = Running::start_logging(&mut command, File::create(&log).unwrap());
    let address = address_in(&line).parse().unwrap();
    exchange(address, request("GET /temperature", "").as_bytes()).await;

    // What is asked by HEAD goes through the router.
    let headers = format!("x-request-id: mine-1\r\ntraceparent: {TRACE}\r\n");
    for method in ["GET", "HEAD"] {
        exchange(address, request(&format!("{method} /temperature?unit=k"), &headers).as_bytes()).await;
    }
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines: Vec<Value> = lines.filter(|line| line["span"]["request_id"] == "mine-1").collect();
    assert_eq!(lines.len(), 2, "{log}");
    for (line, method) in lines.iter().zip(["GET", "HEAD"]) {
        let span = serde_json::json!({
            "name": "request",
            "method": method,
            "path": "/temperature",
            "request_id": "mine-1",
            "trace_id": TRACE.split('-').nth(1),
        });
        assert_eq!((&line["message"], &line["span"]), (&Value::from("answered"), &span));
        assert!(line["status"] == 200 && line["took_us"].is_number(), "{line}");
    }
}

#[tokio::test]
async fn a_head_has_bounds() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let mut headers = String::new();
    for number in 0..99 {
        write!(headers, "x-{number}: 1\r\n").unwrap();
    }
    let too_many = exchange(app.address, request("GET /temperature", &headers).as_bytes()).await;
    assert!(too_many.starts_with("HTTP/1.1 431"), "{too_many}");
    let long = format!("x-long: {}\r\n", "x".repeat(16 << 10));
    let too_long = exchange(app.address, request("GET /temperature", &long).as_bytes()).await;
    assert!(too_long.starts_with("HTTP/1.1 431"), "{too_long}");
}

#[tokio::test]
async fn who_is_slow_with_a_head_or_a_body_or_sends_none_is_cut_off() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("keep-alive", "16s")]).await;
    let started = Instant::now();
    let cut_off = async |begin: &str| {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(begin.as_bytes()).await.unwrap();
        let (mut from, mut to) = stream.split();
        let mut answer = Vec::new();
        let drip = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // At last it can be sent no more, and that is what this test waits for.
                let _ = to.write_all(if begin.ends_with(' ') { b"x" } else { b"" }).await;
            }
        };
        tokio::select! {
            // However it ends.
            _ = from.read_to_end(&mut answer) => {}
            () = drip => {}
        }
    };
    let kept_alive = "GET /temperature HTTP/1.1\r\nhost: x\r\n\r\n";
    // A byte now and then does not help.
    let without_body = "POST /store HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
    tokio::join!(
        cut_off(""),
        cut_off("GET /temperature HTTP/1.1\r\nx-slow: "),
        cut_off(kept_alive),
        cut_off(without_body)
    );
    assert!(started.elapsed() >= Duration::from_secs(14), "it had its time");
}
