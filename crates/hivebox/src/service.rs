//! The service from start to stop: build, serve, drain.

use std::net::SocketAddr;
use std::sync::Arc;

use hivebox_archive::{ArchiveError, S3Options, SnapshotStore, Spool};
use hivebox_climate::catalogue::Catalogue;
use hivebox_config::{
    AnswerConfig, Config, ShutdownConfig, StoreAccess, StoreAddress, StoreConfig, UpstreamConfig,
};
use hivebox_http::server::Bounds;
use hivebox_http::{App, Front};
use hivebox_present::{Cache, Clock, Days};
#[cfg(feature = "history")]
use hivebox_question::QueryMetrics;
#[cfg(feature = "history")]
use hivebox_question::past::Past;
use hivebox_refresh::shared::Shared;
use hivebox_refresh::upstream::Upstream;
use hivebox_refresh::{Poller, Refresh, RefreshMetrics, RefreshParts, Running};
use hivebox_telemetry::metrics::Metrics;
use opensensemap::{FetchError, Observer};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::shutdown::Stop;

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
    #[cfg(feature = "history")]
    #[error("questions about the past cannot be answered: {0}")]
    History(std::io::Error),
}

/// A service that listens, and has begun to poll.
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
    /// Builds the service and starts its refresh loop. Everything in it goes by `clock`.
    ///
    /// # Errors
    /// The address is taken, the store cannot be written to, or the system lacks something.
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let address = config.http.listen;
        let listener =
            TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let catalogue = Catalogue::builtin();
        let mut registry = Metrics::registry();
        let http_metrics = hivebox_http::register_metrics(&mut registry);
        let metrics = RefreshMetrics::register(&mut registry, catalogue);
        #[cfg(feature = "history")]
        let query_metrics = QueryMetrics::register(&mut registry);
        let snapshots = snapshots(&config.store.access).map_err(|source| StartError::Store { source })?;
        let (cache, days) = (Arc::new(Cache::default()), Arc::new(Days::default()));
        let upstream = metrics.upstream.clone();
        let refresh = Refresh::new(RefreshParts {
            clock: clock.clone(),
            poller: poller(
                &config.upstream,
                &config.answer,
                Observer::new(move |attempt| upstream.observe(attempt)),
            )?,
            cache: Arc::clone(&cache),
            days: Arc::clone(&days),
            shared: Shared::new(&config.cache),
            lease_ttl: config.cache.lease_ttl,
            snapshots: snapshots.clone(),
            spool: spool(&config.store).map_err(|source| StartError::Store { source })?,
            grace: config.shutdown.grace,
            store: config.store.clone(),
            metrics,
        });
        let (refreshing, store) = refresh.start().map_err(StartError::Thread)?;
        #[cfg(feature = "history")]
        let past = Past::new(&config.query, &snapshots, query_metrics).map_err(StartError::History)?;
        let app = Arc::new(App::new(
            config,
            clock,
            cache,
            days,
            store,
            snapshots,
            #[cfg(feature = "history")]
            past,
        ));
        let metrics = Metrics::of(registry);
        let front = Front::new(Arc::clone(&app), &config.http, metrics.clone(), http_metrics);
        let bounds =
            Bounds { connections: config.http.max_connections, write_timeout: config.http.write_timeout };
        Ok(Self { app, front, metrics, listener, refreshing, bounds, shutdown: config.shutdown })
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

    /// What connections ask.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// All metrics of the process.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Serves until told to stop; then finishes what has begun. Whether all of it could be finished in the
    /// time given.
    pub async fn run(self, stop: Stop) -> bool {
        let (app, front, shutdown) = (self.app, self.front, self.shutdown);
        let streams = front.clone();
        let stop = async move {
            let at_once = stop.wait().await;
            app.drain();
            if !at_once {
                info!(delay = ?shutdown.drain_delay, "stopping: not ready any more");
                tokio::time::sleep(shutdown.drain_delay).await;
            }
            // Not before: until now a client that comes back could come to this replica again.
            streams.end_streams();
            #[cfg(feature = "history")]
            app.past.stop();
        };
        let herald = front.clone();
        let heralding = tokio::spawn(async move { herald.herald(Catalogue::builtin()).await });
        let finished =
            hivebox_http::server::serve(self.listener, front, self.bounds, stop, shutdown.grace).await;
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
pub fn poller(
    upstream: &UpstreamConfig,
    answer: &AnswerConfig,
    observer: Observer,
) -> Result<Poller, StartError> {
    let upstream = Upstream::new(upstream, observer)?;
    Ok(Poller { upstream, answer: answer.clone(), catalogue: Catalogue::builtin() })
}

/// The store that is configured. Nothing is asked of a server yet.
///
/// # Errors
/// The folder cannot be written to, or the settings for S3 do not fit together.
pub fn snapshots(access: &StoreAccess) -> Result<SnapshotStore, ArchiveError> {
    match &access.address {
        StoreAddress::Folder(folder) => SnapshotStore::open_folder(folder),
        StoreAddress::S3 { bucket, prefix } => SnapshotStore::open_s3(&S3Options {
            prefix: prefix.clone(),
            variables: access.aws.clone(),
            create_bucket: access.create_bucket,
            request_timeout: access.timeout,
            ..S3Options::new(bucket)
        }),
    }
}

/// Where snapshots wait that a server did not take. A folder needs no such place.
///
/// # Errors
/// It cannot be written to.
pub fn spool(config: &StoreConfig) -> Result<Option<Spool>, ArchiveError> {
    match &config.access.address {
        StoreAddress::Folder(_) => Ok(None),
        StoreAddress::S3 { .. } => Spool::open(&config.spool, config.spool_max_bytes).map(Some),
    }
}
