//! The tables of the history, as `DataFusion` sees them.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, Result, ScalarValue, Statistics, ToDFSchema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;

use super::reader::Readers;
use crate::query::files::DataFile;
use crate::query::read::Source;

/// A table that files make up. Their names, sizes and times are known, so that nothing needs to be listed.
#[derive(Debug)]
pub(in crate::query) struct FileTable {
    schema: SchemaRef,
    files: Vec<DataFile>,
    /// The column of which the first and the last moment of each file are known.
    time: Option<&'static str>,
    source: Source,
}

/// Under which address `DataFusion` knows the store. Files are read by [`Readers`], which do not ask it.
pub(super) const STORE: &str = "history://";

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8View, true)
}

fn number(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

fn moment(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false)
}

impl FileTable {
    /// All readings, good and bad.
    pub(in crate::query) fn readings(files: Vec<DataFile>, source: Source) -> Self {
        let fields = vec![
            text("phenomenon"),
            text("box_id"),
            text("sensor_id"),
            moment("measured_at"),
            number("value"),
            number("raw_value"),
            text("verdict"),
            text("exposure"),
            text("model"),
            number("latitude"),
            number("longitude"),
            number("height"),
        ];
        Self::new(fields, files, Some("measured_at"), source)
    }

    /// What the readings that count come to, hour by hour.
    pub(super) fn hourly(files: Vec<DataFile>, source: Source) -> Self {
        let fields = vec![
            moment("hour"),
            text("phenomenon"),
            text("exposure"),
            text("cell"),
            Field::new("count", DataType::Int64, false),
            number("sum"),
            number("min"),
            number("max"),
            Field::new("sketch", DataType::Binary, true),
        ];
        Self::new(fields, files, Some("hour"), source)
    }

    /// All boxes of which there are readings.
    pub(super) fn boxes(file: Option<DataFile>, source: Source) -> Self {
        let fields = vec![
            text("box_id"),
            text("name"),
            text("model"),
            text("exposure"),
            number("latitude"),
            number("longitude"),
            number("height"),
            Field::new("first_day", DataType::Date32, false),
            Field::new("last_day", DataType::Date32, false),
        ];
        Self::new(fields, file.into_iter().collect(), None, source)
    }

    /// All sensors of which there are readings.
    pub(super) fn sensors(file: Option<DataFile>, source: Source) -> Self {
        let fields = vec![
            text("sensor_id"),
            text("box_id"),
            text("title"),
            text("unit"),
            text("sensor_type"),
            text("phenomenon"),
            Field::new("first_day", DataType::Date32, false),
            Field::new("last_day", DataType::Date32, false),
        ];
        Self::new(fields, file.into_iter().collect(), None, source)
    }

    fn new(fields: Vec<Field>, files: Vec<DataFile>, time: Option<&'static str>, source: Source) -> Self {
        Self { schema: Arc::new(Schema::new(fields)), files, time, source }
    }

    /// The same rows, as the machines of a cluster see them.
    #[cfg(feature = "ballista")]
    pub(in crate::query) fn on_cluster(self) -> Result<Arc<dyn TableProvider>> {
        crate::query::cluster::table(&self.source.store, &self.files, &self.schema)
    }

    /// The files that may have rows which pass all filters.
    fn files(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&DataFile>> {
        let (Some(time), Some(filter)) = (self.time, conjunction(filters.iter().cloned())) else {
            return Ok(self.files.iter().collect());
        };
        let schema = Arc::clone(&self.schema).to_dfschema()?;
        let filter = state.create_physical_expr(filter, &schema)?;
        // A filter that says nothing about times leaves all files.
        let Ok(predicate) =
            PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(filter)
        else {
            return Ok(self.files.iter().collect());
        };
        let kept = predicate.prune(&Times { files: &self.files, time })?;
        Ok(self.files.iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| file).collect())
    }

    fn partitioned(&self, file: &DataFile) -> PartitionedFile {
        let mut partitioned = PartitionedFile::new(file.path.to_string(), file.bytes);
        // The text of a path is escaped once more on its way, and must not be.
        partitioned.object_meta.location = file.path.clone();
        partitioned.with_statistics(Arc::new(self.statistics(&[file])))
    }

    fn statistics(&self, files: &[&DataFile]) -> Statistics {
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let first = files.iter().map(|file| file.first_millis).min();
        let last = files.iter().map(|file| file.last_millis).max();
        let at = |millis| ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into()));
        let of = |field: &Arc<Field>| match first.zip(last) {
            Some((first, last)) if Some(field.name().as_str()) == self.time => ColumnStatistics {
                null_count: Precision::Exact(0),
                min_value: Precision::Inexact(at(first)),
                max_value: Precision::Inexact(at(last)),
                ..ColumnStatistics::new_unknown()
            },
            _ => ColumnStatistics::new_unknown(),
        };
        Statistics {
            num_rows: Precision::Exact(rows as usize),
            total_byte_size: Precision::Absent,
            column_statistics: self.schema.fields().iter().map(of).collect(),
        }
    }
}

#[async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // They choose files here, and are then pushed into the reading of rows.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files = self.files(state, filters)?;
        let statistics = self.statistics(&files);
        let partitions = state.config().target_partitions().max(1);
        let mut groups = vec![Vec::new(); partitions.min(files.len()).max(1)];
        let count = groups.len();
        for (number, file) in files.into_iter().enumerate() {
            groups[number % count].push(self.partitioned(file));
        }
        let reading = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(Readers(self.source.clone())));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE)?, Arc::new(reading))
            .with_file_groups(groups.into_iter().map(FileGroup::new).collect())
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// When the rows of each file were measured.
struct Times<'a> {
    files: &'a [DataFile],
    time: &'static str,
}

impl Times<'_> {
    fn millis(&self, column: &Column, of: impl Fn(&DataFile) -> i64) -> Option<ArrayRef> {
        let millis = || self.files.iter().map(of);
        let times = || TimestampMillisecondArray::from_iter_values(millis()).with_timezone("UTC");
        (column.name == self.time).then(|| Arc::new(times()) as ArrayRef)
    }
}

impl PruningStatistics for Times<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.millis(column, |file| file.first_millis)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.millis(column, |file| file.last_millis)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, _column: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        None
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
