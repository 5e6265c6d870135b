//! Questions and SQL on a cluster: plans go to the scheduler of a stock Ballista cluster, whose executors read the files
//! where they lie.
//!
//! | question | module |
//! |---|---|
//! | Where is the scheduler, and where are files as the cluster sees them? | `address`, `files` |
//! | How is a plan sent, and given up? | `job` |
//! | How is a question put to it? | `count` |

mod address;
mod count;
mod files;
mod job;

use std::fmt;

use ballista_core::config::BALLISTA_CLIENT_PULL;
use ballista_core::extension::{SessionConfigExt, SessionStateExt};
use ballista_core::planner::scans_only_information_schema;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use tokio::sync::OnceCell;

use super::error::QueryError;
use super::files::{DataFile, Files};
use super::read::Source;
use super::readings::Found;
use super::sql::{self, FileTable, SqlLimits};
use super::wanted::Wanted;
pub use address::{Scheduler, SchedulerError};
pub(super) use files::table;

/// The cluster that answers in place of this machine.
pub(super) struct Cluster {
    scheduler: Scheduler,
    /// What plans are made with. Made when it is first needed, since that takes some time.
    state: OnceCell<SessionState>,
}

/// Into how many parts the work on a plan is cut, and thus by how many cores at once it is done.
const PARTS: usize = 16;

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cluster").field("scheduler", &self.scheduler).finish_non_exhaustive()
    }
}

impl Cluster {
    pub(super) fn new(scheduler: Scheduler) -> Self {
        Self { scheduler, state: OnceCell::new() }
    }

    /// Adds up the readings in `files` that are wanted.
    pub(super) async fn add_up(
        &self,
        source: &Source,
        files: &[DataFile],
        wanted: &Wanted,
        percentiles: bool,
    ) -> Result<Found, QueryError> {
        let state = self.state().await.map_err(|error| failed(&error))?;
        count::add_up(&self.scheduler, state, source, files, wanted, percentiles).await
    }

    /// Plans SQL over some files, and begins to have it answered; `None` if it asks nothing of the files, and so nothing of the cluster.
    pub(super) async fn begin_sql(
        &self,
        source: &Source,
        files: &Files,
        text: &str,
        limits: SqlLimits,
    ) -> Result<Option<SendableRecordBatchStream>, QueryError> {
        let told = |error| sql::told(&error, source.memory.limit_bytes());
        let planned = async {
            let tables = sql::tables(source, files, FileTable::on_cluster)?;
            let planned = sql::plan(self.state().await?, tables, text, limits).await?;
            let optimised = planned.clone().into_optimized_plan()?;
            let is_empty = matches!(optimised, LogicalPlan::EmptyRelation(_));
            let is_of_files = !is_empty && !scans_only_information_schema(&optimised)?;
            Ok(is_of_files.then_some(planned))
        };
        let Some(planned) = planned.await.map_err(told)? else { return Ok(None) };
        self.scheduler.reach().await?;
        job::begin(planned, &self.scheduler).await.map(Some).map_err(told)
    }

    async fn state(&self) -> Result<&SessionState, DataFusionError> {
        let state = async || {
            // The scheduler does its part by the same options.
            let config = sql::config().upgrade_for_ballista().with_target_partitions(PARTS);
            // A scheduler that is asked how far it is tells at once which job it is; one that would tell by itself does so at the end,
            // when there is nothing left to cancel.
            let config = config.set_bool(BALLISTA_CLIENT_PULL, true);
            let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
            state.upgrade_for_ballista(self.scheduler.url())
        };
        self.state.get_or_try_init(state).await
    }
}

fn failed(error: &DataFusionError) -> QueryError {
    QueryError::ClusterFailed { reason: error.find_root().strip_backtrace() }
}
