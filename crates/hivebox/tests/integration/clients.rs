//! Clients that send requests without a pause, and record the answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use tokio::task::JoinHandle;

use crate::app::client;

/// Clients that request the temperature from each replica without a pause.
pub(crate) struct Clients {
    is_over: Arc<AtomicBool>,
    asking: Vec<JoinHandle<Saw>>,
}

/// The answers that clients received.
#[derive(Debug, Default)]
pub(crate) struct Saw {
    pub(crate) requests: usize,
    pub(crate) failures: Vec<String>,
    pub(crate) slowest: Duration,
}

/// The pause between two requests of a client, so that many tests can run at the same time.
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

    /// Stops the clients. Checks that every request was answered, and that none waited for a broken dependency.
    pub(crate) async fn were_all_served(self) -> Saw {
        self.is_over.store(true, Ordering::Relaxed);
        let mut all = Saw::default();
        for asking in self.asking {
            let saw = asking.await.unwrap();
            assert!(saw.requests > 0, "a client has asked nothing");
            all.requests += saw.requests;
            all.failures.extend(saw.failures);
            all.slowest = all.slowest.max(saw.slowest);
        }
        assert_eq!(all.failures, Vec::<String>::new(), "of {} requests", all.requests);
        all
    }
}

async fn ask(url: String, is_over: Arc<AtomicBool>) -> Saw {
    let client = client();
    let mut saw = Saw::default();
    while !is_over.load(Ordering::Relaxed) {
        let started = Instant::now();
        match client.get(&url).send().await {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => saw.failures.push(format!("{}", response.status())),
            Err(error) => saw.failures.push(format!("{error:?}")),
        }
        saw.requests += 1;
        saw.slowest = saw.slowest.max(started.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    saw
}
