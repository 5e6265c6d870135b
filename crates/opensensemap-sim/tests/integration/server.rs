//! A server on a free port, and what belongs to it and to no other file.

use std::future::pending;

use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations, serve};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The moment at which the tests take place.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";

/// A server with its client.
pub(crate) struct TestServer {
    pub(crate) sim: SimServer,
    url: String,
    client: Client,
}

impl TestServer {
    /// A server with few boxes, at noon of one day.
    pub(crate) async fn start() -> Self {
        Self::with(Options { seed: 1, stations: Stations::Generated(300), bad_share: 0.1 }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        // reqwest asks for a provider of cryptography even if it only ever speaks plain HTTP; that another test was first is fine.
        drop(rustls::crypto::ring::default_provider().install_default());
        let sim = SimServer::new(Simulation::new(options));
        sim.set_time(SimClock::Fixed(NOW.parse().unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, sim.clone(), pending()));
        Self { sim, url, client: Client::builder().gzip(false).no_proxy().build().unwrap() }
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let bytes = self.get(path).await.bytes().await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    pub(crate) async fn boxes(&self, path: &str) -> Vec<Value> {
        self.json(path).await.as_array().unwrap().clone()
    }

    /// The answer to a request that brings its own fault.
    pub(crate) async fn with_fault(&self, fault: &str, path: &str) -> Response {
        self.request(path).header("x-sim-fault", fault).send().await.unwrap()
    }

    /// Status and body of a request with a body.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let response = request.body(body.to_owned()).send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let server = TestServer::start().await;
    for path in [
        "/boxes?full=true",
        "/boxes",
        "/boxes/5386026e5f08822009b8b60d",
        "/stats",
        "/_sim/requests",
        "/nowhere",
    ] {
        server.get(path).await;
    }
    assert_eq!(server.sim.requests().count("/boxes"), 2);
    let counted = json!({ "total": 4, "routes": { "/boxes": 2, "/boxes/{id}": 1, "/stats": 1 } });
    assert_eq!(server.json("/_sim/requests").await, counted);
    server.send("DELETE", "/_sim/requests", "").await;
    assert_eq!(server.sim.requests().total(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_words_of_the_api() {
    let server = TestServer::start().await;
    let response = server.get("/boxes/x/y").await;
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"code":"ResourceNotFound","message":"/boxes/x/y does not exist"}"#
    );
    let (status, body) = server.send("POST", "/boxes", "{}").await;
    assert_eq!((status.as_u16(), body["code"].as_str()), (405, Some("MethodNotAllowed")));
}

#[tokio::test]
async fn the_index_and_the_stats_are_there() {
    let server = TestServer::start().await;
    assert!(server.get("/").await.text().await.unwrap().contains("GET /boxes/:boxId"));
    assert!(server.get("/_sim/").await.text().await.unwrap().contains("gzip_bomb"));
    let stats = server.json("/stats").await;
    assert_eq!(stats[0], 300);
    assert!(stats[1].as_i64().unwrap() > 1_000_000_000);
    assert!((1..600).contains(&stats[2].as_i64().unwrap()), "{stats}");
}

#[tokio::test]
async fn the_clock_can_be_set_while_it_runs() {
    let server = TestServer::start().await;
    let before = server.get("/boxes?full=true").await.text().await.unwrap();
    assert_eq!(before, server.get("/boxes?full=true").await.text().await.unwrap());
    server.sim.set_time(SimClock::Fixed("2026-11-24T13:00:00Z".parse().unwrap()));
    assert_ne!(before, server.get("/boxes?full=true").await.text().await.unwrap());
}

#[tokio::test]
async fn serving_ends_when_it_is_told_to() {
    let sim =
        SimServer::new(Simulation::new(Options { stations: Stations::Generated(1), ..Options::default() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve(listener, sim, async {}).await.unwrap();
}
