//! The SQL functions that there are, and those that HiveBox adds or replaces.

mod at_most;
mod date_trunc;
pub(crate) mod judged;
mod sketch_percentile;

pub(crate) use at_most::at_most;
pub(crate) use date_trunc::date_trunc_utc;
pub(crate) use sketch_percentile::sketch_percentile;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::session_state::SessionState;

/// Removes all functions that SQL may not call.
pub(crate) fn keep_judged(state: &mut SessionState) -> Result<()> {
    let names = |names: Vec<(&String, bool)>| -> Vec<String> {
        names.into_iter().filter(|(_, is_judged)| !is_judged).map(|(name, _)| name.clone()).collect()
    };
    let scalars = state.scalar_functions().iter();
    let scalars = names(scalars.map(|(key, of)| (key, judged::growth(of.name()).is_some())).collect());
    let aggregates = state.aggregate_functions().iter();
    let aggregates = names(aggregates.map(|(key, of)| (key, judged::is_aggregate(of.name()))).collect());
    let windows = state.window_functions().iter();
    let windows = names(windows.map(|(key, of)| (key, judged::is_window(of.name()))).collect());
    let tables = names(state.table_functions().keys().map(|key| (key, judged::is_table(key))).collect());
    // Each takes a function as an argument, which can build anything.
    let higher: Vec<String> = state.higher_order_functions().keys().cloned().collect();
    for name in scalars {
        state.deregister_udf(&name)?;
    }
    for name in aggregates {
        state.deregister_udaf(&name)?;
    }
    for name in windows {
        state.deregister_udwf(&name)?;
    }
    for name in tables {
        state.deregister_udtf(&name)?;
    }
    for name in higher {
        state.deregister_higher_order_function(&name)?;
    }
    Ok(())
}
