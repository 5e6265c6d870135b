//! The rows of an answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use datafusion::arrow::compute::cast;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures_util::{Stream, StreamExt};
use hivebox_archive::query::{AbortOnDrop, QueryError};
use tokio::sync::mpsc;

use crate::deadline::Deadline;
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
    batches: mpsc::Receiver<SentRows>,
    deadline: Deadline,
    is_over: bool,
    _task: AbortOnDrop,
}

/// Rows on their way. `None` is their end: without it some are missing.
pub(crate) type SentRows = Result<Option<RecordBatch>, QueryError>;

impl SqlRows {
    pub(crate) fn new(
        schema: SchemaRef,
        batches: mpsc::Receiver<SentRows>,
        task: AbortOnDrop,
        deadline: Deadline,
    ) -> Self {
        Self { schema, batches, deadline, is_over: false, _task: task }
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
        if self.is_over {
            return Poll::Ready(None);
        }
        let next = match std::task::ready!(self.batches.poll_recv(context)) {
            Some(Ok(Some(batch))) => return Poll::Ready(Some(Ok(batch))),
            Some(Ok(None)) => None,
            Some(Err(error)) => Some(Err(error)),
            // The sender gave up, and had no room to say so.
            None => Some(Err(match self.deadline.check() {
                Ok(()) => QueryError::Ended("the rows ended early".into()),
                Err(_) => QueryError::TimedOut { after: self.deadline.after },
            })),
        };
        self.is_over = true;
        Poll::Ready(next)
    }
}

/// Sends rows, and their end, until the stream fails or exceeds the limit, or the receiver is gone.
pub(crate) async fn send(
    mut rows: SendableRecordBatchStream,
    limits: SqlLimits,
    limit_bytes: usize,
    to: &mpsc::Sender<SentRows>,
) {
    let mut left = limits.rows;
    while let Some(batch) = rows.next().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return drop(to.send(Err(query_error(&error, limit_bytes))).await),
        };
        let is_too_long = batch.num_rows() > left;
        // The rows up to the limit are still good.
        let good = batch.slice(0, batch.num_rows().min(left));
        left -= good.num_rows();
        for piece in pieces(&good) {
            let piece = plain(&piece).map_err(|error| query_error(&error.into(), limit_bytes));
            let is_failed = piece.is_err();
            if to.send(piece.map(Some)).await.is_err() || is_failed {
                return;
            }
        }
        if is_too_long {
            return drop(to.send(Err(QueryError::TooManyRows { most: limits.rows })).await);
        }
    }
    drop(to.send(Ok(None)).await);
}

/// The rows in pieces that stay small when each has its own copy of the texts.
fn pieces(batch: &RecordBatch) -> Vec<RecordBatch> {
    const PIECE_BYTES: usize = 4 << 20;
    let bytes = |batch: &RecordBatch| {
        let of = |column: &ArrayRef| match column.data_type() {
            DataType::Utf8View => column.as_string_view().lengths().map(|bytes| bytes as usize).sum(),
            DataType::BinaryView => column.as_binary_view().lengths().map(|bytes| bytes as usize).sum(),
            _ => 0,
        };
        batch.columns().iter().map(of).sum::<usize>()
    };
    let mut all = vec![batch.clone()];
    let mut good = Vec::new();
    while let Some(batch) = all.pop() {
        let half = batch.num_rows() / 2;
        if half == 0 || bytes(&batch) <= PIECE_BYTES {
            good.push(batch);
        } else {
            all.push(batch.slice(half, batch.num_rows() - half));
            all.push(batch.slice(0, half));
        }
    }
    good
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
