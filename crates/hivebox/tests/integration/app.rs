//! A HiveBox on a free port, with a simulated openSenseMap of its own.

use std::future::pending;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use hivebox::service::Service;
use hivebox::shutdown::ShutdownSignal;
use hivebox_config::{Config, Origin, Source};
use hivebox_http::{App, Front};
use hivebox_present::Clock;
use hivebox_telemetry::metrics::Metrics;
use jiff::SignedDuration;
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The longest time that a test waits for something to become true. A busy machine may be slow, but not so slow.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

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
    /// What it serves from.
    pub(crate) serves: Arc<App>,
    pub(crate) front: Front,
    pub(crate) metrics: Metrics,
    /// The clock that it goes by.
    pub(crate) clock: Clock,
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
        Self::with_environment(upstream, settings, []).await
    }

    /// The same, with a clock that is not the system's.
    pub(crate) async fn with_clock(
        upstream: &str,
        settings: &[(&str, String)],
        environment: impl IntoIterator<Item = (String, String)>,
        clock: &Clock,
    ) -> Self {
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let config = |folder: &Path| Self::config(upstream, &settings, environment, folder);
        Self::build(config, clock.clone()).await
    }

    /// The same, with variables of the environment.
    pub(crate) async fn with_environment(
        upstream: &str,
        settings: &[(&str, &str)],
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self::tuned(upstream, settings, environment, |_| ()).await
    }

    /// A HiveBox over `upstream` whose clock stands still, and so does that of `upstream`, until
    /// [`let_time_pass`](Self::let_time_pass).
    pub(crate) async fn at_a_still_time(upstream: &TestUpstream, settings: &[(&str, &str)]) -> Self {
        let now = Clock::system().now();
        upstream.sim.set_time(SimClock::Fixed(now));
        let config = |folder: &Path| Self::config(&upstream.url, settings, [], folder);
        Self::build(config, Clock::still_at(now)).await
    }

    /// Sets the clock forward.
    pub(crate) fn let_time_pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// Calls `attempt` again and again until it succeeds, and lets a minute pass at openSenseMap and here in between.
    pub(crate) async fn passing_time<T>(
        &self,
        upstream: &TestUpstream,
        attempt: impl AsyncFn() -> Result<T, String>,
    ) -> T {
        retried(async || {
            let outcome = attempt().await;
            if outcome.is_err() {
                self.let_time_pass(SignedDuration::from_mins(1));
                upstream.sim.set_time(SimClock::Fixed(self.clock.now()));
            }
            outcome
        })
        .await
    }

    /// Lets time pass at openSenseMap and here, minute by minute, until the answer at a path is as it should be.
    pub(crate) async fn pass_time_until(
        &self,
        upstream: &TestUpstream,
        path: &str,
        what: &str,
        is_so: impl Fn(&Response) -> bool,
    ) -> Response {
        self.passing_time(upstream, async || self.look(path, what, &is_so).await).await
    }

    /// The same, with what there is no setting for changed by `tune`.
    pub(crate) async fn tuned(
        upstream: &str,
        settings: &[(&str, &str)],
        environment: impl IntoIterator<Item = (String, String)>,
        tune: impl FnOnce(&mut Config),
    ) -> Self {
        let config = |folder: &Path| {
            let mut config = Self::config(upstream, settings, environment, folder);
            tune(&mut config);
            config
        };
        Self::build(config, Clock::system()).await
    }

    fn config(
        upstream: &str,
        settings: &[(&str, &str)],
        environment: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
    ) -> Config {
        let store = format!("file:{}", folder.display());
        let spool = folder.join("spool").display().to_string();
        let defaults = [
            ("upstream", upstream),
            ("listen", "127.0.0.1:0"),
            ("store", &store),
            ("store-interval", "off"),
            ("upstream-retries", "0"),
            ("drain-delay", "0s"),
            ("spool", &spool),
        ];
        let named = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let source = Source::default()
            .with_names(Origin::Flag, settings.iter().map(named))
            .with_names(Origin::Flag, defaults.iter().map(named))
            .with_variables(Origin::Environment, environment);
        Config::read(&source).unwrap()
    }

    async fn build(config: impl FnOnce(&Path) -> Config, clock: Clock) -> Self {
        install_tls_provider();
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let service = Service::build(&config, clock.clone()).await.unwrap();
        let address = service.address().unwrap();
        let serves = Arc::clone(service.app());
        let (front, metrics) = (service.front().clone(), service.metrics().clone());
        let (stop, told) = oneshot::channel();
        let running = tokio::spawn(service.run(ShutdownSignal::Channel(told)));
        let client = client();
        Self { address, folder, serves, front, metrics, clock, client, stop, running }
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
        retried(async || self.look(path, what, &is_so).await).await
    }

    /// An outdoor air temperature that the boxes around confirm. A test that holds many large answers open, in the
    /// same process, may keep the list of readings busy for a while.
    pub(crate) async fn confirmed_temperature(&self) -> Value {
        let path = "/api/v1/readings?phenomenon=air_temperature&quality=confirmed&exposure=outdoor";
        let answer = self.wait_for(path, "free", |response| response.status().is_success()).await;
        json(answer).await["readings"][0].clone()
    }

    /// Asks for a path once: the answer, or a message if it is not as it should be.
    async fn look(
        &self,
        path: &str,
        what: &str,
        is_so: impl Fn(&Response) -> bool,
    ) -> Result<Response, String> {
        let response = self.get(path).await;
        if is_so(&response) { Ok(response) } else { Err(format!("{path} is not {what}, but {response:?}")) }
    }

    /// Asks for a path again and again until the body is as it should be.
    pub(crate) async fn until(&self, path: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        retried(async || {
            let body = self.json(path).await;
            if is_so(&body) { Ok(body) } else { Err(format!("{path} does not show {what}, but {body}")) }
        })
        .await
    }

    /// Waits until a metric is as high.
    pub(crate) async fn until_metric(&self, series: &str, at_least: f64) {
        let what = format!("{series} of {at_least}");
        eventually(&what, async || self.metric(series).await >= at_least).await;
    }

    /// Waits until the replica has a part.
    pub(crate) async fn until_role(&self, role: &str) {
        self.until("/readyz", role, |ready| ready["role"] == role).await;
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

/// Waits until something is so, and fails if it does not come about.
pub(crate) async fn eventually(what: &str, is_so: impl AsyncFn() -> bool) {
    let came_about = async || if is_so().await { Ok(()) } else { Err(format!("{what} has not come about")) };
    retried(came_about).await;
}

/// Calls `attempt` again and again until it succeeds, and fails with its last message when patience ends.
pub(crate) async fn retried<T>(attempt: impl AsyncFn() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(message) => assert!(started.elapsed() < PATIENCE, "{message}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Chooses the provider of cryptography, as `main` does. Clients need it even for plain HTTP.
pub(crate) fn install_tls_provider() {
    // It fails if another test of this process was first, which is just as good.
    drop(rustls::crypto::ring::default_provider().install_default());
}

pub(crate) fn client() -> Client {
    install_tls_provider();
    Client::builder().no_proxy().gzip(false).build().unwrap()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// What a problem points at.
pub(crate) fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
