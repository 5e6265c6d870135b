//! A snapshot that was read and verified.

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::schema::schema;
use crate::seal;

/// A snapshot with a verified checksum. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Snapshot {
    name: SnapshotName,
    file: Bytes,
    rows: u64,
}

impl Snapshot {
    /// Opens a stored file.
    ///
    /// # Errors
    /// The file differs from what HiveBox wrote.
    pub(crate) fn open(name: SnapshotName, file: Bytes) -> Result<Self, ArchiveError> {
        if !seal::is_whole(&file) {
            return Err(ArchiveError::Corrupt { name, reason: "its checksum is wrong".into() });
        }
        let mut snapshot = Self { name, file, rows: 0 };
        let builder = snapshot.reader()?;
        if builder.schema().fields() != schema().fields() {
            return Err(snapshot.corrupt("its columns differ from those of this version"));
        }
        snapshot.rows = builder.metadata().file_metadata().num_rows().unsigned_abs();
        Ok(snapshot)
    }

    /// The name.
    pub fn name(&self) -> SnapshotName {
        self.name
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The bytes of the file.
    pub fn file(&self) -> &Bytes {
        &self.file
    }

    /// The SHA-256 of the file as 64 hex digits.
    pub fn sha256(&self) -> String {
        seal::sha256_hex(&[&self.file])
    }

    pub(crate) fn reader(&self) -> Result<ParquetRecordBatchReaderBuilder<Bytes>, ArchiveError> {
        ParquetRecordBatchReaderBuilder::try_new(self.file.clone()).map_err(|error| self.corrupt(error))
    }

    pub(crate) fn corrupt(&self, reason: impl std::fmt::Display) -> ArchiveError {
        ArchiveError::Corrupt { name: self.name, reason: reason.to_string() }
    }
}
