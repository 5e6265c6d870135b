//! SQL over the history.

mod date_trunc;
mod give_way;
mod reader;
mod sketch;
mod table;

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::compute::cast;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider, SchemaProvider,
    TableProvider,
};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::object_store::memory::InMemory;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use url::Url;

use super::engine::EndOnDrop;
use super::error::QueryError;
use super::files::Files;
use super::memory::Memory;
use super::read::Source;
pub(super) use table::FileTable;
use table::STORE;

/// How large SQL and its answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlLimits {
    /// The most rows of an answer.
    pub rows: usize,
}

/// The rows of an answer, which come while they are found. If they are dropped before the end, the work ends.
#[derive(Debug)]
pub struct SqlRows {
    schema: SchemaRef,
    batches: mpsc::Receiver<Result<RecordBatch, QueryError>>,
    _end: EndOnDrop,
}

/// What all SQL is answered with: functions, rules and limits.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    template: SessionState,
}

/// The longest SQL.
pub(super) const LONGEST_BYTES: usize = 16 * 1024;
/// The most words and signs in SQL. Each can be one level of nesting, for which there must be room on the stack; and the time that
/// planning takes grows with the square of the levels, and nothing ends it before it is done.
pub(super) const MOST_WORDS: usize = 1000;
const CATALOG: &str = "hivebox";
const SCHEMA: &str = "history";

impl SqlRows {
    pub(super) fn new(
        schema: SchemaRef,
        batches: mpsc::Receiver<Result<RecordBatch, QueryError>>,
        end: EndOnDrop,
    ) -> Self {
        Self { schema, batches, _end: end }
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

impl Stream for SqlRows {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.batches.poll_recv(context)
    }
}

impl Sql {
    pub(super) fn new(memory: &Memory, threads: usize) -> Result<Self, QueryError> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(memory.pool())
            // What does not fit into memory is refused: the folder of the system may be memory as well.
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .build_arc()
            .map_err(|error| told(&error, memory.limit_bytes()))?;
        let store = Url::parse(STORE).map_err(|error| QueryError::Ended(error.to_string()))?;
        runtime.register_object_store(&store, Arc::new(InMemory::new()));
        let mut template = SessionStateBuilder::new()
            .with_default_features()
            .with_config(config().with_target_partitions(threads))
            .with_runtime_env(runtime)
            .with_physical_optimizer_rule(Arc::new(give_way::JoinsGiveWay))
            .build();
        // Neither can tables be made of files, nor written to them.
        template.table_factories_mut().clear();
        let failed = |error| told(&error, memory.limit_bytes());
        template.register_udaf(Arc::new(sketch::sketch_percentile())).map_err(failed)?;
        template.register_udf(Arc::new(date_trunc::date_trunc_utc())).map_err(failed)?;
        Ok(Self { template })
    }

    /// Plans SQL over some files, and begins to answer it.
    pub(super) async fn begin(
        &self,
        source: &Source,
        files: &Files,
        text: &str,
        limits: SqlLimits,
    ) -> Result<SendableRecordBatchStream, QueryError> {
        check_size(text)?;
        // Without any readings there are no files that a cluster could see.
        #[cfg(feature = "ballista")]
        if let Some(cluster) = source.cluster.as_ref().filter(|_| !files.readings.is_empty())
            && let Some(rows) = cluster.begin_sql(source, files, text, limits).await?
        {
            return Ok(rows);
        }
        let begun = async {
            let tables = tables(source, files, |table| Ok(Arc::new(table)))?;
            plan(&self.template, tables, text, limits).await?.execute_stream().await
        };
        begun.await.map_err(|error| told(&error, source.memory.limit_bytes()))
    }
}

/// What SQL means, wherever it is worked on.
pub(super) fn config() -> SessionConfig {
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

/// Plans SQL over tables, by what `template` knows and the tables it is given.
pub(super) async fn plan(
    template: &SessionState,
    tables: Arc<dyn CatalogProvider>,
    text: &str,
    limits: SqlLimits,
) -> Result<DataFrame, DataFusionError> {
    // Clones of a state share its catalogs, and this one must see no files but its own.
    let state = SessionStateBuilder::new_from_existing(template.clone())
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
        .build();
    let context = SessionContext::new_with_state(state);
    context.register_catalog(CATALOG, tables);
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let planned = context.sql_with_options(text, read_only).await?;
    match planned.logical_plan() {
        // These must be the root of a plan, and have few rows.
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => Ok(planned),
        // One row more, by which it is known that there are too many.
        _ => planned.limit(0, Some(limits.rows.saturating_add(1))),
    }
}

/// Refuses SQL whose planning would take too long, or more of the stack than there is.
fn check_size(text: &str) -> Result<(), QueryError> {
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

/// Sends the rows of a stream on, until there are no more, too many, or nobody takes them.
pub(super) async fn send(
    mut rows: SendableRecordBatchStream,
    limits: SqlLimits,
    limit_bytes: usize,
    to: &mpsc::Sender<Result<RecordBatch, QueryError>>,
) {
    let mut left = limits.rows;
    while let Some(batch) = rows.next().await {
        let batch = batch.and_then(|batch| Ok(plain(&batch)?)).map_err(|error| told(&error, limit_bytes));
        let length = batch.as_ref().map_or(0, RecordBatch::num_rows);
        let is_failed = batch.is_err();
        let sent = match batch {
            Ok(batch) if length > left => {
                // The rows up to the limit are good all the same.
                to.send(Ok(batch.slice(0, left))).await.is_ok()
                    && to.send(Err(QueryError::TooManyRows { most: limits.rows })).await.is_ok()
            }
            batch => to.send(batch).await.is_ok(),
        };
        if !sent || is_failed || length > left {
            return;
        }
        left -= length;
    }
}

/// The schema with types that everybody reads.
pub(super) fn plain_schema(schema: &Schema) -> SchemaRef {
    let plain = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8))
        }
        DataType::BinaryView | DataType::LargeBinary => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Binary))
        }
        DataType::Dictionary(_, values) => {
            Arc::new(field.as_ref().clone().with_data_type(values.as_ref().clone()))
        }
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(plain).collect::<Vec<_>>()))
}

fn plain(batch: &RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let schema = plain_schema(batch.schema_ref());
    let columns =
        batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &rows)
}

/// The tables of some files, each made by `provide`.
pub(super) fn tables(
    source: &Source,
    files: &Files,
    provide: impl Fn(FileTable) -> Result<Arc<dyn TableProvider>, DataFusionError>,
) -> Result<Arc<dyn CatalogProvider>, DataFusionError> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in [
        ("readings", FileTable::readings(files.readings.clone(), source.clone())),
        ("hourly", FileTable::hourly(files.hourly.clone(), source.clone())),
        ("boxes", FileTable::boxes(files.boxes.clone(), source.clone())),
        ("sensors", FileTable::sensors(files.sensors.clone(), source.clone())),
    ] {
        schema.register_table(name.into(), provide(table)?)?;
    }
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(schema))?;
    Ok(Arc::new(catalog))
}

/// What an error of `DataFusion` means to who asked.
pub(super) fn told(error: &DataFusionError, limit_bytes: usize) -> QueryError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(ours) = error.downcast_ref::<QueryError>() {
            return ours.again();
        }
        cause = error.source();
    }
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => QueryError::OutOfMemory { limit_bytes },
        root => QueryError::Sql(in_words(root)),
    }
}

/// What is wrong with the SQL, and what to do about it where that is known.
fn in_words(error: &DataFusionError) -> String {
    let said = error.strip_backtrace();
    match error {
        DataFusionError::SQL(error, _) => {
            let said = error.to_string();
            format!("the SQL cannot be read: {}", said.trim_start_matches("sql parser error: "))
        }
        DataFusionError::Plan(text) if text.starts_with("table '") && text.contains("not found") => {
            format!("{said}; there are readings, hourly, boxes and sensors")
        }
        DataFusionError::Plan(text) if CHANGES.iter().any(|what| text.starts_with(what)) => {
            format!("{said}. SQL can only read here, by SELECT, EXPLAIN or DESCRIBE")
        }
        _ => said,
    }
}

/// How `DataFusion` begins to refuse what would change something.
const CHANGES: [&str; 3] = ["DDL not supported", "DML not supported", "Statement not supported"];
