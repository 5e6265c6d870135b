//! Traces as a collector gets them, from the binary as people run it.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use serde_json::Value;

use crate::app::PATIENCE;
use crate::collector::Collector;
use crate::commands::{Running, address_in, hivebox};
use crate::redis_server::{RedisServer, free_port};
use crate::stopping::signal;

const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const ERROR: i32 = 2;

/// A HiveBox with an openSenseMap of its own, which sends its traces somewhere.
struct Traced {
    running: Running,
    address: String,
    log: std::path::PathBuf,
}

impl Traced {
    fn start(folder: &Path, endpoint: &str, settings: &[&str]) -> Self {
        let log = folder.join("log");
        let mut command = hivebox(folder);
        command.args(["demo", "--listen", "127.0.0.1:0", "--stations", "500", "--drain-delay", "0s"]);
        command.args(["--log", "info,hivebox_http::observe=debug", "--log-format", "json"]);
        command.args(["--store-interval", "off", "--otlp-endpoint", endpoint]).args(settings);
        let (running, line) = Running::start_logging(&mut command, File::create(&log).unwrap());
        let address = address_in(&line).to_owned();
        Self { running, address, log }
    }

    /// Asks, perhaps within a trace, and gives the head of the answer.
    fn ask(&self, path: &str, traceparent: Option<&str>) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let trace = traceparent.map_or_else(String::new, |trace| format!("traceparent: {trace}\r\n"));
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{trace}Connection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split("\r\n\r\n").next().unwrap().to_owned()
    }

    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// How often the log complains that traces cannot be sent.
    fn complaints(&self) -> usize {
        let is_one = |line: &Value| line["message"].as_str().is_some_and(|text| text.contains("traces"));
        self.log().iter().filter(|line| is_one(line)).count()
    }

    /// Stops it, and fails if it waits for a collector that never answers.
    fn stop(&mut self) {
        let started = Instant::now();
        signal(&self.running, "-TERM");
        let status = loop {
            if let Some(status) = self.running.0.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_a_part_of_its_clients_trace_if_the_client_keeps_that() {
    let (kept, dropped, client) =
        ("4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7");
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start().await);
    let mut app = Traced::start(folder.path(), &collector.url, &[]);
    for (path, trace) in [
        ("/temperature", format!("00-{kept}-{client}-01")),
        ("/store", format!("00-{dropped}-{client}-00")),
        ("/store", format!("00-{kept}-{client}-01")),
    ] {
        let answer = app.ask(path, Some(&trace));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(&format!("traceparent: {trace}")), "{answer}");
    }
    let request = collector.until("the request", |span| span.name == "GET /store").await;
    assert_eq!((request.trace_id.as_str(), request.parent_id.as_str()), (kept, client));
    assert_eq!((request.kind, request.status), (SERVER, 0));
    assert_eq!(request.attributes["http.response.status_code"], "200");
    assert_eq!(request.attributes["http.route"], "/store");
    assert_eq!(request.sender["service.name"], "hivebox");
    assert_eq!(request.sender["service.version"], env!("CARGO_PKG_VERSION"));
    assert!(!request.sender["service.instance.id"].is_empty());

    let store = collector.until("the store", |span| span.name == "store").await;
    assert_eq!((&store.trace_id, &store.parent_id), (&request.trace_id, &request.span_id));
    assert!(store.attributes["object"].starts_with("readings/date="), "{store:?}");
    assert!(store.attributes["rows"].parse::<u64>().unwrap() > 100, "{store:?}");
    assert!(store.attributes["bytes"].parse::<u64>().unwrap() > 1000, "{store:?}");
    assert_eq!(
        (store.attributes["outcome"].as_str(), store.attributes["created"].as_str()),
        ("stored", "false")
    );

    // What is left is sent at the end; nothing of it is of the trace that the client drops, or of an answer
    // out of memory.
    app.stop();
    let spans = collector.spans();
    assert!(!spans.iter().any(|span| span.trace_id == dropped), "{spans:#?}");
    assert_eq!(spans.iter().filter(|span| span.kind == SERVER).count(), 1, "{spans:#?}");
    assert_eq!(app.complaints(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_a_span_with_what_it_brought_and_how_it_failed() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start().await);
    let _good = Traced::start(folder.path(), &collector.url, &[]);
    let renewal = collector.until("a renewal", |span| span.name == "renew").await;
    let poll = collector.until("its poll", |span| span.parent_id == renewal.span_id).await;
    assert_eq!((poll.name.as_str(), poll.kind, &poll.trace_id), ("poll", CLIENT, &renewal.trace_id));
    assert_eq!((poll.attributes["outcome"].as_str(), poll.status), ("answer", 0));
    assert_eq!(poll.attributes["boxes"], "500");
    assert!(poll.attributes["sensors"].parse::<u64>().unwrap() > 500, "{poll:?}");

    let other = tempfile::tempdir().unwrap();
    let _bad = Traced::start(other.path(), &collector.url, &["--upstream-max-bytes", "1024"]);
    let failed = collector.until("a failure", |span| span.name == "poll" && span.status == ERROR).await;
    assert_eq!(failed.attributes["outcome"], "failed");
    assert!(failed.attributes["error"].contains("1024"), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_replicas_tell_each_other_is_a_span() {
    let (folders, collector) = ([(); 2].map(|()| tempfile::tempdir().unwrap()), Collector::start().await);
    let redis = RedisServer::start();
    let cache = format!("redis://127.0.0.1:{}", redis.port);
    let _holder = Traced::start(folders[0].path(), &collector.url, &["--cache", &cache]);
    let published = collector.until("a present", |span| span.name == "publish").await;
    assert_eq!((published.attributes["outcome"].as_str(), published.kind), ("published", CLIENT));
    assert!(published.attributes["bytes"].parse::<u64>().unwrap() > 1000, "{published:?}");
    let renewal = collector.until("its renewal", |span| span.span_id == published.parent_id).await;
    assert_eq!(renewal.name, "renew");

    let _follower = Traced::start(folders[1].path(), &collector.url, &["--cache", &cache]);
    let taken = collector.until("a take-over", |span| span.name == "take over").await;
    assert_eq!(taken.attributes["outcome"], "taken over");
    assert!(!taken.attributes["as_of"].is_empty());
    assert_ne!(taken.sender["service.instance.id"], published.sender["service.instance.id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_stays_as_it_is_without_a_collector() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start().await);
    let mut shapes: Vec<Vec<String>> = Vec::new();
    for endpoint in ["off", &collector.url] {
        let mut app = Traced::start(folder.path(), endpoint, &[]);
        app.ask("/temperature", None);
        app.ask("/store", None);
        app.stop();
        let of_lines = app.log().into_iter().map(|line| {
            let keys: Vec<String> = line.as_object().unwrap().keys().cloned().collect();
            format!("{} {keys:?} {}", line["message"], line["spans"][0]["name"])
        });
        let mut of_lines: Vec<String> = of_lines.collect();
        of_lines.sort();
        of_lines.dedup();
        shapes.push(of_lines);
    }
    assert!(shapes[0].iter().any(|line| line.contains("snapshot stored")), "{shapes:#?}");
    assert_eq!(shapes[0], shapes[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_down_costs_one_warning_and_nothing_else() {
    // One refuses connections, the other takes them and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [free_port(), silent.local_addr().unwrap().port()] {
        let folder = tempfile::tempdir().unwrap();
        let mut app = Traced::start(folder.path(), &format!("http://127.0.0.1:{port}"), &[]);
        let asked_at = Instant::now();
        for path in ["/temperature", "/store", "/metrics", "/store"] {
            assert!(app.ask(path, None).starts_with("HTTP/1.1 200"), "{path}");
        }
        while app.complaints() == 0 {
            assert!(asked_at.elapsed() < PATIENCE, "there is no warning: {:?}", app.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // There is more to be sent now, which fails as well.
        assert!(app.ask("/store", None).starts_with("HTTP/1.1 200"));
        app.stop();
        assert_eq!(app.complaints(), 1, "{:?}", app.log());
    }
}
