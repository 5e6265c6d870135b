//! What SQL may do, and how it is planned.

use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, MemoryCatalogProviderList};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::object_store::memory::InMemory;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use hivebox_archive::query::{Memory, QueryError};
use url::Url;

use crate::functions::{date_trunc_utc, sketch_percentile};
use crate::memory::SharedPool;
use crate::rows::SqlLimits;
use crate::table::{CATALOG, SCHEMA, STORE};
use crate::yielding_joins::YieldingJoins;

/// The state that all SQL in this process starts from: functions, rules and limits.
pub(crate) fn local_state(memory: &Memory, threads: usize) -> Result<SessionState, DataFusionError> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(SharedPool(memory.clone())))
        // Never spill to disk: the temporary folder may be in memory, too.
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
        .build_arc()?;
    let store = Url::parse(STORE).map_err(|error| DataFusionError::External(Box::new(error)))?;
    runtime.register_object_store(&store, Arc::new(InMemory::new()));
    let mut state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config().with_target_partitions(threads))
        .with_runtime_env(runtime)
        .with_physical_optimizer_rule(Arc::new(YieldingJoins))
        .build();
    // Without factories SQL can neither read nor write files.
    state.table_factories_mut().clear();
    state.register_udaf(Arc::new(sketch_percentile()))?;
    state.register_udf(Arc::new(date_trunc_utc()))?;
    Ok(state)
}

/// The options that give SQL its meaning, in this process and on a cluster.
pub(crate) fn config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.execution.time_zone = Some("UTC".into());
    config
}

/// Plans SQL over `tables`, starting from `state`.
pub(crate) async fn plan(
    state: &SessionState,
    tables: Arc<dyn CatalogProvider>,
    text: &str,
    limits: SqlLimits,
) -> Result<DataFrame, DataFusionError> {
    // Clones of a state share its catalogs, but each question must see only its own files.
    let state = SessionStateBuilder::new_from_existing(state.clone())
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
        .build();
    let context = SessionContext::new_with_state(state);
    context.register_catalog(CATALOG, tables);
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let planned = context.sql_with_options(text, read_only).await?;
    match planned.logical_plan() {
        // These must be the root of a plan, and return few rows.
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => Ok(planned),
        // One more row than allowed shows that there are too many.
        _ => planned.limit(0, Some(limits.rows.saturating_add(1))),
    }
}

/// Refuses SQL that would take too long to plan, or more stack than there is.
pub(crate) fn check_size(text: &str) -> Result<(), QueryError> {
    const LONGEST_BYTES: usize = SqlLimits::LONGEST_BYTES;
    const MOST_WORDS: usize = SqlLimits::MOST_WORDS;
    let refused = |reason: String| Err(QueryError::Sql(format!("the SQL is too long: {reason}")));
    if text.len() > LONGEST_BYTES {
        return refused(format!("at most {LONGEST_BYTES} bytes are allowed"));
    }
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize();
    let tokens = tokens.map_err(|error| QueryError::Sql(error.to_string()))?;
    let is_word = |token: &&Token| !matches!(token, Token::Whitespace(_));
    match tokens.iter().filter(is_word).count() {
        0..=MOST_WORDS => Ok(()),
        words => refused(format!("it has {words} words and signs, and {MOST_WORDS} are allowed")),
    }
}
