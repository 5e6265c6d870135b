//! Clients that ask all the time, and what they saw.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::{TestApp, client};

/// Clients that ask each replica for the temperature without a pause.
pub(crate) struct Clients {
    is_over: Arc<AtomicBool>,
    asking: Vec<JoinHandle<Saw>>,
}

/// What clients saw.
#[derive(Debug, Default)]
struct Saw {
    requests: usize,
    failures: Vec<String>,
}

/// The pause between two requests of a client, so that many tests can run at once.
const PAUSE: Duration = Duration::from_millis(10);

impl Clients {
    pub(crate) fn of(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let asking = addresses
            .into_iter()
            .map(|address| tokio::spawn(ask(format!("http://{address}/temperature"), Arc::clone(&is_over))))
            .collect();
        Self { is_over, asking }
    }

    /// Ends them. Each was answered each time.
    pub(crate) async fn were_all_served(self) {
        self.is_over.store(true, Ordering::Relaxed);
        let mut all = Saw::default();
        for asking in self.asking {
            let saw = asking.await.unwrap();
            assert!(saw.requests > 0, "a client has asked nothing");
            all.requests += saw.requests;
            all.failures.extend(saw.failures);
        }
        assert_eq!(all.failures, Vec::<String>::new(), "of {} requests", all.requests);
    }
}

/// No request for the temperature has waited for something that is broken behind HiveBox. As the service itself
/// measured it, which a busy machine delays less than a client.
pub(crate) async fn no_request_has_waited(app: &TestApp) {
    let series = "hivebox_http_request_duration_seconds";
    let route = "route=\"/temperature\",method=\"GET\"";
    let quick = app.metric(&format!("{series}_bucket{{le=\"2.5\",{route}}}")).await;
    let all = app.metric(&format!("{series}_count{{{route}}}")).await;
    assert_eq!(quick, all, "a request has waited");
}

async fn ask(url: String, is_over: Arc<AtomicBool>) -> Saw {
    let client = client();
    let mut saw = Saw::default();
    while !is_over.load(Ordering::Relaxed) {
        match client.get(&url).send().await {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => saw.failures.push(format!("{}", response.status())),
            Err(error) => saw.failures.push(format!("{error:?}")),
        }
        saw.requests += 1;
        tokio::time::sleep(PAUSE).await;
    }
    saw
}
