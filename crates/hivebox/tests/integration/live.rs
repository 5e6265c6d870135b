//! Event streams, from a client's view.

use std::time::Duration;

use hivebox_config::Config;
use hivebox_telemetry::metrics::Exposition;
use jiff::{SignedDuration, Timestamp};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::app::{TestApp, TestUpstream, header, json};
use crate::commands::{Running, address_in, get, hivebox};

const LIVE: &str = "/api/v1/live";
const PATIENCE: Duration = Duration::from_mins(5);

/// A stream, from its client's view.
struct Reading {
    response: Response,
    buffer: String,
}

/// The text between two empty lines.
#[derive(Debug, PartialEq)]
enum Frame {
    Retry(u32),
    Heartbeat,
    Present { id: String, data: Value },
}

impl Reading {
    /// Opens a stream, and reads the head of the answer.
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut reading = Self { response, buffer: String::new() };
        let retry = reading.next().await;
        assert!(matches!(retry, Some(Frame::Retry(2_000..12_000))), "{retry:?}");
        reading
    }

    /// The next frame; `None` at a proper end.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let (frame, rest) = (Frame::parse(frame), rest.to_owned());
                self.buffer = rest;
                return Some(frame);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("nothing comes").unwrap()?;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event. Skips heartbeats.
    async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            match self.next().await? {
                Frame::Present { id, data } => return Some((id, data)),
                Frame::Heartbeat => {}
                frame @ Frame::Retry(_) => panic!("{frame:?} in the middle"),
            }
        }
    }
}

impl Frame {
    fn parse(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        match lines.as_slice() {
            [":"] => Self::Heartbeat,
            ["event: present", id, data] => Self::Present {
                id: id.strip_prefix("id: ").unwrap().to_owned(),
                data: serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
            },
            [retry] => Self::Retry(retry.strip_prefix("retry: ").unwrap().parse().unwrap()),
            _ => panic!("not a frame: {text:?}"),
        }
    }
}

/// A HiveBox with an answer and the settings that `tune` changes.
async fn tuned(
    upstream: &TestUpstream,
    settings: &[(&str, &str)],
    tune: impl FnOnce(&mut Config),
) -> TestApp {
    let app = TestApp::tuned(&upstream.url, settings, [], tune).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    app
}

fn often(config: &mut Config) {
    config.http.heartbeat = Duration::from_millis(50);
}

fn ended(reason: &str) -> String {
    format!("hivebox_live_streams_closed_total{{reason=\"{reason}\"}}")
}

#[tokio::test]
async fn the_first_event_agrees_with_the_temperature() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[], |_| ()).await;
    let mut reading = Reading::open(app.request(LIVE)).await;
    let head = |name| header(&reading.response, name);
    assert_eq!(
        ["content-type", "cache-control", "x-accel-buffering", "access-control-allow-origin"].map(head),
        ["text/event-stream", "no-store, no-transform", "no", "*"]
    );
    let (id, data) = reading.event().await.unwrap();
    assert_eq!(data["temperature"], app.json("/temperature").await);
    assert_eq!(data["as_of"], id);
    assert_eq!(data["boxes"].as_f64().unwrap(), app.metric("hivebox_boxes").await);
    assert_eq!(data["count"], data["phenomena"]["air_temperature"]["count"]);
    let humidity = &data["phenomena"]["relative_humidity"];
    let number = |name: &str| humidity[name].as_f64().unwrap();
    assert!(number("min") <= number("mean") && number("mean") <= number("max"), "{humidity}");
    assert_eq!(humidity["unit"], "%");
    humidity["freshest"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(app.metric("hivebox_live_streams").await, 1.0);
    drop(reading);
    app.until_metric(&ended("client"), 1.0).await;
    assert_eq!(app.metric("hivebox_live_streams").await, 0.0);
}

#[tokio::test]
async fn each_poll_sends_an_event_to_every_stream_and_a_stream_ends_after_the_requested_number() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[("cache-ttl", "1s")], often).await;
    let path = format!("{LIVE}?events=3");
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(Reading::open(app.request(&path)).await);
    }
    for stream in &mut streams {
        let mut ids = Vec::new();
        while let Some((id, _)) = stream.event().await {
            ids.push(id);
        }
        assert_eq!(ids.len(), 3);
        assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
    }
    app.until_metric(&ended("finished"), 20.0).await;
    assert_eq!(app.metric("hivebox_live_events_total").await, 60.0);
}

#[tokio::test]
async fn a_client_that_has_the_present_gets_the_next_one_and_others_get_this_one() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[], often).await;
    let ask = |id: &str| app.request(LIVE).header("last-event-id", id);
    let (id, _) = Reading::open(app.request(LIVE)).await.event().await.unwrap();
    let at: Timestamp = id.parse().unwrap();
    let a_bit_later = at + SignedDuration::from_millis(1);
    for known in [id.clone(), a_bit_later.to_string(), format!(" {id} ")] {
        assert_eq!(Reading::open(ask(&known)).await.next().await, Some(Frame::Heartbeat), "{known}");
    }
    let (a_bit_earlier, far_off) = (at - SignedDuration::from_millis(1), at + SignedDuration::from_hours(1));
    for unknown in
        [a_bit_earlier.to_string(), far_off.to_string(), "17".into(), "nonsense".into(), String::new()]
    {
        assert_eq!(Reading::open(ask(&unknown)).await.event().await.unwrap().0, id, "{unknown}");
    }
}

#[tokio::test]
async fn heartbeats_keep_a_stream_open_without_events() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[], often).await;
    let (id, _) = Reading::open(app.request(LIVE)).await.event().await.unwrap();
    let request = app.request(&format!("{LIVE}?events=1")).header("last-event-id", &id);
    let mut reading = Reading::open(request).await;
    for _ in 0..5 {
        assert_eq!(reading.next().await, Some(Frame::Heartbeat));
    }
    assert_eq!(app.metric(&ended("finished")).await, 0.0);
}

#[tokio::test]
async fn faults_of_a_stream_request_are_reported() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    for query in ["events=0", "events=1001", "event=1"] {
        let response = app.get(&format!("{LIVE}?{query}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let problem = json(response).await;
        let (name, _) = query.split_once('=').unwrap();
        assert_eq!(problem["errors"][0]["pointer"], format!("#/query/{name}"), "{problem}");
    }
}

#[tokio::test]
async fn a_stream_over_the_limit_is_refused_without_affecting_requests() {
    let upstream = TestUpstream::start().await;
    let settings = [("max-streams", "2"), ("max-connections", "100")];
    let app = tuned(&upstream, &settings, often).await;
    let first = Reading::open(app.request(LIVE)).await;
    let _second = Reading::open(app.request(LIVE)).await;
    let refused = app.get(LIVE).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&refused, "content-type"), "application/problem+json");
    assert!(header(&refused, "retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    drop(first);
    app.wait_for(LIVE, "open again", |response| response.status() == StatusCode::OK).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_counted() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[], |config| {
        config.http.heartbeat = Duration::from_millis(1);
        config.http.write_timeout = Duration::from_secs(1);
    })
    .await;
    // Small buffers fill soon.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    let mut silent = socket.connect(app.address).await.unwrap();
    silent.write_all(format!("GET {LIVE} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
    // A client that reads is not cut off.
    let mut reading = Reading::open(app.request(LIVE)).await;
    let is_cut_off = async || app.metric("hivebox_stalled_connections_total").await == 1.0;
    let until_cut_off = async {
        while !is_cut_off().await {
            for _ in 0..100 {
                reading.next().await.unwrap();
            }
        }
    };
    timeout(PATIENCE, until_cut_off).await.unwrap();
    assert_eq!((app.metric(&ended("stalled")).await, app.metric(&ended("client")).await), (1.0, 0.0));
    assert_eq!(app.metric("hivebox_live_streams").await, 1.0);
}

#[tokio::test]
async fn streams_end_properly_when_the_service_stops_and_do_not_delay_it() {
    let upstream = TestUpstream::start().await;
    let app = tuned(&upstream, &[("shutdown-grace", "1m")], |_| ()).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut reading = Reading::open(app.request(LIVE)).await;
        reading.event().await.unwrap();
        streams.push(reading);
    }
    let metrics = app.metrics.clone();
    assert!(timeout(PATIENCE / 2, app.stop()).await.unwrap(), "all was finished");
    for stream in &mut streams {
        assert_eq!(stream.event().await, None);
    }
    let metrics = metrics.render(Exposition::OpenMetrics).unwrap();
    assert!(metrics.contains(&format!("{} 20\n", ended("stopping"))), "{metrics}");
}

#[tokio::test]
async fn a_stream_takes_little_memory() {
    const STREAMS: usize = 500;
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--stations", "300"];
    let (_running, line) = Running::start(hivebox(folder.path()).args(arguments));
    let address = address_in(&line);
    assert!(get(address, "/temperature").starts_with("HTTP/1.1 200"));
    let memory = || {
        let metrics = get(address, "/metrics");
        let line = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        line.unwrap().parse::<f64>().unwrap()
    };
    let before = memory();
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("GET {LIVE} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
        let mut begin = [0; 1000];
        timeout(PATIENCE, stream.read_exact(&mut begin)).await.unwrap().unwrap();
        streams.push(stream);
    }
    let each = (memory() - before) / STREAMS as f64;
    assert!(each < 40_000.0, "a stream takes {each} bytes");
}
