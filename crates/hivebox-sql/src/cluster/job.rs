//! Sends plans to the cluster, and cancels jobs that nobody waits for.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::serde::protobuf::CancelJobParams;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::RecordBatchStream;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream, execute_stream};
use datafusion::prelude::DataFrame;
use datafusion_proto::protobuf::LogicalPlanNode;
use futures_util::Stream;
use hivebox_archive::query::QueryError;

use super::scheduler::Scheduler;

type Query = DistributedQueryExec<LogicalPlanNode>;

/// A job of the cluster. Dropping it before its end cancels it.
struct Job {
    plan: Arc<dyn ExecutionPlan>,
    scheduler: Scheduler,
    is_over: bool,
}

/// The rows of a job.
struct JobRows {
    rows: SendableRecordBatchStream,
    job: Job,
}

/// The timeout for telling the scheduler to cancel a job.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);

/// Starts a job for a plan. Sends nothing before the first row is polled.
pub(super) async fn begin(planned: DataFrame, scheduler: &Scheduler) -> Result<SendableRecordBatchStream> {
    let context = Arc::new(planned.task_ctx());
    let plan = planned.create_physical_plan().await?;
    let rows = execute_stream(Arc::clone(&plan), context)?;
    let job = Job { plan, scheduler: scheduler.clone(), is_over: false };
    Ok(Box::pin(JobRows { rows, job }))
}

/// The error of a cluster that failed.
pub(super) fn failed(error: &DataFusionError) -> QueryError {
    QueryError::ClusterFailed { reason: error.find_root().strip_backtrace() }
}

impl Stream for JobRows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.rows.as_mut().poll_next(context);
        self.job.is_over = matches!(next, Poll::Ready(None | Some(Err(_))));
        // The plan passed all checks in this process, so the cluster is to blame.
        next.map_err(|error| DataFusionError::External(Box::new(failed(&error))))
    }
}

impl RecordBatchStream for JobRows {
    fn schema(&self) -> arrow_schema::SchemaRef {
        self.rows.schema()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let id = self.plan.downcast_ref::<Query>().and_then(Query::job_id);
        let (Some(id), false, Ok(runtime)) = (id, self.is_over, tokio::runtime::Handle::try_current()) else {
            return;
        };
        let url = self.scheduler.url();
        runtime.spawn(tokio::time::timeout(CANCEL_WITHIN, async move {
            // If the scheduler cannot be reached, it either no longer runs or finishes the job.
            if let Ok(mut scheduler) = SchedulerGrpcClient::connect(url).await {
                let _ = scheduler.cancel_job(CancelJobParams { job_id: id.to_string() }).await;
            }
        }));
    }
}
