//! SQL about the history.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use hivebox_archive::query::QueryError;
use hivebox_sql::{RecordBatch, SchemaRef, SqlEngine, SqlLimits, SqlRows};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Counted, Past, PastError, outcome};
use crate::metrics::{QueryKind, QueryOutcome};

impl Past {
    /// Answers SQL with at most `most_rows` rows. Dropping them before their end cancels the work.
    ///
    /// # Errors
    /// The SQL is invalid or not read-only; it exceeds the queue, the time or the memory; the store failed; or the service is
    /// stopping.
    pub async fn sql(&self, text: &str, most_rows: usize) -> Result<SqlAnswer, PastError> {
        let counted = Counted::begin(&self.metrics, QueryKind::Sql);
        let (deadline, after) = (Instant::now() + self.timeout, self.timeout);
        let begun = self.sql_engine.query(text, SqlLimits { rows: most_rows });
        match self.unless_stopped(begun).await {
            Ok(rows) => {
                let stopping = self.stopping.subscribe();
                let engine = Arc::clone(&self.sql_engine);
                Ok(SqlAnswer { engine, rows, counted, stopping, deadline, after })
            }
            Err(error) => {
                counted.end(&Err::<(), _>(&error));
                Err(error)
            }
        }
    }
}

/// The rows of an answer, which arrive while they are being found.
#[derive(Debug)]
pub struct SqlAnswer {
    engine: Arc<SqlEngine>,
    rows: SqlRows,
    counted: Counted,
    stopping: watch::Receiver<bool>,
    /// The time limit. The engine enforces it too, but its own work may keep its threads from doing so.
    deadline: Instant,
    after: Duration,
}

impl SqlAnswer {
    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.rows.schema().clone()
    }

    /// Does some work on rows, such as writing them in a format, on the threads of SQL: it takes nothing from requests.
    ///
    /// # Errors
    /// The service is stopping, or the work panicked.
    pub async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PastError> {
        Ok(self.engine.beside(work).await?)
    }

    /// The next rows; `None` at their end.
    ///
    /// # Errors
    /// The answer exceeds the time, the memory or the number of rows; the store failed; or the service is stopping.
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
