//! Has joins give way to others now and then.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::error::DataFusionError;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;

/// Work can be ended only where it gives way. `DataFusion` sees to that where rows are read, which is not enough where few rows
/// that were read become many: what goes on multiplying them reads no more. So whatever brings rows together gives way, too.
#[derive(Debug)]
pub(super) struct JoinsGiveWay;

impl PhysicalOptimizerRule for JoinsGiveWay {
    fn name(&self) -> &'static str {
        "joins_give_way"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let given = plan.transform_up(|plan| {
            if plan.children().len() < 2 {
                return Ok(Transformed::no(plan));
            }
            let giving: Arc<dyn ExecutionPlan> = Arc::new(CooperativeExec::new(plan));
            Ok(Transformed::yes(giving))
        });
        Ok(given?.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}
