//! Answers SQL over a history.

use std::sync::{Arc, OnceLock};
use std::{fmt, io};

use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion::physical_plan::SendableRecordBatchStream;
use hivebox_archive::query::{CurrentHistory, Engine, Executor, Files, Memory, QueryError};
use tokio::sync::mpsc;
use tokio::time::Instant;

#[cfg(feature = "ballista")]
use crate::cluster::Cluster;
use crate::deadline::Deadline;
use crate::error::query_error;
use crate::rows::{self, SqlLimits, SqlRows};
use crate::session::{check_size, local_state, plan};
use crate::table::tables;

/// How many batches of rows may wait for the receiver.
const BATCHES_AHEAD: usize = 2;

/// Answers SQL over the files of an [`Engine`], and within limits like its: as many places, and as long. But the places, the
/// queue and the threads are its own, and it takes at most half of the memory. So SQL never keeps history queries waiting.
#[derive(Debug)]
pub struct SqlEngine {
    engine: Arc<Engine>,
    executor: Executor,
    planner: Arc<Planner>,
}

/// Plans SQL and starts to answer it.
struct Planner {
    threads: usize,
    /// The share of SQL in the memory.
    memory: Memory,
    /// Created by the first SQL, because that takes some time.
    state: OnceLock<SessionState>,
    #[cfg(feature = "ballista")]
    cluster: Option<Arc<Cluster>>,
}

impl fmt::Debug for Planner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Planner").field("threads", &self.threads).finish_non_exhaustive()
    }
}

impl SqlEngine {
    /// Answers SQL in this process, over the history of `engine`.
    ///
    /// # Errors
    /// The system refuses to start the threads.
    pub fn new(engine: Arc<Engine>) -> io::Result<Self> {
        Self::with_planner(
            engine,
            #[cfg(feature = "ballista")]
            None,
        )
    }

    /// The same, but a cluster executes the plans.
    ///
    /// # Errors
    /// The system refuses to start the threads.
    #[cfg(feature = "ballista")]
    pub fn on_cluster(engine: Arc<Engine>, cluster: Arc<Cluster>) -> io::Result<Self> {
        Self::with_planner(engine, Some(cluster))
    }

    fn with_planner(
        engine: Arc<Engine>,
        #[cfg(feature = "ballista")] cluster: Option<Arc<Cluster>>,
    ) -> io::Result<Self> {
        let whole = engine.current().reader().memory();
        let planner = Planner {
            threads: engine.executor().options().threads.max(1),
            memory: whole.part(whole.limit_bytes() / 2),
            state: OnceLock::new(),
            #[cfg(feature = "ballista")]
            cluster,
        };
        let executor = engine.executor().another()?;
        Ok(Self { engine, executor, planner: Arc::new(planner) })
    }

    /// How many statements run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.executor.running()
    }

    /// How many statements wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.executor.waiting()
    }

    /// The share of SQL in the memory.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.planner.memory
    }

    /// Does some work, such as writing rows, on the threads of SQL. They have a low priority.
    ///
    /// # Errors
    /// The engine is stopping, or the work panicked.
    pub async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, QueryError> {
        let (to, done) = tokio::sync::oneshot::channel();
        let _task = self.executor.spawn(async move { drop(to.send(work())) })?;
        done.await.map_err(|_| QueryError::Ended("the rows could not be written".into()))
    }

    /// Answers one read-only statement over the tables `readings`, `hourly`, `boxes` and `sensors`. The rows must be
    /// received within the time limit, and keep their place in the queue until then. Dropping the rows or the future cancels
    /// the work.
    ///
    /// # Errors
    /// The SQL is invalid; it exceeds the queue, the time or the memory; or the store failed. See [`QueryError`].
    pub async fn query(&self, text: &str, limits: SqlLimits) -> Result<SqlRows, QueryError> {
        let after = self.executor.options().timeout;
        let deadline = Deadline { at: Instant::now() + after, after };
        let (current, planner) = (Arc::clone(self.engine.current()), Arc::clone(&self.planner));
        let limit_bytes = planner.memory.limit_bytes();
        let text = text.to_owned();
        let begun = self.executor.run(move |admitted| async move {
            let files = current.files().await?;
            let rows = planner.begin(&current, &files, &text, limits, deadline).await?;
            Ok((rows, admitted))
        });
        let (rows, admitted) = begun.await?;
        let schema = rows::plain_schema(&rows.schema());
        let (to, batches) = mpsc::channel(BATCHES_AHEAD);
        let task = self.executor.spawn(async move {
            let sent = tokio::time::timeout_at(deadline.at, rows::send(rows, limits, limit_bytes, &to)).await;
            if sent.is_err() {
                // If the channel is full, its receiver is too slow to wait for, and misses the end of the rows.
                let _ = to.try_send(Err(QueryError::TimedOut { after }));
            }
            drop(admitted);
        })?;
        Ok(SqlRows::new(schema, batches, task, deadline))
    }
}

impl Planner {
    /// Plans SQL over some files, and starts to answer it.
    async fn begin(
        &self,
        current: &CurrentHistory,
        files: &Files,
        text: &str,
        limits: SqlLimits,
        deadline: Deadline,
    ) -> Result<SendableRecordBatchStream, QueryError> {
        check_size(text)?;
        let bounds = (deadline, &self.memory);
        // Without readings there are no files that a cluster could see.
        #[cfg(feature = "ballista")]
        if let Some(cluster) = self.cluster.as_ref().filter(|_| !files.readings.is_empty())
            && let Some(rows) = cluster.begin_sql(current.reader(), files, text, limits, bounds).await?
        {
            return Ok(rows);
        }
        let begun = async {
            let tables = tables(current.reader(), files, |table| Ok(Arc::new(table)))?;
            plan(self.state()?, tables, text, limits, bounds).await?.execute_stream().await
        };
        begun.await.map_err(|error| query_error(&error, self.memory.limit_bytes()))
    }

    fn state(&self) -> Result<&SessionState, DataFusionError> {
        if let Some(state) = self.state.get() {
            return Ok(state);
        }
        let new = local_state(&self.memory, self.threads)?;
        Ok(self.state.get_or_init(|| new))
    }
}
