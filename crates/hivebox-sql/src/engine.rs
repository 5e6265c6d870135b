//! Answers SQL over a history.

use std::fmt;
use std::sync::{Arc, OnceLock};

use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion::physical_plan::SendableRecordBatchStream;
use hivebox_archive::query::{CurrentHistory, Engine, Files, QueryError};
use tokio::sync::mpsc;
use tokio::time::Instant;

#[cfg(feature = "ballista")]
use crate::cluster::Cluster;
use crate::error::query_error;
use crate::rows::{self, SqlLimits, SqlRows};
use crate::session::{check_size, local_state, plan};
use crate::table::tables;

/// How many batches of rows may wait for the receiver.
const BATCHES_AHEAD: usize = 2;

/// Answers SQL within the limits of an [`Engine`]: the same queue, threads, time and memory, and the same files.
#[derive(Debug)]
pub struct SqlEngine {
    engine: Arc<Engine>,
    planner: Arc<Planner>,
}

/// Plans SQL and starts to answer it.
struct Planner {
    threads: usize,
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
    /// Answers SQL in this process, within the limits of `engine` and over its history.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        Self::with_planner(
            engine,
            #[cfg(feature = "ballista")]
            None,
        )
    }

    /// The same, but a cluster executes the plans.
    #[cfg(feature = "ballista")]
    #[must_use]
    pub fn on_cluster(engine: Arc<Engine>, cluster: Arc<Cluster>) -> Self {
        Self::with_planner(engine, Some(cluster))
    }

    fn with_planner(engine: Arc<Engine>, #[cfg(feature = "ballista")] cluster: Option<Arc<Cluster>>) -> Self {
        let planner = Planner {
            threads: engine.executor().options().threads.max(1),
            state: OnceLock::new(),
            #[cfg(feature = "ballista")]
            cluster,
        };
        Self { engine, planner: Arc::new(planner) }
    }

    /// Answers one read-only statement over the tables `readings`, `hourly`, `boxes` and `sensors`. The rows must be
    /// received within the time limit, and keep their place in the queue until then. Dropping the rows or the future cancels
    /// the work.
    ///
    /// # Errors
    /// The SQL is invalid; it exceeds the queue, the time or the memory; or the store failed. See [`QueryError`].
    pub async fn query(&self, text: &str, limits: SqlLimits) -> Result<SqlRows, QueryError> {
        let executor = self.engine.executor();
        let after = executor.options().timeout;
        let deadline = Instant::now() + after;
        let (current, planner) = (Arc::clone(self.engine.current()), Arc::clone(&self.planner));
        let limit_bytes = current.reader().memory().limit_bytes();
        let text = text.to_owned();
        let begun = executor.run(move |admitted| async move {
            let files = current.files().await?;
            let rows = planner.begin(&current, &files, &text, limits).await?;
            Ok((rows, admitted))
        });
        let (rows, admitted) = begun.await?;
        let schema = rows::plain_schema(&rows.schema());
        let (to, batches) = mpsc::channel(BATCHES_AHEAD);
        let task = executor.spawn(async move {
            let sent = tokio::time::timeout_at(deadline, rows::send(rows, limits, limit_bytes, &to)).await;
            if sent.is_err() {
                // If the channel is full, its receiver is too slow to wait for, and the rows just end.
                let _ = to.try_send(Err(QueryError::TimedOut { after }));
            }
            drop(admitted);
        })?;
        Ok(SqlRows::new(schema, batches, task))
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
    ) -> Result<SendableRecordBatchStream, QueryError> {
        check_size(text)?;
        // Without readings there are no files that a cluster could see.
        #[cfg(feature = "ballista")]
        if let Some(cluster) = self.cluster.as_ref().filter(|_| !files.readings.is_empty())
            && let Some(rows) = cluster.begin_sql(current.reader(), files, text, limits).await?
        {
            return Ok(rows);
        }
        let begun = async {
            let tables = tables(current.reader(), files, |table| Ok(Arc::new(table)))?;
            plan(self.state(current)?, tables, text, limits).await?.execute_stream().await
        };
        begun.await.map_err(|error| query_error(&error, current.reader().memory().limit_bytes()))
    }

    fn state(&self, current: &CurrentHistory) -> Result<&SessionState, DataFusionError> {
        if let Some(state) = self.state.get() {
            return Ok(state);
        }
        let new = local_state(current.reader().memory(), self.threads)?;
        Ok(self.state.get_or_init(|| new))
    }
}
