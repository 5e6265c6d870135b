//! Questions and SQL on a stock Ballista cluster: its scheduler gets the plans, and its executors read the files from the
//! store.
//!
//! | question | module |
//! |---|---|
//! | Where is the scheduler, and where does the cluster find files? | `scheduler`, `files` |
//! | How is a plan sent, and how is it cancelled? | `job` |
//! | How does it answer a question? | `count` |

mod count;
mod files;
mod job;
mod scheduler;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use ballista_core::config::BALLISTA_CLIENT_PULL;
use ballista_core::extension::{SessionConfigExt, SessionStateExt};
use ballista_core::planner::scans_only_information_schema;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use hivebox_archive::query::{
    FileReader, Files, Memory, QueryError, ReadingFilter, ReadingSums, SumReadings,
};
use tokio::sync::OnceCell;

use crate::checked::Checked;
use crate::deadline::Deadline;
use crate::error::query_error;
use crate::functions::keep_judged;
use crate::rows::SqlLimits;
use crate::session;
use crate::table::tables;
pub use scheduler::Scheduler;

/// A Ballista cluster that does the work instead of this process.
///
/// Its machines must find the store at the same address: the same path of a folder, or the same bucket with credentials of
/// their own. HiveBox connects when it has the first question.
pub struct Cluster {
    scheduler: Scheduler,
    /// The state that plans start from. Created by the first question, because that takes some time.
    state: OnceCell<SessionState>,
}

/// The number of parts of a plan, and so of cores that work on it at once.
const PARTS: usize = 16;

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cluster").field("scheduler", &self.scheduler).finish_non_exhaustive()
    }
}

impl Cluster {
    /// A cluster with this scheduler.
    #[must_use]
    pub fn new(scheduler: Scheduler) -> Self {
        Self { scheduler, state: OnceCell::new() }
    }

    /// Plans SQL over some files and starts it on the cluster; `None` if the SQL reads no files, so that this process should
    /// answer it.
    pub(crate) async fn begin_sql(
        &self,
        reader: &FileReader,
        files: &Files,
        text: &str,
        limits: SqlLimits,
        bounds: (Deadline, &Memory),
    ) -> Result<Option<SendableRecordBatchStream>, QueryError> {
        let failed = |error| query_error(&error, reader.memory().limit_bytes());
        let planned = async {
            let tables = tables(reader, files, |table| files::listing(&table))?;
            let planned = session::plan(self.state().await?, tables, text, limits, bounds).await?;
            let optimised = planned.clone().into_optimized_plan()?;
            let is_empty = matches!(optimised, LogicalPlan::EmptyRelation(_));
            let is_of_files = !is_empty && !scans_only_information_schema(&optimised)?;
            Ok(is_of_files.then_some(planned))
        };
        let Some(planned) = planned.await.map_err(failed)? else { return Ok(None) };
        self.scheduler.reach().await?;
        job::begin(planned, &self.scheduler).await.map(Some).map_err(failed)
    }

    async fn state(&self) -> Result<&SessionState, DataFusionError> {
        let state = async || -> Result<_, DataFusionError> {
            // The scheduler uses the same options.
            let config = session::config().upgrade_for_ballista().with_target_partitions(PARTS);
            // A client that pulls the status learns the job's id at once, so that it can cancel the job. A scheduler that pushes
            // the status sends the id only at the end.
            let config = config.set_bool(BALLISTA_CLIENT_PULL, true);
            let state = SessionStateBuilder::new()
                .with_default_features()
                .with_config(config)
                .with_analyzer_rule(Arc::new(Checked { collected_bytes: None }))
                .build();
            let mut state = state.upgrade_for_ballista(self.scheduler.url())?;
            keep_judged(&mut state)?;
            Ok(state)
        };
        self.state.get_or_try_init(state).await
    }
}

#[async_trait]
impl SumReadings for Cluster {
    async fn sum_readings(
        &self,
        reader: &FileReader,
        files: &Files,
        filter: ReadingFilter,
    ) -> Result<ReadingSums, QueryError> {
        let state = self.state().await.map_err(|error| job::failed(&error))?;
        count::sum_readings(&self.scheduler, state, reader, &files.readings, &filter).await
    }
}
