//! A snapshot that was read and verified.

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::schema::{SCHEMA_VERSION, schema, schema_of};
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
    /// The file differs from what HiveBox wrote, or a newer HiveBox wrote it.
    pub(crate) fn open(name: SnapshotName, file: Bytes) -> Result<Self, ArchiveError> {
        if !seal::is_whole(&file) {
            return Err(ArchiveError::Corrupt { name, reason: "its checksum is wrong".into() });
        }
        let mut snapshot = Self { name, file, rows: 0 };
        let builder = snapshot.reader()?;
        let reads = SCHEMA_VERSION.parse().unwrap_or_default();
        if let Some(schema) = schema_of(builder.metadata()).filter(|&schema| schema > reads) {
            return Err(ArchiveError::Newer { object: name.object_path(), schema, reads });
        }
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

#[cfg(test)]
mod tests {
    use hivebox_climate::catalogue::Catalogue;
    use hivebox_climate::readings::ReadingsBuilder;
    use hivebox_climate::verdict::VerdictRules;
    use jiff::Timestamp;

    use super::*;
    use crate::schema::SCHEMA_KEY;
    use crate::sealed::Sealed;

    #[test]
    fn a_snapshot_of_a_newer_hivebox_is_told_as_such_and_not_as_damaged() {
        let now = Timestamp::UNIX_EPOCH;
        let readings = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), now).finish();
        let sealed = Sealed::of(SnapshotName::at(now), &readings, Catalogue::builtin()).unwrap();
        let mut file = sealed.file().to_vec();
        // Parquet's footer has two bytes between a key and its value.
        let schema = memchr::memmem::rfind(&file, SCHEMA_KEY.as_bytes()).unwrap() + SCHEMA_KEY.len() + 2;
        file[schema] = b'9';
        assert!(seal::seal_again(&mut file));
        let error = Snapshot::open(sealed.name(), file.into()).unwrap_err().to_string();
        assert!(
            error.contains(".parquet was written by a newer HiveBox (schema 9); this one reads"),
            "{error}"
        );
    }
}
