//! The rows of an answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use datafusion::arrow::compute::cast;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures_util::{Stream, StreamExt};
use hivebox_archive::query::{AbortOnDrop, QueryError};
use tokio::sync::mpsc;

use crate::error::query_error;

/// The limits of SQL and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlLimits {
    /// The most rows of an answer.
    pub rows: usize,
}

impl SqlLimits {
    /// The longest SQL, in bytes.
    pub const LONGEST_BYTES: usize = 16 * 1024;
    /// The most words and signs in SQL. Each can be a level of nesting: levels take stack, and planning takes time that
    /// grows with the square of the levels and cannot be cancelled.
    pub const MOST_WORDS: usize = 1000;
}

/// The rows of an answer, which arrive while they are being found. Dropping them cancels the work.
#[derive(Debug)]
pub struct SqlRows {
    schema: SchemaRef,
    batches: mpsc::Receiver<Result<RecordBatch, QueryError>>,
    _task: AbortOnDrop,
}

impl SqlRows {
    pub(crate) fn new(
        schema: SchemaRef,
        batches: mpsc::Receiver<Result<RecordBatch, QueryError>>,
        task: AbortOnDrop,
    ) -> Self {
        Self { schema, batches, _task: task }
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

/// Sends rows until the stream ends, fails or exceeds the limit, or the receiver is gone.
pub(crate) async fn send(
    mut rows: SendableRecordBatchStream,
    limits: SqlLimits,
    limit_bytes: usize,
    to: &mpsc::Sender<Result<RecordBatch, QueryError>>,
) {
    let mut left = limits.rows;
    while let Some(batch) = rows.next().await {
        let batch = batch.and_then(|batch| Ok(plain(&batch)?));
        let batch = batch.map_err(|error| query_error(&error, limit_bytes));
        let length = batch.as_ref().map_or(0, RecordBatch::num_rows);
        let is_failed = batch.is_err();
        let sent = match batch {
            Ok(batch) if length > left => {
                // The rows up to the limit are still good.
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

/// The schema with types that every reader of Arrow and Parquet knows.
pub(crate) fn plain_schema(schema: &Schema) -> SchemaRef {
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

fn plain(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = plain_schema(batch.schema_ref());
    let columns =
        batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &rows)
}
