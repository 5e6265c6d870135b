//! The service from start to stop: build, serve, drain.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hivebox_archive::{ArchiveError, S3Options, SnapshotStore, Spool};
use hivebox_config::{
    AnswerConfig, Config, ForecastConfig, ShutdownConfig, StoreAccess, StoreAddress, StoreConfig,
    UpstreamConfig,
};
use hivebox_http::server::Bounds;
use hivebox_http::{App, AppParts, Front};
use hivebox_present::forecasts::ForecastsCollector;
use hivebox_present::{Cache, Clock, Days, Forecasts, Supervisor};
use hivebox_question::QueryMetrics;
use hivebox_question::past::Past;
use hivebox_refresh::forecast::{self, ForecastParts};
use hivebox_refresh::shared::Shared;
use hivebox_refresh::upstream::Upstream;
use hivebox_refresh::{ForecastMetrics, Poller, Refresh, RefreshMetrics, RefreshParts, Running};
use hivebox_telemetry::metrics::Metrics;
use opensensemap::{FetchError, Observer};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::shutdown::ShutdownSignal;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Listening on the address failed.
    #[error(
        "cannot listen on {address}: {source}; stop the program that uses it, or choose another with --listen"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The store or the spool cannot be opened.
    #[error("{source}; choose another place with --store or --spool")]
    Store {
        /// Why it cannot be opened.
        source: ArchiveError,
    },
    /// The HTTP client cannot be set up.
    #[error("cannot set up the client for openSenseMap: {0}")]
    Upstream(#[from] FetchError),
    /// The HTTP client for the weather model cannot be set up.
    #[error("cannot set up the client for forecasts: {0}; check HIVEBOX_FORECAST and HIVEBOX_CONTACT")]
    Forecast(#[from] forecast_sources::SetUpError),
    /// The thread of the refresh loop cannot start.
    #[error("cannot start the refresh loop: {0}")]
    Thread(std::io::Error),
    /// The threads for questions about the past cannot start.
    #[error("cannot start the threads for questions about the past: {0}")]
    History(std::io::Error),
}

/// Folders that a start makes. It removes those that are empty when it fails.
#[derive(Debug)]
pub struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// The folders on the way to these that do not exist yet.
    pub fn on_the_way_to<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Self {
        let missing = |folder: &'a Path| folder.ancestors().take_while(|folder| !folder.exists());
        Self(folders.into_iter().flat_map(missing).map(Path::to_owned).collect())
    }

    /// Those for a store.
    #[must_use]
    pub fn of_store(access: &StoreAccess) -> Self {
        Self::on_the_way_to(folder_of(access))
    }

    /// Keeps the folders: the start succeeded.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Succeeds only for an empty folder. All others are wanted.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

fn folder_of(access: &StoreAccess) -> Option<&Path> {
    match &access.address {
        StoreAddress::Folder(folder) => Some(folder),
        StoreAddress::S3 { .. } => None,
    }
}

/// A service that listens and polls.
#[derive(Debug)]
pub struct Service {
    app: Arc<App>,
    front: Front,
    metrics: Metrics,
    listener: TcpListener,
    refreshing: Running,
    bounds: Bounds,
    shutdown: ShutdownConfig,
}

impl Service {
    /// Builds the service and starts its refresh loop. All its parts use `clock`.
    ///
    /// # Errors
    /// The address is in use, the store or the spool cannot be opened, or a thread cannot start.
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let address = config.http.listen;
        let listener =
            TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let mut registry = Metrics::registry();
        let supervisor = Supervisor::register(&mut registry);
        let http_metrics = hivebox_http::register_metrics(&mut registry, &supervisor);
        let (cache, days) = (Arc::new(Cache::default()), Arc::new(Days::default()));
        let metrics = RefreshMetrics::register(&mut registry, Arc::clone(&cache), clock.clone());
        let query_metrics = QueryMetrics::register(&mut registry);
        let folders = folder_of(&config.store.access).into_iter().chain([config.store.spool.as_path()]);
        let new_folders = NewFolders::on_the_way_to(folders);
        let snapshots = snapshots(&config.store.access).map_err(|source| StartError::Store { source })?;
        let upstream = metrics.upstream.clone();
        let (forecasts, forecast) = forecasts(&config.forecast, &metrics.forecast)?;
        ForecastsCollector::register(&mut registry, Arc::clone(&forecasts), clock.clone());
        let refresh = Refresh::new(RefreshParts {
            clock: clock.clone(),
            poller: poller(
                &config.upstream,
                &config.answer,
                clock.clone(),
                Observer::new(move |attempt| upstream.observe(attempt)),
            )?,
            cache: Arc::clone(&cache),
            days: Arc::clone(&days),
            forecasts: Arc::clone(&forecasts),
            forecast,
            shared: Shared::new(&config.cache),
            lease_ttl: config.cache.lease_ttl,
            snapshots: snapshots.clone(),
            spool: spool(&config.store).map_err(|source| StartError::Store { source })?,
            grace: config.shutdown.grace,
            store: config.store.clone(),
            metrics,
            supervisor,
        });
        let (refreshing, store) = refresh.start().map_err(StartError::Thread)?;
        let past = Past::new(&config.query, &snapshots, query_metrics).map_err(StartError::History)?;
        let parts = AppParts { clock, cache, days, forecasts, store, snapshots, past };
        let app = Arc::new(App::new(config, parts));
        let metrics = Metrics::of(registry);
        let front = Front::new(Arc::clone(&app), &config.http, metrics.clone(), http_metrics);
        let bounds = Bounds {
            connections: config.http.max_connections,
            write_timeout: config.http.write_timeout,
            keep_alive: config.http.keep_alive,
        };
        new_folders.keep();
        Ok(Self { app, front, metrics, listener, refreshing, bounds, shutdown: config.shutdown })
    }

    /// The address the service listens on.
    ///
    /// # Errors
    /// The system does not know the address.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The state that requests are answered from.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The entry point of all requests.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// All metrics of the process.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Serves until `stop`, then finishes running requests and uploads. Returns whether all of them finished within
    /// the grace period.
    pub async fn run(self, stop: ShutdownSignal) -> bool {
        let (app, front, shutdown) = (self.app, self.front, self.shutdown);
        let streams = front.clone();
        let stop = async move {
            let at_once = stop.wait().await;
            app.drain();
            if !at_once {
                info!(delay = ?shutdown.drain_delay, "stopping: no longer ready");
                tokio::time::sleep(shutdown.drain_delay).await;
            }
            // Streams end only now: earlier, a reconnecting client could reach this replica again.
            streams.end_streams();
            app.past.stop();
        };
        let events = front.clone();
        let broadcasting = tokio::spawn(async move { events.broadcast().await });
        let finished =
            hivebox_http::server::serve(self.listener, front, self.bounds, stop, shutdown.grace).await;
        broadcasting.abort();
        if !finished {
            warn!(grace = ?shutdown.grace, "some requests did not finish in time");
        }
        let stored = tokio::time::timeout(shutdown.grace, self.refreshing.stop()).await.is_ok();
        if !stored {
            warn!(grace = ?shutdown.grace, "an upload to the store did not finish in time");
        }
        info!("stopped");
        finished && stored
    }
}

/// The forecasts with these settings, and what fetches them.
fn forecasts(
    config: &ForecastConfig,
    metrics: &ForecastMetrics,
) -> Result<(Arc<Forecasts>, Option<ForecastParts>), StartError> {
    let observer = forecast::observer(metrics);
    let Some(source) = forecast::observed_source(config, observer)? else {
        return Ok((Arc::new(Forecasts::off()), None));
    };
    let (forecasts, wanted) = Forecasts::of(source.facts());
    let parts = ForecastParts { source, wanted, budget: config.budget, timeout: config.timeout };
    Ok((Arc::new(forecasts), Some(parts)))
}

/// The poller with these settings. It reads dates in `Retry-After` by `clock`.
///
/// # Errors
/// The HTTP client cannot be set up.
pub fn poller(
    upstream: &UpstreamConfig,
    answer: &AnswerConfig,
    clock: Clock,
    observer: Observer,
) -> Result<Poller, StartError> {
    let upstream = Upstream::new(upstream, clock, observer)?;
    Ok(Poller { upstream, answer: answer.clone() })
}

/// Opens the configured store. Sends no request to a server yet.
///
/// # Errors
/// The folder is not writable, or the settings for S3 contradict each other.
pub fn snapshots(access: &StoreAccess) -> Result<SnapshotStore, ArchiveError> {
    open(access, SnapshotStore::open_folder)
}

/// Opens the configured store only to read it: writes nothing, so the store may be on a read-only disk.
///
/// # Errors
/// The folder is missing, or the settings for S3 contradict each other.
pub fn snapshots_to_read(access: &StoreAccess) -> Result<SnapshotStore, ArchiveError> {
    open(access, SnapshotStore::read_folder)
}

fn open(
    access: &StoreAccess,
    open_folder: impl FnOnce(&Path) -> Result<SnapshotStore, ArchiveError>,
) -> Result<SnapshotStore, ArchiveError> {
    match &access.address {
        StoreAddress::Folder(folder) => open_folder(folder),
        StoreAddress::S3 { bucket, prefix } => SnapshotStore::open_s3(&S3Options {
            prefix: prefix.clone(),
            variables: access.aws.clone(),
            create_bucket: access.create_bucket,
            request_timeout: access.timeout,
            ..S3Options::new(bucket)
        }),
    }
}

/// Opens the spool for snapshots that a storage server did not accept; `None` for a store in a folder.
///
/// # Errors
/// The folder of the spool is not writable, or another process uses it.
pub fn spool(config: &StoreConfig) -> Result<Option<Spool>, ArchiveError> {
    match &config.access.address {
        StoreAddress::Folder(_) => Ok(None),
        StoreAddress::S3 { .. } => Spool::open(&config.spool, config.spool_max_bytes).map(Some),
    }
}
