//! A trace collector on a port that keeps all spans.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::watch;

const PATIENCE: Duration = Duration::from_mins(5);

/// A received span.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) name: String,
    pub(crate) kind: i32,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: String,
    /// The code of its status: 2 is an error.
    pub(crate) status: i32,
    pub(crate) attributes: BTreeMap<String, String>,
    /// The attributes of its sender.
    pub(crate) sender: BTreeMap<String, String>,
}

/// A collector. Clones are handles to the same one.
#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) url: String,
    arrived: watch::Sender<Vec<Arrived>>,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let collector = Self { url, arrived: watch::Sender::new(Vec::new()) };
        let router = Router::new().route("/v1/traces", post(receive)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        collector
    }

    /// All spans received so far.
    pub(crate) fn spans(&self) -> Vec<Arrived> {
        self.arrived.borrow().clone()
    }

    /// Waits for a span that matches.
    pub(crate) async fn until(&self, what: &str, is_it: impl Fn(&Arrived) -> bool) -> Arrived {
        let mut arrived = self.arrived.subscribe();
        let waiting = arrived.wait_for(|spans| spans.iter().any(&is_it));
        let came = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        let spans = self.spans();
        assert!(came, "{what} has not arrived, but {spans:#?}");
        spans.into_iter().find(is_it).unwrap()
    }
}

async fn receive(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if headers["content-type"] != "application/x-protobuf" {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE;
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut spans = Vec::new();
    for of_sender in request.resource_spans {
        let sender = attributes(&of_sender.resource.unwrap_or_default().attributes);
        for span in of_sender.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(Arrived {
                kind: span.kind,
                trace_id: hex(&span.trace_id),
                span_id: hex(&span.span_id),
                parent_id: hex(&span.parent_span_id),
                status: span.status.map_or(0, |status| status.code),
                attributes: attributes(&span.attributes),
                sender: sender.clone(),
                name: span.name,
            });
        }
    }
    collector.arrived.send_modify(|arrived| arrived.extend(spans));
    StatusCode::OK
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.clone()) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(is_so)) => is_so.to_string(),
        other => format!("{other:?}"),
    };
    pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
