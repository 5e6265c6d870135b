//! Questions about the history: answered within limits, counted, and cancelled when the client disconnects or the service
//! stops.

#[cfg(feature = "sql")]
mod sql;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hivebox_archive::SnapshotStore;
use hivebox_archive::history::History;
use hivebox_archive::history::question::Question;
use hivebox_archive::query::{Engine, EngineOptions, HistoryAnswer, QueryError};
use hivebox_config::{BallistaAddress, EngineAddress, QueryConfig};
use hivebox_present::Priority;
#[cfg(feature = "sql")]
use hivebox_sql::SqlEngine;
#[cfg(feature = "ballista")]
use hivebox_sql::{Cluster, Scheduler};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::metrics::{QueryKind, QueryMetrics, QueryOutcome};

#[cfg(feature = "sql")]
pub use sql::SqlAnswer;

/// What a build without SQL says instead of answering it. A build with SQL never does.
pub const NO_SQL: &str =
    "this hivebox was built without SQL: build it with `--features sql`, or use the image";

/// Answers questions about the history.
#[derive(Debug)]
pub struct Past {
    engine: Arc<Engine>,
    #[cfg(feature = "sql")]
    sql_engine: Arc<SqlEngine>,
    history: History,
    /// Whether `POST /api/v1/sql` is switched on.
    pub sql: bool,
    /// The most rows of an answer to `POST /api/v1/sql`.
    pub sql_rows: usize,
    /// The time limit of a question.
    pub timeout: Duration,
    metrics: QueryMetrics,
    stopping: watch::Sender<bool>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The question has no answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
}

/// The engines of a build, before they become part of [`Past`].
struct Engines {
    engine: Arc<Engine>,
    #[cfg(feature = "sql")]
    sql_engine: SqlEngine,
}

impl Engines {
    fn local(history: History, options: EngineOptions) -> io::Result<Self> {
        let engine = Arc::new(Engine::new(history, options)?);
        Ok(Self {
            #[cfg(feature = "sql")]
            sql_engine: SqlEngine::new(Arc::clone(&engine))?,
            engine,
        })
    }

    #[cfg(feature = "ballista")]
    fn on_cluster(history: History, options: EngineOptions, address: &BallistaAddress) -> io::Result<Self> {
        let scheduler = Scheduler { host: address.host.clone(), port: address.port };
        let cluster = Arc::new(Cluster::new(scheduler));
        let engine = Arc::new(Engine::with_readings(history, options, Arc::clone(&cluster) as _)?);
        Ok(Self { sql_engine: SqlEngine::on_cluster(Arc::clone(&engine), cluster)?, engine })
    }

    /// Always fails. The settings refuse this address in a build without Ballista, so it is never called.
    #[cfg(not(feature = "ballista"))]
    fn on_cluster(_history: History, _options: EngineOptions, address: &BallistaAddress) -> io::Result<Self> {
        let reason =
            format!("this hivebox was built without the feature ballista, so it cannot use {address}");
        Err(io::Error::new(io::ErrorKind::Unsupported, reason))
    }
}

impl Past {
    /// Answers questions about the history in a store.
    ///
    /// # Errors
    /// The system refuses to start the threads, or the settings need a feature that this build lacks.
    pub fn new(config: &QueryConfig, store: &SnapshotStore, metrics: QueryMetrics) -> io::Result<Self> {
        let options = EngineOptions {
            memory_bytes: usize::try_from(config.memory_bytes).unwrap_or(usize::MAX),
            timeout: config.timeout,
            running: config.running,
            waiting: config.waiting,
            threads: config.running,
            on_thread_start: || Priority::Past.take(),
        };
        let history = History::of(store);
        let engines = match &config.engine {
            EngineAddress::Local => Engines::local(history.clone(), options)?,
            EngineAddress::Ballista(address) => Engines::on_cluster(history.clone(), options, address)?,
        };
        Ok(Self {
            engine: engines.engine,
            #[cfg(feature = "sql")]
            sql_engine: Arc::new(engines.sql_engine),
            history,
            sql: config.sql,
            sql_rows: config.sql_rows,
            timeout: config.timeout,
            metrics,
            stopping: watch::Sender::new(false),
        })
    }

    /// The number of the manifest in force.
    ///
    /// # Errors
    /// The store failed.
    pub async fn number(&self) -> Result<u64, PastError> {
        Ok(self.history.manifest().await.map_err(QueryError::from)?.number)
    }

    /// Answers a question. Dropping the future cancels it.
    ///
    /// # Errors
    /// It exceeds the queue, the time or the memory; the store failed; or the service is stopping.
    pub async fn answer(&self, question: &Question) -> Result<HistoryAnswer, PastError> {
        let counted = Counted::begin(&self.metrics, QueryKind::History);
        let answer = self.unless_stopped(self.engine.answer(question)).await;
        counted.end(&answer.as_ref());
        answer
    }

    /// Updates the metrics of running and waiting questions.
    pub fn observe(&self) {
        let (running, waiting) = (self.engine.running(), self.engine.waiting());
        #[cfg(feature = "sql")]
        let (running, waiting) = (running + self.sql_engine.running(), waiting + self.sql_engine.waiting());
        self.metrics.load(running, waiting);
    }

    /// Cancels all running questions, and refuses all further ones.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, QueryError>>,
    ) -> Result<T, PastError> {
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            biased;
            // The sender lives as long as `self`, so waiting cannot fail.
            _ = stopping.wait_for(|stops| *stops) => Err(PastError::Stopping),
            outcome = work => Ok(outcome?),
        }
    }
}

/// Counts a question when it ends, however it ends.
#[derive(Debug)]
struct Counted {
    metrics: QueryMetrics,
    kind: QueryKind,
    started: Instant,
    outcome: QueryOutcome,
}

impl Counted {
    fn begin(metrics: &QueryMetrics, kind: QueryKind) -> Self {
        let metrics = metrics.clone();
        Self { metrics, kind, started: Instant::now(), outcome: QueryOutcome::Cancelled }
    }

    fn end<T>(mut self, ended: &Result<T, &PastError>) {
        self.outcome = match ended {
            Ok(_) => QueryOutcome::Answered,
            Err(error) => outcome(error),
        };
    }
}

fn outcome(error: &PastError) -> QueryOutcome {
    match error {
        PastError::Stopping => QueryOutcome::Cancelled,
        PastError::Query(error) => match error {
            QueryError::Busy { .. } => QueryOutcome::Busy,
            QueryError::TimedOut { .. } => QueryOutcome::TimedOut,
            QueryError::OutOfMemory { .. } => QueryOutcome::OutOfMemory,
            QueryError::Sql(_)
            | QueryError::TooComplex(_)
            | QueryError::Question(_)
            | QueryError::TooManyRows { .. } => QueryOutcome::Invalid,
            _ => QueryOutcome::Failed,
        },
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.observe(self.kind, self.outcome, self.started.elapsed());
    }
}
