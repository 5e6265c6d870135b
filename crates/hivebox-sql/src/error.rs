//! Turns errors of `DataFusion` into ours.

use std::error::Error;

use datafusion::error::DataFusionError;
use hivebox_archive::query::QueryError;

/// An error of ours on its way through `DataFusion`; [`query_error`] finds it again.
pub(crate) fn ours(error: QueryError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// What an error means to the user. `limit_bytes` is the memory limit.
pub(crate) fn query_error(error: &DataFusionError, limit_bytes: usize) -> QueryError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(ours) = error.downcast_ref::<QueryError>() {
            return ours.duplicate();
        }
        cause = error.source();
    }
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => QueryError::OutOfMemory { limit_bytes },
        root => QueryError::Sql(in_words(root)),
    }
}

/// What is wrong with the SQL and, where that is clear, what to do about it.
fn in_words(error: &DataFusionError) -> String {
    let said = error.strip_backtrace();
    match error {
        DataFusionError::SQL(error, _) => {
            let said = error.to_string();
            format!("the SQL cannot be parsed: {}", said.trim_start_matches("sql parser error: "))
        }
        DataFusionError::Plan(text) if text.starts_with("table '") && text.contains("not found") => {
            format!("{said}; the tables are readings, hourly, boxes and sensors")
        }
        DataFusionError::Plan(text) if CHANGES.iter().any(|what| text.starts_with(what)) => {
            format!("{said}. SQL is read-only here: use SELECT, EXPLAIN or DESCRIBE")
        }
        // Whole numbers are computed as decimals and cast back, see `checked`.
        _ if said.contains("is out of range") && said.contains("Int") => {
            format!("{said}: the number is too large for its type; cast it to double or decimal first")
        }
        _ => said,
    }
}

/// How `DataFusion` starts its refusal of statements that would change something.
const CHANGES: [&str; 3] = ["DDL not supported", "DML not supported", "Statement not supported"];
