//! Answers questions about the past within limits, counts them, and cancels a question when its client disconnects
//! or the service stops.

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use hivebox_archive::history::History;
use hivebox_archive::history::question::Question;
use hivebox_archive::query::{Answer, Engine, EngineOptions, QueryError, SqlLimits, SqlRows};
use hivebox_archive::{RecordBatch, SchemaRef, SnapshotStore};
use hivebox_config::{EngineAddress, QueryConfig};
use hivebox_present::Priority;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::metrics::{QueryKind, QueryMetrics, QueryOutcome};

/// Answers questions about the past.
#[derive(Debug)]
pub struct Past {
    engine: Engine,
    history: History,
    /// Whether HTTP clients may use SQL.
    pub sql: bool,
    /// The time limit of a question.
    pub timeout: Duration,
    metrics: QueryMetrics,
    stopping: watch::Sender<bool>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The engine rejected the question, or failed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
}

impl Past {
    /// Answers questions from the history in a store.
    ///
    /// # Errors
    /// The system cannot start the threads of the engine.
    pub fn new(config: &QueryConfig, store: &SnapshotStore, metrics: QueryMetrics) -> io::Result<Self> {
        let options = EngineOptions {
            memory_bytes: usize::try_from(config.memory_bytes).unwrap_or(usize::MAX),
            timeout: config.timeout,
            running: config.running,
            waiting: config.waiting,
            threads: config.running,
            on_thread_start: || Priority::Past.take(),
        };
        let engine = match &config.engine {
            EngineAddress::Local => Engine::new(options)?,
            #[cfg(feature = "ballista")]
            EngineAddress::Ballista(scheduler) => Engine::on_cluster(options, scheduler.clone())?,
        };
        let (sql, timeout, history) = (config.sql, config.timeout, store.history());
        Ok(Self { engine, history, sql, timeout, metrics, stopping: watch::Sender::new(false) })
    }

    /// The number of the newest manifest: the state of the history that answers the next question.
    ///
    /// # Errors
    /// The store fails, or the manifest cannot be read.
    pub async fn number(&self) -> Result<u64, PastError> {
        Ok(self.history.manifest().await.map_err(QueryError::from)?.number)
    }

    /// Answers a question. Dropping the future cancels it.
    ///
    /// # Errors
    /// Too many questions wait, the time or memory limit is exceeded, the store fails, or the service stops.
    pub async fn answer(&self, question: &Question) -> Result<Answer, PastError> {
        let counted = Counted::begin(&self.metrics, QueryKind::History);
        let answer = self.unless_stopped(self.engine.answer(&self.history, question)).await;
        counted.end(&answer.as_ref());
        answer
    }

    /// Runs an SQL query with at most `most_rows` rows. Dropping the answer cancels it.
    ///
    /// # Errors
    /// The SQL is wrong or would change something, too many questions wait, the time or memory limit is exceeded, the
    /// store fails, or the service stops.
    pub async fn sql(&self, text: &str, most_rows: usize) -> Result<SqlAnswer, PastError> {
        let counted = Counted::begin(&self.metrics, QueryKind::Sql);
        let (deadline, after) = (Instant::now() + self.timeout, self.timeout);
        let begun = self.engine.sql(&self.history, text, SqlLimits { rows: most_rows });
        match self.unless_stopped(begun).await {
            Ok(rows) => {
                let stopping = self.stopping.subscribe();
                Ok(SqlAnswer { rows, counted, stopping, deadline, after })
            }
            Err(error) => {
                counted.end(&Err::<(), _>(&error));
                Err(error)
            }
        }
    }

    /// Updates the metrics of running and waiting questions.
    pub fn observe(&self) {
        self.metrics.load(self.engine.running(), self.engine.waiting());
    }

    /// Cancels all questions, also later ones.
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

/// The rows of an SQL query, as the engine finds them.
#[derive(Debug)]
pub struct SqlAnswer {
    rows: SqlRows,
    counted: Counted,
    stopping: watch::Receiver<bool>,
    /// The end of the time limit. The engine checks it, too, but its own work may delay that check.
    deadline: Instant,
    after: Duration,
}

impl SqlAnswer {
    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.rows.schema().clone()
    }

    /// The next rows; `None` at their end.
    ///
    /// # Errors
    /// The limit of time, memory or rows is exceeded, the store fails, or the service stops.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, PastError>> {
        let next = tokio::select! {
            biased;
            // An error means that `Past` is gone, which is a stop as well.
            _ = self.stopping.wait_for(|stops| *stops) => Some(Err(PastError::Stopping)),
            next = tokio::time::timeout_at(self.deadline, self.rows.next()) => match next {
                Ok(next) => next.map(|rows| rows.map_err(PastError::from)),
                Err(_) => Some(Err(QueryError::TimedOut { after: self.after }.into())),
            },
        };
        match &next {
            None => self.counted.outcome = QueryOutcome::Answered,
            Some(Err(error)) => self.counted.outcome = outcome(error),
            Some(Ok(_)) => {}
        }
        next
    }
}

/// Counts a question when it is dropped, with its outcome.
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
            QueryError::Sql(_) | QueryError::Question(_) | QueryError::TooManyRows { .. } => {
                QueryOutcome::Invalid
            }
            _ => QueryOutcome::Failed,
        },
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.observe(self.kind, self.outcome, self.started.elapsed());
    }
}
