//! Planning ends when its time is over.
//!
//! Planning cannot be cancelled: it never waits. So each rule looks at the clock before it works, most of them at each node
//! of the plan.

use std::sync::Arc;
use std::time::Duration;

use datafusion::common::tree_node::Transformed;
use datafusion::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{AnalyzerRule, OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::{PhysicalOptimizerContext, PhysicalOptimizerRule};
use datafusion::physical_plan::ExecutionPlan;
use hivebox_archive::query::QueryError;
use tokio::time::Instant;

use crate::error::ours;

/// When the time of a query is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// The time limit that ends then.
    pub(crate) after: Duration,
}

impl Deadline {
    /// Fails once the time is over.
    pub(crate) fn check(self) -> Result<()> {
        if Instant::now() < self.at {
            return Ok(());
        }
        Err(ours(QueryError::TimedOut { after: self.after }))
    }
}

/// A rule that heeds the deadline, and otherwise is the rule inside.
#[derive(Debug)]
struct InTime<Rule> {
    rule: Rule,
    deadline: Deadline,
}

/// Builds the same state, whose rules all heed the deadline.
pub(crate) fn within(state: &SessionState, deadline: Deadline) -> SessionStateBuilder {
    let analyzer = state.analyzer().rules.iter().map(|rule| {
        Arc::new(InTime { rule: Arc::clone(rule), deadline }) as Arc<dyn AnalyzerRule + Send + Sync>
    });
    let optimizer = state.optimizers().iter().map(|rule| {
        Arc::new(InTime { rule: Arc::clone(rule), deadline }) as Arc<dyn OptimizerRule + Send + Sync>
    });
    let physical = state.physical_optimizers().iter().map(|rule| {
        Arc::new(InTime { rule: Arc::clone(rule), deadline }) as Arc<dyn PhysicalOptimizerRule + Send + Sync>
    });
    let (analyzer, optimizer, physical) = (analyzer.collect(), optimizer.collect(), physical.collect());
    SessionStateBuilder::new_from_existing(state.clone())
        .with_analyzer_rules(analyzer)
        .with_optimizer_rules(optimizer)
        .with_physical_optimizer_rules(physical)
}

impl AnalyzerRule for InTime<Arc<dyn AnalyzerRule + Send + Sync>> {
    fn analyze(&self, plan: LogicalPlan, config: &ConfigOptions) -> Result<LogicalPlan> {
        self.deadline.check()?;
        self.rule.analyze(plan, config)
    }

    fn name(&self) -> &str {
        self.rule.name()
    }
}

impl OptimizerRule for InTime<Arc<dyn OptimizerRule + Send + Sync>> {
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.rule.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        self.deadline.check()?;
        self.rule.rewrite(plan, config)
    }
}

impl PhysicalOptimizerRule for InTime<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.deadline.check()?;
        self.rule.optimize(plan, config)
    }

    fn optimize_with_context(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        context: &dyn PhysicalOptimizerContext,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.deadline.check()?;
        self.rule.optimize_with_context(plan, context)
    }

    fn name(&self) -> &str {
        self.rule.name()
    }

    fn schema_check(&self) -> bool {
        self.rule.schema_check()
    }
}
