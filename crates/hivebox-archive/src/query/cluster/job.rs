//! Sends plans to the cluster, and gives up what nobody waits for.

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

use super::address::Scheduler;
use super::failed;

type Query = DistributedQueryExec<LogicalPlanNode>;

/// Work that the cluster does. If it is dropped before its end, the cluster is told to leave off.
struct Job {
    plan: Arc<dyn ExecutionPlan>,
    scheduler: Scheduler,
    is_over: bool,
}

/// The rows of a job.
struct Rows {
    rows: SendableRecordBatchStream,
    job: Job,
}

/// How long it may take to tell the scheduler that a job is given up.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);

/// Begins to answer what was planned. Nothing is sent before the first row is asked for.
pub(crate) async fn begin(planned: DataFrame, scheduler: &Scheduler) -> Result<SendableRecordBatchStream> {
    let context = Arc::new(planned.task_ctx());
    let plan = planned.create_physical_plan().await?;
    let rows = execute_stream(Arc::clone(&plan), context)?;
    let job = Job { plan, scheduler: scheduler.clone(), is_over: false };
    Ok(Box::pin(Rows { rows, job }))
}

impl Stream for Rows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.rows.as_mut().poll_next(context);
        self.job.is_over = matches!(next, Poll::Ready(None | Some(Err(_))));
        // The plan was sound, as far as that can be told from here.
        next.map_err(|error| DataFusionError::External(Box::new(failed(&error))))
    }
}

impl RecordBatchStream for Rows {
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
            // A scheduler that cannot be reached now will not go on either, or ends the job when it is done.
            if let Ok(mut scheduler) = SchedulerGrpcClient::connect(url).await {
                let _ = scheduler.cancel_job(CancelJobParams { job_id: id.to_string() }).await;
            }
        }));
    }
}
