//! Caches the footers of files, which say where which rows are. Files never change, so a footer stays valid.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::{DataType, Field, Schema};
use object_store::path::Path;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};

use super::error::QueryError;
use super::fetch::fetch;
use super::files::DataFile;
use crate::objects::Objects;

/// The most recently used footers.
#[derive(Debug)]
pub(super) struct Footers {
    most_bytes: usize,
    kept: Mutex<CachedFooters>,
}

#[derive(Debug, Default)]
struct CachedFooters {
    by_path: HashMap<Path, Footer>,
    bytes: usize,
    /// Counts the uses, to find the footer that was least recently used.
    uses: u64,
}

#[derive(Debug)]
struct Footer {
    metadata: ArrowReaderMetadata,
    bytes: usize,
    used: u64,
}

impl Footers {
    /// An empty cache of at most `most_bytes`.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    /// The footer of a file, with the index of its pages if `pages` is set.
    pub(super) async fn of(
        &self,
        objects: &Objects,
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
        let metadata = read(objects, file, known, pages).await?;
        let metadata = for_reading(metadata).map_err(|error| QueryError::damaged(&file.path, &error))?;
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

/// How much of the end of a file to read first. That is enough for most footers without the index of pages.
const TAIL_BYTES: u64 = 64 * 1024;

async fn read(
    objects: &Objects,
    file: &DataFile,
    known: Option<ParquetMetaData>,
    pages: bool,
) -> Result<ParquetMetaData, QueryError> {
    let failed = |error: ParquetError| QueryError::damaged(&file.path, &error);
    let is_known = known.is_some();
    let decoder = match known {
        Some(known) => ParquetMetaDataPushDecoder::try_new_with_metadata(file.bytes, known),
        None => ParquetMetaDataPushDecoder::try_new(file.bytes),
    };
    let policy = if pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
    let mut decoder = decoder.map_err(failed)?.with_page_index_policy(policy);
    if !is_known {
        let tail = file.bytes.saturating_sub(TAIL_BYTES)..file.bytes;
        let bytes = fetch(objects, file, std::slice::from_ref(&tail)).await?;
        decoder.push_ranges(vec![tail], bytes).map_err(failed)?;
    }
    loop {
        match decoder.try_decode().map_err(failed)? {
            DecodeResult::NeedsData(ranges) => {
                let bytes = fetch(objects, file, &ranges).await?;
                decoder.push_ranges(ranges, bytes).map_err(failed)?;
            }
            DecodeResult::Data(metadata) => return Ok(metadata),
            DecodeResult::Finished => {
                return Err(failed(ParquetError::General("it ends before its footer".into())));
            }
        }
    }
}

/// Reads text as dictionary keys: texts repeat from row to row, and numbers compare fastest.
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
