//! A HiveBox on a free port, with a simulated openSenseMap of its own.

use std::future::pending;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hivebox::config::{Config, Origin, Source};
use hivebox::service::Service;
use hivebox::shutdown::Stop;
use opensensemap_sim::{Options, SimServer, Simulation, Stations};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The longest time that a test waits for something to become true.
const PATIENCE: Duration = Duration::from_secs(90);

/// A simulated openSenseMap on a port.
pub(crate) struct TestUpstream {
    pub(crate) sim: SimServer,
    pub(crate) url: String,
    serving: JoinHandle<std::io::Result<()>>,
}

impl TestUpstream {
    pub(crate) async fn start() -> Self {
        Self::of(300).await
    }

    /// One of so many boxes, of which a third is active and all are good.
    pub(crate) async fn of(boxes: usize) -> Self {
        let options = Options { seed: 1, stations: Stations::Generated(boxes), bad_share: 0.0 };
        Self::with(SimServer::new(Simulation::new(options)), "127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn with(sim: SimServer, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(opensensemap_sim::serve(listener, sim.clone(), pending()));
        Self { sim, url, serving }
    }

    pub(crate) fn kill(&self) {
        self.serving.abort();
    }
}

/// A HiveBox that listens. Its folder goes when it does.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) folder: TempDir,
    client: Client,
    stop: oneshot::Sender<()>,
    running: JoinHandle<bool>,
}

impl TestApp {
    /// A HiveBox over `upstream`, which stores nothing unless asked.
    pub(crate) async fn over(upstream: &TestUpstream) -> Self {
        Self::with(&upstream.url, &[]).await
    }

    /// The same, with further settings by their names.
    pub(crate) async fn with(upstream: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("file:{}", folder.path().display());
        let defaults = [
            ("upstream", upstream),
            ("listen", "127.0.0.1:0"),
            ("store", &store),
            ("store-interval", "off"),
            ("upstream-retries", "0"),
            ("drain-delay", "0s"),
        ];
        let named = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let source = Source::default()
            .with_names(Origin::Flag, settings.iter().map(named))
            .with_names(Origin::Flag, defaults.iter().map(named));
        let service = Service::build(&Config::read(&source).unwrap()).await.unwrap();
        let address = service.address().unwrap();
        let (stop, told) = oneshot::channel();
        let running = tokio::spawn(service.run(Stop::Told(told)));
        // reqwest asks for a provider of cryptography even for plain HTTP; that another test was first is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().gzip(false).build().unwrap();
        Self { address, folder, client, stop, running }
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str) -> Response {
        self.client.post(format!("http://{}{path}", self.address)).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        json(self.get(path).await).await
    }

    /// Asks for a path again and again until the answer is as it should be.
    pub(crate) async fn wait_for(
        &self,
        path: &str,
        what: &str,
        is_so: impl Fn(&Response) -> bool,
    ) -> Response {
        let started = Instant::now();
        loop {
            let response = self.get(path).await;
            if is_so(&response) {
                return response;
            }
            assert!(started.elapsed() < PATIENCE, "{path} is not {what}, but {response:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The value of a metric.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("there is no {series}")).parse().unwrap()
    }

    /// Stops the service; whether it could finish all that it had begun.
    pub(crate) async fn stop(self) -> bool {
        self.stop.send(()).unwrap();
        self.running.await.unwrap()
    }
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
