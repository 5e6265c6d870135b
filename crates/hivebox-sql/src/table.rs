//! The tables of the history for `DataFusion`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, Session, TableProvider,
};
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

use hivebox_archive::query::{DataFile, FileReader, Files};

use reader::Readers;

mod reader;

/// A table of some files. Their paths, sizes and times are known, so nothing needs to be listed.
#[derive(Debug)]
pub(crate) struct FileTable {
    schema: SchemaRef,
    files: Vec<DataFile>,
    /// The column whose first and last value in each file are known.
    time: Option<&'static str>,
    reader: FileReader,
}

/// The names of the catalog and the schema that the tables are in.
pub(crate) const CATALOG: &str = "hivebox";
pub(crate) const SCHEMA: &str = "history";
/// The URL under which `DataFusion` knows the store. It is never asked, because [`Readers`] read the files.
pub(crate) const STORE: &str = "history://";

/// The tables of some files, each made by `provide`.
pub(crate) fn tables(
    reader: &FileReader,
    files: &Files,
    provide: impl Fn(FileTable) -> Result<Arc<dyn TableProvider>>,
) -> Result<Arc<dyn CatalogProvider>> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in [
        ("readings", FileTable::readings(files.readings.clone(), reader.clone())),
        ("hourly", FileTable::hourly(files.hourly.clone(), reader.clone())),
        ("boxes", FileTable::boxes(files.boxes.clone(), reader.clone())),
        ("sensors", FileTable::sensors(files.sensors.clone(), reader.clone())),
    ] {
        schema.register_table(name.into(), provide(table)?)?;
    }
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(schema))?;
    Ok(Arc::new(catalog))
}

/// How many bytes a value of a column has at most, as far as that can be known: texts of senseBoxes are short.
pub(crate) fn column_bytes(data_type: &DataType) -> u64 {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => 128,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => 512,
        data_type if data_type.is_nested() => 1024,
        _ => 32,
    }
}

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
    /// All readings, whatever their verdict.
    pub(crate) fn readings(files: Vec<DataFile>, reader: FileReader) -> Self {
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
        Self::new(fields, files, Some("measured_at"), reader)
    }

    /// The hourly sums.
    fn hourly(files: Vec<DataFile>, reader: FileReader) -> Self {
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
        Self::new(fields, files, Some("hour"), reader)
    }

    /// All boxes with any reading.
    fn boxes(file: Option<DataFile>, reader: FileReader) -> Self {
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
        Self::new(fields, file.into_iter().collect(), None, reader)
    }

    /// All sensors with any reading.
    fn sensors(file: Option<DataFile>, reader: FileReader) -> Self {
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
        Self::new(fields, file.into_iter().collect(), None, reader)
    }

    fn new(fields: Vec<Field>, files: Vec<DataFile>, time: Option<&'static str>, reader: FileReader) -> Self {
        Self { schema: Arc::new(Schema::new(fields)), files, time, reader }
    }

    /// The columns.
    #[cfg(feature = "ballista")]
    pub(crate) fn columns(&self) -> &SchemaRef {
        &self.schema
    }

    /// The URLs of the files, under which other machines find them.
    #[cfg(feature = "ballista")]
    pub(crate) fn urls(&self) -> Result<Vec<String>> {
        let url = |file: &DataFile| self.reader.objects().url_of(&file.path);
        let urls: std::result::Result<_, _> = self.files.iter().map(url).collect();
        urls.map_err(|error| datafusion::error::DataFusionError::External(Box::new(error)))
    }

    /// The files that may have rows that pass all filters.
    fn files(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&DataFile>> {
        let (Some(time), Some(filter)) = (self.time, conjunction(filters.iter().cloned())) else {
            return Ok(self.files.iter().collect());
        };
        let schema = Arc::clone(&self.schema).to_dfschema()?;
        let filter = state.create_physical_expr(filter, &schema)?;
        // A filter without times cannot rule out any file.
        let Ok(predicate) =
            PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(filter)
        else {
            return Ok(self.files.iter().collect());
        };
        let kept = predicate.prune(&FileTimes { files: &self.files, time })?;
        Ok(self.files.iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| file).collect())
    }

    fn partitioned(&self, file: &DataFile) -> PartitionedFile {
        let mut partitioned = PartitionedFile::new(file.path.to_string(), file.bytes);
        // `PartitionedFile::new` escapes the path a second time.
        partitioned.object_meta.location = file.path.clone();
        partitioned.with_statistics(Arc::new(self.statistics(&[file]))).with_extension(file.clone())
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
        // They choose files here, and then rows while reading.
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
            .with_parquet_file_reader_factory(Arc::new(Readers(self.reader.clone())));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE)?, Arc::new(reading))
            .with_file_groups(groups.into_iter().map(FileGroup::new).collect())
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// The first and last times of files.
struct FileTimes<'a> {
    files: &'a [DataFile],
    time: &'static str,
}

impl FileTimes<'_> {
    fn millis(&self, column: &Column, of: impl Fn(&DataFile) -> i64) -> Option<ArrayRef> {
        let millis = || self.files.iter().map(of);
        let times = || TimestampMillisecondArray::from_iter_values(millis()).with_timezone("UTC");
        (column.name == self.time).then(|| Arc::new(times()) as ArrayRef)
    }
}

impl PruningStatistics for FileTimes<'_> {
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
