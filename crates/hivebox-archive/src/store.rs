//! Where snapshots are kept.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Readings;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use serde::Serialize;

use crate::encode::{Encoded, encode};
use crate::error::ArchiveError;
use crate::name::{FOLDER, SnapshotName, day_folder};
use crate::seal;
use crate::snapshot::Snapshot;

/// The snapshots in one object store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SnapshotStore {
    objects: Arc<dyn ObjectStore>,
}

/// What was stored, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// The snapshot's name.
    pub name: String,
    /// The object's path in the store.
    pub object: String,
    /// The number of readings in it.
    pub rows: u64,
    /// The size of the file.
    pub bytes: u64,
    /// The SHA-256 of the file as 64 hex digits.
    pub sha256: String,
    /// Whether this call wrote it; otherwise it was there before, and is as it was.
    pub created: bool,
}

/// A snapshot in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The snapshot's name.
    pub name: String,
    /// The object's path in the store.
    pub object: String,
    /// The moment that it is named for.
    pub moment: Timestamp,
    /// The size of the file.
    pub bytes: u64,
}

impl SnapshotStore {
    /// The store in a folder, which is made if it is missing.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn open_folder(folder: &FilePath) -> Result<Self, ArchiveError> {
        let failed = |source| ArchiveError::Folder { folder: folder.into(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        // Only an attempt tells: permission bits say nothing of read-only mounts or full quotas.
        let probe = folder.join(".hivebox-probe");
        std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(failed)?;
        let objects = LocalFileSystem::new_with_prefix(folder)
            .map_err(|source| ArchiveError::Store { action: "open", source })?;
        Ok(Self { objects: Arc::new(objects) })
    }

    /// Stores the readings that are current as the snapshot `name`, all of it or nothing. A snapshot that
    /// exists is never changed.
    ///
    /// # Errors
    /// The store failed; nothing stands under the name.
    pub async fn put(
        &self,
        name: SnapshotName,
        readings: &Readings,
        catalogue: &Catalogue,
    ) -> Result<Stored, ArchiveError> {
        let Encoded { file, rows } = encode(readings, catalogue)?;
        let (bytes, sha256) = (file.len() as u64, seal::sha256_hex(&[&file]));
        let options = PutOptions::from(PutMode::Create);
        match self.objects.put_opts(&name.path(), PutPayload::from(file), options).await {
            Ok(_) => Ok(stored(name, rows, bytes, sha256, true)),
            Err(object_store::Error::AlreadyExists { .. }) => {
                let snapshot = self.get(name).await?;
                let bytes = snapshot.file().len() as u64;
                Ok(stored(name, snapshot.rows(), bytes, snapshot.sha256(), false))
            }
            Err(source) => Err(ArchiveError::Store { action: "store a snapshot", source }),
        }
    }

    /// Reads a snapshot and checks it.
    ///
    /// # Errors
    /// There is no such snapshot, it is damaged, or the store failed.
    pub async fn get(&self, name: SnapshotName) -> Result<Snapshot, ArchiveError> {
        Snapshot::open(name, self.read(name).await?)
    }

    /// Lists at most `limit` snapshots, newest first, of those named for a moment before `before`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(
        &self,
        before: Option<SnapshotName>,
        limit: usize,
    ) -> Result<Vec<Listed>, ArchiveError> {
        let mut listed = Vec::new();
        let before_day = before.map(SnapshotName::day);
        for day in self.days().await?.into_iter().rev() {
            if before_day.as_ref().is_some_and(|before_day| day > *before_day) {
                continue;
            }
            if listed.len() >= limit {
                break;
            }
            listed.extend(self.list_day(&day, before).await?);
        }
        listed.truncate(limit);
        Ok(listed)
    }

    /// The days that have a folder, in order.
    async fn days(&self) -> Result<Vec<String>, ArchiveError> {
        let folders = self.folder(&Path::from(FOLDER)).await?.common_prefixes;
        let mut days: Vec<String> = folders
            .iter()
            .filter_map(|folder| folder.filename()?.strip_prefix("date=").map(str::to_owned))
            .collect();
        days.sort_unstable();
        Ok(days)
    }

    async fn list_day(&self, day: &str, before: Option<SnapshotName>) -> Result<Vec<Listed>, ArchiveError> {
        let mut found: Vec<(SnapshotName, u64)> = self
            .folder(&Path::from(day_folder(day)))
            .await?
            .objects
            .iter()
            .filter_map(|object| Some((SnapshotName::from_path(&object.location)?, object.size)))
            .filter(|(name, _)| before.is_none_or(|before| *name < before))
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found.into_iter().map(|(name, bytes)| listed(name, bytes)).collect())
    }

    async fn folder(&self, path: &Path) -> Result<object_store::ListResult, ArchiveError> {
        self.objects
            .list_with_delimiter(Some(path))
            .await
            .map_err(|source| ArchiveError::Store { action: "list snapshots", source })
    }

    async fn read(&self, name: SnapshotName) -> Result<Bytes, ArchiveError> {
        let failed = |source| match source {
            object_store::Error::NotFound { .. } => ArchiveError::NotFound { name },
            source => ArchiveError::Store { action: "read a snapshot", source },
        };
        self.objects.get(&name.path()).await.map_err(failed)?.bytes().await.map_err(failed)
    }
}

fn stored(name: SnapshotName, rows: u64, bytes: u64, sha256: String, created: bool) -> Stored {
    Stored { name: name.to_string(), object: name.object_path(), rows, bytes, sha256, created }
}

fn listed(name: SnapshotName, bytes: u64) -> Listed {
    Listed { name: name.to_string(), object: name.object_path(), moment: name.moment(), bytes }
}
