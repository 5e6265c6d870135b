//! Reads files for `DataFusion`, with cached footers.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::parquet::arrow::async_reader::AsyncFileReader;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hivebox_archive::query::{DataFile, FileReader, QueryError};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};

/// Opens the files of the history.
#[derive(Debug)]
pub(super) struct Readers(pub(super) FileReader);

/// Reads one file.
struct Reader {
    reader: FileReader,
    file: DataFile,
}

impl ParquetFileReaderFactory for Readers {
    fn create_reader(
        &self,
        _partition: usize,
        file: PartitionedFile,
        _footer_bytes: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let file =
            file.extension::<DataFile>().ok_or_else(|| internal_datafusion_err!("a file is unknown"))?;
        Ok(Box::new(Reader { reader: self.0.clone(), file: file.clone() }))
    }
}

impl AsyncFileReader for Reader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        async move {
            let fetched = self.reader.fetch(&self.file, &[range]).await.map_err(external)?;
            fetched
                .into_iter()
                .next()
                .ok_or_else(|| ParquetError::General("the store returned nothing".into()))
        }
        .boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, parquet::errors::Result<Vec<Bytes>>> {
        async move { self.reader.fetch(&self.file, &ranges).await.map_err(external) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, parquet::errors::Result<Arc<ParquetMetaData>>> {
        let pages = options.is_some_and(|options| options.column_index_policy() != PageIndexPolicy::Skip);
        async move {
            let footer = self.reader.footer(&self.file, pages).await.map_err(external)?;
            Ok(Arc::clone(footer.metadata()))
        }
        .boxed()
    }
}

/// Wraps our own error. [`query_error`](crate::error::query_error) unwraps it.
fn external(error: QueryError) -> ParquetError {
    ParquetError::External(Box::new(error))
}
