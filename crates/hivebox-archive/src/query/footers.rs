//! What stands at the end of the files: where which rows are. It is kept in memory, for files never change.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use object_store::path::Path;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};

use super::error::QueryError;
use super::files::DataFile;
use crate::store::SnapshotStore;

/// The footers that were read lately.
#[derive(Debug)]
pub(super) struct Footers {
    most_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_path: HashMap<Path, Footer>,
    bytes: usize,
    /// Counts the uses, so that the file which was not used for the longest time is known.
    uses: u64,
}

#[derive(Debug)]
struct Footer {
    metadata: ArrowReaderMetadata,
    bytes: usize,
    used: u64,
}

impl Footers {
    /// None yet, and never more than these bytes.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    /// The footer of a file, with the index of its pages if that is asked for.
    pub(super) async fn of(
        &self,
        store: &SnapshotStore,
        file: &DataFile,
        pages: bool,
    ) -> Result<ArrowReaderMetadata, QueryError> {
        let known = self.recall(&file.path);
        if let Some(known) = &known
            && (!pages || has_pages(known.metadata()))
        {
            return Ok(known.clone());
        }
        let known = known.map(|known| (**known.metadata()).clone());
        let metadata = read(store, file, known, pages).await?;
        let metadata = for_reading(metadata).map_err(|error| damaged(&file.path, &error))?;
        self.keep(&file.path, &metadata);
        Ok(metadata)
    }

    fn recall(&self, path: &Path) -> Option<ArrowReaderMetadata> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        let footer = kept.by_path.get_mut(path)?;
        footer.used = now;
        Some(footer.metadata.clone())
    }

    fn keep(&self, path: &Path, metadata: &ArrowReaderMetadata) {
        let bytes = metadata.metadata().memory_size();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let used = kept.uses;
        let before = kept.by_path.insert(path.clone(), Footer { metadata: metadata.clone(), bytes, used });
        kept.bytes += bytes;
        kept.bytes -= before.map_or(0, |before| before.bytes);
        while kept.bytes > self.most_bytes {
            let oldest = kept.by_path.iter().min_by_key(|(_, footer)| footer.used);
            let Some(oldest) = oldest.map(|(path, _)| path.clone()) else { return };
            kept.bytes -= kept.by_path.remove(&oldest).map_or(0, |footer| footer.bytes);
        }
    }
}

fn has_pages(metadata: &ParquetMetaData) -> bool {
    metadata.column_index().is_some() && metadata.offset_index().is_some()
}

/// How much of the end of a file is read at first. Footers of some megabytes have their pages before that.
const TAIL_BYTES: u64 = 64 * 1024;

async fn read(
    store: &SnapshotStore,
    file: &DataFile,
    known: Option<ParquetMetaData>,
    pages: bool,
) -> Result<ParquetMetaData, QueryError> {
    let failed = |error: ParquetError| damaged(&file.path, &error);
    let is_known = known.is_some();
    let decoder = match known {
        Some(known) => ParquetMetaDataPushDecoder::try_new_with_metadata(file.bytes, known),
        None => ParquetMetaDataPushDecoder::try_new(file.bytes),
    };
    let policy = if pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
    let mut decoder = decoder.map_err(failed)?.with_page_index_policy(policy);
    if !is_known {
        let tail = file.bytes.saturating_sub(TAIL_BYTES)..file.bytes;
        let bytes = fetch(store, &file.path, std::slice::from_ref(&tail)).await?;
        decoder.push_ranges(vec![tail], bytes).map_err(failed)?;
    }
    loop {
        match decoder.try_decode().map_err(failed)? {
            DecodeResult::NeedsData(ranges) => {
                let bytes = fetch(store, &file.path, &ranges).await?;
                decoder.push_ranges(ranges, bytes).map_err(failed)?;
            }
            DecodeResult::Data(metadata) => return Ok(metadata),
            DecodeResult::Finished => {
                return Err(failed(ParquetError::General("it ends before its footer".into())));
            }
        }
    }
}

/// Reads parts of a file.
pub(super) async fn fetch(
    store: &SnapshotStore,
    path: &Path,
    ranges: &[Range<u64>],
) -> Result<Vec<Bytes>, QueryError> {
    let fetched = store.objects().get_ranges(path, ranges).await;
    fetched.map_err(|error| store.failed("read the history", &error).into())
}

/// Text is read as numbers of a dictionary: it repeats row after row, and numbers are compared the fastest.
fn for_reading(metadata: ParquetMetaData) -> Result<ArrowReaderMetadata, ParquetError> {
    let plain = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())?;
    let fields = plain.schema().fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let numbered = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(numbered))
        }
        _ => Arc::clone(field),
    });
    let fields: Vec<Arc<Field>> = fields.collect();
    let schema = Schema::new_with_metadata(fields, plain.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options)
}

pub(super) fn damaged(path: &Path, error: &dyn std::fmt::Display) -> QueryError {
    QueryError::Damaged { path: path.to_string(), reason: error.to_string() }
}
