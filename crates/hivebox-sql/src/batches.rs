//! Writes rows of any columns, batch by batch.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};
use bytes::Bytes;
use datafusion::arrow::json::writer::{JsonArray, WriterBuilder};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::arrow::{csv, json};
use hivebox_archive::file_properties;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchFormat {
    /// A JSON object with an array `rows` of objects.
    Json,
    /// CSV (RFC 4180) with a header.
    Csv,
    /// A Parquet file, compressed by zstd.
    Parquet,
    /// A stream of Arrow record batches.
    Arrow,
}

/// Why an answer cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// CSV does not support the type of a column.
    #[error(
        "the column {0} has lists or structs, which CSV does not support: ask for JSON, Parquet or Arrow"
    )]
    Nested(String),
    /// Arrow fails.
    #[error("the answer cannot be written: {0}")]
    Arrow(#[from] ArrowError),
    /// Parquet fails.
    #[error("the answer cannot be written: {0}")]
    Parquet(#[from] ParquetError),
}

/// Turns batches of rows into bytes.
pub struct BatchWriter {
    schema: SchemaRef,
    to: RowSink,
}

enum RowSink {
    Json { writer: Box<json::Writer<Vec<u8>, JsonArray>>, is_begun: bool },
    Csv { is_begun: bool },
    Parquet(Box<ArrowWriter<Vec<u8>>>),
    Arrow(Box<StreamWriter<Vec<u8>>>),
}

/// The most memory for rows that wait for the rest of their row group.
const GROUP_BYTES: usize = 8 << 20;

const JSON_HEAD: &[u8] = b"{\"rows\":";
const JSON_TAIL: &[u8] = b"}\n";

impl fmt::Debug for BatchWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BatchWriter").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl BatchWriter {
    /// Begins an answer with these columns.
    ///
    /// # Errors
    /// The format does not support one of them.
    pub fn new(format: BatchFormat, schema: SchemaRef) -> Result<Self, BatchError> {
        let to = match format {
            BatchFormat::Json => {
                let writer = WriterBuilder::new().with_explicit_nulls(true).build(Vec::new());
                RowSink::Json { writer: Box::new(writer), is_begun: false }
            }
            BatchFormat::Csv => match schema.fields().iter().find(|field| field.data_type().is_nested()) {
                Some(field) => return Err(BatchError::Nested(field.name().clone())),
                None => RowSink::Csv { is_begun: false },
            },
            BatchFormat::Parquet => {
                let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(file_properties(&[])?))?;
                RowSink::Parquet(Box::new(writer))
            }
            BatchFormat::Arrow => RowSink::Arrow(Box::new(StreamWriter::try_new(Vec::new(), &schema)?)),
        };
        Ok(Self { schema, to })
    }

    /// Takes a batch; returns the bytes that can be sent now, possibly none.
    ///
    /// # Errors
    /// The rows cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<Bytes, BatchError> {
        match &mut self.to {
            RowSink::Json { writer, is_begun } => {
                let mut bytes = begin(is_begun);
                writer.write(batch)?;
                bytes.append(writer.get_mut());
                Ok(bytes.into())
            }
            RowSink::Csv { is_begun } => {
                let has_names = !std::mem::replace(is_begun, true);
                let mut writer = csv::WriterBuilder::new().with_header(has_names).build(Vec::new());
                writer.write(batch)?;
                Ok(writer.into_inner().into())
            }
            RowSink::Parquet(writer) => {
                writer.write(batch)?;
                if writer.memory_size() > GROUP_BYTES {
                    writer.flush()?;
                }
                Ok(std::mem::take(writer.inner_mut()).into())
            }
            RowSink::Arrow(writer) => {
                writer.write(batch)?;
                Ok(std::mem::take(writer.get_mut()).into())
            }
        }
    }

    /// Ends the answer; returns the remaining bytes.
    ///
    /// # Errors
    /// The end cannot be written.
    pub fn finish(mut self) -> Result<Bytes, BatchError> {
        if let RowSink::Csv { is_begun: false } = self.to {
            return self.write(&RecordBatch::new_empty(self.schema.clone()));
        }
        match self.to {
            RowSink::Json { mut writer, mut is_begun } => {
                let mut bytes = begin(&mut is_begun);
                writer.finish()?;
                bytes.append(writer.get_mut());
                bytes.extend_from_slice(JSON_TAIL);
                Ok(bytes.into())
            }
            RowSink::Csv { .. } => Ok(Bytes::new()),
            RowSink::Parquet(writer) => Ok(writer.into_inner()?.into()),
            RowSink::Arrow(writer) => Ok(writer.into_inner()?.into()),
        }
    }
}

/// The head of JSON, unless it has been written.
fn begin(is_begun: &mut bool) -> Vec<u8> {
    if std::mem::replace(is_begun, true) { Vec::new() } else { JSON_HEAD.to_vec() }
}

/// The rows as text for people: a cell for each column, `None` if it is null.
///
/// # Errors
/// A value cannot be formatted.
pub fn texts(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>, BatchError> {
    let options = FormatOptions::default();
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<_, _>>()?;
    let cell = |row: usize, column: usize| {
        let is_there = !batch.column(column).is_null(row);
        is_there.then(|| columns[column].value(row).try_to_string()).transpose()
    };
    let rows = (0..batch.num_rows()).map(|row| (0..columns.len()).map(|column| cell(row, column)).collect());
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::{Float64Builder, ListBuilder};
    use arrow_array::{ArrayRef, Float64Array, StringArray, TimestampMillisecondArray};
    use arrow_ipc::reader::StreamReader;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn batch() -> RecordBatch {
        let times = TimestampMillisecondArray::from(vec![1_728_897_600_000, 0]).with_timezone("UTC");
        let columns: [(&str, ArrayRef); 3] = [
            ("text", Arc::new(StringArray::from(vec![Some("a \"b\", c"), None]))),
            ("number", Arc::new(Float64Array::from(vec![None, Some(16.07)]))),
            ("at", Arc::new(times)),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn written(format: BatchFormat, batches: usize) -> Vec<u8> {
        let batch = batch();
        let mut writer = BatchWriter::new(format, batch.schema()).unwrap();
        let mut bytes: Vec<u8> = (0..batches).flat_map(|_| writer.write(&batch).unwrap()).collect();
        bytes.extend_from_slice(&writer.finish().unwrap());
        bytes
    }

    #[test]
    fn json_is_one_object_with_an_array_of_rows() {
        let json: serde_json::Value = serde_json::from_slice(&written(BatchFormat::Json, 2)).unwrap();
        let rows = json["rows"].as_array().unwrap();
        let first = serde_json::json!({"text": "a \"b\", c", "number": null, "at": "2024-10-14T09:20:00Z"});
        assert_eq!((rows.len(), &rows[0]), (4, &first));
        let none: serde_json::Value = serde_json::from_slice(&written(BatchFormat::Json, 0)).unwrap();
        assert_eq!(none, serde_json::json!({"rows": []}));
    }

    #[test]
    fn csv_names_its_columns_once_and_has_no_place_for_lists() {
        let csv = String::from_utf8(written(BatchFormat::Csv, 2)).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[..2], ["text,number,at", "\"a \"\"b\"\", c\",,2024-10-14T09:20:00Z"]);
        assert_eq!(lines.len(), 5);
        assert_eq!(written(BatchFormat::Csv, 0), b"text,number,at\n");
        let mut lists = ListBuilder::new(Float64Builder::new());
        lists.append(true);
        let lists: [(&str, ArrayRef); 1] = [("parts", Arc::new(lists.finish()))];
        let schema = RecordBatch::try_from_iter(lists).unwrap().schema();
        let error = BatchWriter::new(BatchFormat::Csv, schema).unwrap_err();
        assert!(error.to_string().contains("parts"), "{error}");
    }

    #[test]
    fn parquet_and_arrow_come_back_as_they_went() {
        for batches in [0, 3] {
            let parquet = Bytes::from(written(BatchFormat::Parquet, batches));
            let reader = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap();
            let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
            assert_eq!(rows, 2 * batches);
            let arrow = written(BatchFormat::Arrow, batches);
            let reader = StreamReader::try_new(arrow.as_slice(), None).unwrap();
            assert!(reader.map(Result::unwrap).eq((0..batches).map(|_| batch())));
        }
    }

    #[test]
    fn people_read_values_as_text() {
        let rows = texts(&batch()).unwrap();
        let first = [Some("a \"b\", c"), None, Some("2024-10-14T09:20:00Z")];
        assert_eq!(rows[0].iter().map(Option::as_deref).collect::<Vec<_>>(), first);
        assert_eq!(rows[1][1].as_deref(), Some("16.07"));
    }
}
