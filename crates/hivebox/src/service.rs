//! The service from start to stop: build, serve, drain.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;

use hivebox_archive::{ArchiveError, S3Options, SnapshotStore, Spool};
use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;
use opensensemap::{FetchError, Observer};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tracing::{info, warn};

use crate::app::App;
use crate::cache::Cache;
use crate::cache::shared::Shared;
use crate::config::{Config, ShutdownConfig, StoreAddress, StoreConfig};
use crate::days::Days;
use crate::history::Past;
use crate::http;
use crate::http::server::Bounds;
use crate::refresh::{Poller, Refresh, Running};
use crate::shutdown::Stop;
use crate::telemetry::metrics::Metrics;
use crate::upstream::Upstream;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; another program may use it, or --listen names another")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// Snapshots cannot be kept.
    #[error("{source}; --store and --spool name others")]
    Store {
        /// What is wrong.
        source: ArchiveError,
    },
    /// The HTTP client cannot be set up.
    #[error("openSenseMap cannot be asked: {0}")]
    Upstream(#[from] FetchError),
    /// The system gives no thread.
    #[error("the refresh loop cannot start: {0}")]
    Thread(std::io::Error),
    /// The system gives no threads.
    #[error("questions about the past cannot be answered: {0}")]
    History(std::io::Error),
}

/// A service that listens, and has begun to poll.
#[derive(Debug)]
pub struct Service {
    app: Arc<App>,
    listener: TcpListener,
    refreshing: Running,
    bounds: Bounds,
    shutdown: ShutdownConfig,
}

impl Service {
    /// Builds the service and starts its refresh loop.
    ///
    /// # Errors
    /// The address is taken, the store cannot be written to, or the system lacks something.
    pub async fn build(config: &Config) -> Result<Self, StartError> {
        let address = config.http.listen;
        let listener =
            TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let refresh = refresh(config)?;
        let (cache, days) = (refresh.cache.clone(), refresh.days.clone());
        let (snapshots, metrics) = (refresh.snapshots.clone(), refresh.metrics.clone());
        let (refreshing, store) = refresh.start().map_err(StartError::Thread)?;
        let past =
            Past::new(&config.query, &snapshots, metrics.query.clone()).map_err(StartError::History)?;
        let app = Arc::new(App::new(config, cache, days, store, snapshots, metrics, past));
        let bounds =
            Bounds { connections: config.http.max_connections, write_timeout: config.http.write_timeout };
        Ok(Self { app, listener, refreshing, bounds, shutdown: config.shutdown })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What it serves from.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Serves until told to stop; then finishes what has begun. Whether all of it could be finished in the
    /// time given.
    pub async fn run(self, stop: Stop) -> bool {
        let (app, shutdown) = (Arc::clone(&self.app), self.shutdown);
        let stop = async move {
            let at_once = stop.wait().await;
            app.drain();
            if !at_once {
                info!(delay = ?shutdown.drain_delay, "stopping: not ready any more");
                tokio::time::sleep(shutdown.drain_delay).await;
            }
            // Not before: until now a client that comes back could come to this replica again.
            app.live.end();
            app.past.stop();
        };
        let service = http::Front::new(Arc::clone(&self.app));
        let heralding = tokio::spawn(http::herald(Arc::clone(&self.app), Catalogue::builtin()));
        let finished = http::server::serve(self.listener, service, self.bounds, stop, shutdown.grace).await;
        heralding.abort();
        if !finished {
            warn!(grace = ?shutdown.grace, "some requests did not finish in time");
        }
        let stored = tokio::time::timeout(shutdown.grace, self.refreshing.stop()).await.is_ok();
        if !stored {
            warn!(grace = ?shutdown.grace, "a store did not finish in time");
        }
        info!("stopped");
        finished && stored
    }
}

/// What asks upstream, as configured.
///
/// # Errors
/// The HTTP client cannot be set up.
pub fn poller(config: &Config, observer: Observer) -> Result<Poller, StartError> {
    let upstream = Upstream::new(&config.upstream, observer)?;
    Ok(Poller { upstream, answer: config.answer.clone(), catalogue: Catalogue::builtin() })
}

/// The parts of the refresh loop, which has not started.
fn refresh(config: &Config) -> Result<Refresh, StartError> {
    let metrics = Arc::new(Metrics::new(Catalogue::builtin()));
    let unusable = |source| StartError::Store { source };
    let snapshots = snapshots(&config.store).map_err(unusable)?;
    let spool = spool(&config.store).map_err(unusable)?;
    let upstream = metrics.upstream.clone();
    let poller = poller(config, Observer::new(move |attempt| upstream.observe(attempt)))?;
    let cache = Arc::new(Cache::default());
    Ok(Refresh {
        poller,
        cache,
        days: Arc::new(Days::default()),
        shared: Shared::new(&config.cache),
        lease_ttl: config.cache.lease_ttl,
        snapshots,
        spool,
        grace: config.shutdown.grace,
        store: config.store.clone(),
        metrics,
        lease: Cell::default(),
        heard_at: Cell::new(Timestamp::now()),
        abstains_until: Cell::default(),
        saw_damage: Cell::default(),
        doubt: Notify::default(),
    })
}

/// The store that is configured. Nothing is asked of a server yet.
///
/// # Errors
/// The folder cannot be written to, or the settings for S3 do not fit together.
pub fn snapshots(config: &StoreConfig) -> Result<SnapshotStore, ArchiveError> {
    match &config.address {
        StoreAddress::Folder(folder) => SnapshotStore::open_folder(folder),
        StoreAddress::S3 { bucket, prefix } => SnapshotStore::open_s3(&S3Options {
            prefix: prefix.clone(),
            variables: config.aws.clone(),
            create_bucket: config.create_bucket,
            request_timeout: config.timeout,
            ..S3Options::new(bucket)
        }),
    }
}

/// Where snapshots wait that a server did not take. A folder needs no such place.
///
/// # Errors
/// It cannot be written to.
pub fn spool(config: &StoreConfig) -> Result<Option<Spool>, ArchiveError> {
    match &config.address {
        StoreAddress::Folder(_) => Ok(None),
        StoreAddress::S3 { .. } => Spool::open(&config.spool, config.spool_max_bytes).map(Some),
    }
}
