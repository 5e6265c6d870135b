//! Reads parts of the history's files.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use super::error::QueryError;
use super::fetch;
use super::files::DataFile;
use super::footers::Footers;
use super::memory::Memory;
use crate::objects::Objects;

/// Reads parts of the history's files, caches their footers and counts the memory for both. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FileReader {
    objects: Objects,
    footers: Arc<Footers>,
    memory: Memory,
}

impl FileReader {
    pub(super) fn new(objects: Objects, footer_bytes: usize, memory: Memory) -> Self {
        Self { objects, footers: Arc::new(Footers::new(footer_bytes)), memory }
    }

    /// The store that the files are in.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The memory that all questions share.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Reads some byte ranges of a file, and checks them.
    ///
    /// # Errors
    /// The store failed, or the file is damaged there.
    pub async fn fetch(&self, file: &DataFile, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, QueryError> {
        fetch::fetch(&self.objects, file, ranges).await
    }

    /// The footer of a file, with the index of its pages if `pages` is set.
    ///
    /// # Errors
    /// The store failed, or the footer is damaged.
    pub async fn footer(&self, file: &DataFile, pages: bool) -> Result<ArrowReaderMetadata, QueryError> {
        self.footers.of(&self.objects, file, pages).await
    }
}
