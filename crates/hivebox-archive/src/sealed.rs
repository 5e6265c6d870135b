//! A snapshot ready to be stored.

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Readings;

use crate::encode::{Encoded, encode};
use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::seal;
use crate::snapshot::Snapshot;

/// A snapshot ready to be stored: its name, and the file with its checksum. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sealed {
    name: SnapshotName,
    file: Bytes,
    rows: u64,
}

impl Sealed {
    /// Makes the snapshot `name` of all current readings, whatever their verdict. The same readings give the same bytes.
    ///
    /// # Errors
    /// The readings cannot be written as Parquet, which is a bug in HiveBox.
    pub fn of(name: SnapshotName, readings: &Readings, catalogue: &Catalogue) -> Result<Self, ArchiveError> {
        let Encoded { file, rows } = encode(readings, catalogue)?;
        Ok(Self { name, file: file.into(), rows })
    }

    /// Opens a file that was sealed before, for example one from the spool.
    ///
    /// # Errors
    /// The file differs from what was sealed.
    pub fn open(name: SnapshotName, file: Bytes) -> Result<Self, ArchiveError> {
        let snapshot = Snapshot::open(name, file)?;
        Ok(Self { name, rows: snapshot.rows(), file: snapshot.file().clone() })
    }

    /// The name.
    pub fn name(&self) -> SnapshotName {
        self.name
    }

    /// The bytes of the file.
    pub fn file(&self) -> &Bytes {
        &self.file
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The SHA-256 of the file as 64 hex digits.
    pub fn sha256(&self) -> String {
        seal::sha256_hex(&[&self.file])
    }
}
