//! What SQL may do, and how it is planned.

use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, MemoryCatalogProviderList};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::FunctionRegistry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::object_store::memory::InMemory;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use hivebox_archive::query::{Memory, QueryError};
use url::Url;

use crate::bounds::Room;
use crate::checked::Checked;
use crate::counted_windows::CountedWindows;
use crate::deadline::{self, Deadline};
use crate::functions::{date_trunc_utc, keep_judged, sketch_percentile};
use crate::memory::SharedPool;
use crate::references;
use crate::rows::SqlLimits;
use crate::table::{CATALOG, SCHEMA, STORE};
use crate::yielding_joins::YieldingJoins;

/// The state that all SQL in this process starts from: functions, rules and limits.
pub(crate) fn local_state(memory: &Memory, threads: usize) -> Result<SessionState> {
    let collected_bytes = Some(Room::of(memory.limit_bytes()).collected_bytes());
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
        .with_analyzer_rule(Arc::new(Checked { collected_bytes }))
        .with_physical_optimizer_rule(Arc::new(YieldingJoins))
        .with_physical_optimizer_rule(Arc::new(CountedWindows))
        .build();
    // Without factories SQL can neither read nor write files.
    state.table_factories_mut().clear();
    state.register_udaf(Arc::new(sketch_percentile()))?;
    state.register_udf(Arc::new(date_trunc_utc()))?;
    keep_judged(&mut state)?;
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
    // Nothing bounds how far the values of a recursion grow.
    options.execution.enable_recursive_ctes = false;
    config
}

/// Plans SQL over `tables`, starting from `state`, for as long as the deadline allows and for this much memory.
pub(crate) async fn plan(
    state: &SessionState,
    tables: Arc<dyn CatalogProvider>,
    text: &str,
    limits: SqlLimits,
    (deadline, memory): (Deadline, &Memory),
) -> Result<DataFrame> {
    // Clones of a state share its catalogs, but each question must see only its own files.
    let mut state = deadline::within(state, deadline)
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
        .build();
    state.catalog_list().register_catalog(CATALOG.into(), tables);
    let dialect = state.config_options().sql_parser.dialect;
    let statement = state.sql_to_statement(text, &dialect)?;
    references::check(&statement)?;
    let planned = state.statement_to_plan(statement).await?;
    // Before anything walks the whole plan, which may be too large for that.
    let rows = Room::of(memory.limit_bytes()).batch_rows(&planned)?;
    *state.config_mut() = state.config().clone().with_batch_size(rows);
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    read_only.verify_plan(&planned)?;
    let planned = DataFrame::new(state, planned);
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
    /// The most groupings that CUBE, ROLLUP and GROUPING SETS make.
    const MOST_GROUPINGS: u64 = 256;
    let refused = |reason: String| Err(QueryError::Sql(format!("the SQL is too long: {reason}")));
    if text.len() > LONGEST_BYTES {
        return refused(format!("at most {LONGEST_BYTES} bytes are allowed"));
    }
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize();
    let tokens = tokens.map_err(|error| QueryError::Sql(error.to_string()))?;
    let words: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    if words.len() > MOST_WORDS {
        return refused(format!("it has {} words and signs, and {MOST_WORDS} are allowed", words.len()));
    }
    if groupings(&words) > MOST_GROUPINGS {
        return Err(QueryError::TooComplex(format!(
            "the SQL is too complex: CUBE, ROLLUP and GROUPING SETS may make {MOST_GROUPINGS} groupings; name fewer columns"
        )));
    }
    Ok(())
}

/// How many groupings CUBE, ROLLUP and GROUPING SETS make at most, were all of them in one GROUP BY.
fn groupings(words: &[&Token]) -> u64 {
    let mut groupings: u64 = 1;
    for (index, word) in words.iter().enumerate() {
        let Token::Word(word) = word else { continue };
        let Some(Token::LParen) = words.get(index + 1) else { continue };
        let items = items(&words[index + 1..]);
        let sets = match word.value.to_ascii_lowercase().as_str() {
            "cube" => 1_u64.checked_shl(items).unwrap_or(u64::MAX),
            "rollup" | "sets" => u64::from(items) + 1,
            _ => 1,
        };
        groupings = groupings.saturating_mul(sets);
    }
    groupings
}

/// How many items are in the parentheses that begin here.
fn items(words: &[&Token]) -> u32 {
    let (mut depth, mut items) = (0_u32, 1_u32);
    for word in words {
        match word {
            Token::LParen => depth += 1,
            Token::RParen if depth <= 1 => break,
            Token::RParen => depth -= 1,
            Token::Comma if depth == 1 => items += 1,
            _ => {}
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groupings_are_counted_before_they_are_made() {
        let columns = |count: usize| vec!["box_id"; count].join(", ");
        for (text, is_fine) in [
            (format!("select 1 from readings group by cube({})", columns(8)), true),
            (format!("select 1 from readings group by cube({})", columns(9)), false),
            (format!("select 1 from readings group by cube({}), cube({0})", columns(5)), false),
            (format!("select 1 from readings group by rollup({})", columns(200)), true),
            (format!("select 1 from readings group by rollup({}), rollup({0})", columns(20)), false),
            (
                format!("select cube from (select 1 as cube) group by grouping sets (({}), ())", columns(90)),
                true,
            ),
        ] {
            let checked = check_size(&text);
            assert!(matches!(checked, Ok(())) == is_fine, "{text}: {checked:?}");
        }
    }
}
