//! Stores, lists, reads and removes snapshots.

use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use jiff::Timestamp;
use object_store::ObjectStore;
use object_store::path::Path;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ArchiveError;
use crate::fault::StoreFault;
use crate::name::{FOLDER, SnapshotName, day_folder};
use crate::objects::Objects;
use crate::objects::check::StoreCheck;
use crate::s3::S3Options;
use crate::sealed::Sealed;
use crate::snapshot::Snapshot;

mod retention;

/// The snapshots in one object store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SnapshotStore {
    objects: Objects,
}

impl fmt::Display for SnapshotStore {
    /// Where the store is, such as `s3://bucket/prefix at http://127.0.0.1:9000`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(formatter)
    }
}

/// A stored snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ListedSnapshot)]
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
    /// Opens the store in a folder. Creates the folder if it is missing.
    ///
    /// # Errors
    /// The folder cannot be created or written to.
    pub fn open_folder(folder: &FilePath) -> Result<Self, ArchiveError> {
        Objects::open_folder(folder).map(Self::of)
    }

    /// Opens the store in a folder only to read it. Writes nothing.
    ///
    /// # Errors
    /// The folder is missing.
    pub fn read_folder(folder: &FilePath) -> Result<Self, ArchiveError> {
        Objects::read_folder(folder).map(Self::of)
    }

    /// Opens the store in a bucket of an S3 server. Sends nothing yet: a server that is down now may be up by the first
    /// write.
    ///
    /// # Errors
    /// The options are invalid or do not fit together.
    pub fn open_s3(options: &S3Options) -> Result<Self, ArchiveError> {
        Objects::open_s3(options).map(Self::of)
    }

    /// Opens the store in any implementation of `ObjectStore` that supports conditional writes, such as an in-memory
    /// store in a test.
    pub fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self::of(Objects::over(objects))
    }

    /// The snapshots among some objects.
    pub fn of(objects: Objects) -> Self {
        Self { objects }
    }

    /// The objects that the snapshots are in.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Checks that the store works. See [`Objects::check`].
    ///
    /// # Errors
    /// A step failed; the error says which one and what to check.
    pub async fn check(&self, now: Timestamp) -> Result<StoreCheck, ArchiveError> {
        self.objects.check(now).await
    }

    /// Whether the store supports conditional writes. See [`Objects::conditional_writes`].
    pub fn conditional_writes(&self) -> Option<bool> {
        self.objects.conditional_writes()
    }

    /// Stores a snapshot, all of it or nothing. Never changes an existing snapshot. If several processes store the same
    /// name at once, exactly one succeeds, provided that the store supports [conditional
    /// writes](Self::conditional_writes) and the file goes up in one request. Creates a missing bucket if that is allowed.
    ///
    /// # Errors
    /// The store failed. Either nothing new exists under the name, or only the response got lost; storing again tells.
    pub async fn put(&self, sealed: &Sealed) -> Result<Stored, ArchiveError> {
        const ACTION: &str = "store a snapshot";
        let name = sealed.name();
        let path = name.path();
        // Twice, because the existing snapshot may be removed before it is read.
        for _ in 0..2 {
            if self.objects.create(&path, sealed.file(), ACTION).await? {
                let bytes = sealed.file().len() as u64;
                return Ok(stored(name, sealed.rows(), bytes, sealed.sha256(), true));
            }
            match self.get(name).await {
                Err(ArchiveError::NotFound { .. }) => {}
                snapshot => {
                    let snapshot = snapshot?;
                    let bytes = snapshot.file().len() as u64;
                    return Ok(stored(name, snapshot.rows(), bytes, snapshot.sha256(), false));
                }
            }
        }
        let reason = format!("it says that {name} exists, but does not return it");
        Err(ArchiveError::Store { action: ACTION, source: StoreFault::Other(reason) })
    }

    /// Reads a snapshot and verifies its checksum.
    ///
    /// # Errors
    /// The snapshot does not exist or is damaged, or the store failed.
    pub async fn get(&self, name: SnapshotName) -> Result<Snapshot, ArchiveError> {
        let file = self.objects.read(&name.path(), "read a snapshot").await?;
        Snapshot::open(name, file.ok_or(ArchiveError::NotFound { name })?)
    }

    /// Lists at most `limit` snapshots named for a moment before `before`, newest first.
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

    /// The days that have a folder, such as `2024-10-14`, oldest first.
    pub(crate) async fn days(&self) -> Result<Vec<String>, ArchiveError> {
        let folders = self.objects.list_folder(&Path::from(FOLDER), LIST).await?.common_prefixes;
        let mut days: Vec<String> = folders
            .iter()
            .filter_map(|folder| folder.filename()?.strip_prefix("date=").map(str::to_owned))
            .collect();
        days.sort_unstable();
        Ok(days)
    }

    async fn list_day(&self, day: &str, before: Option<SnapshotName>) -> Result<Vec<Listed>, ArchiveError> {
        let mut found = self.names_and_sizes(day, before).await?;
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found.into_iter().map(|(name, bytes)| listed(name, bytes)).collect())
    }

    /// The snapshots of a day that are named for a moment before `before`, in no order.
    pub(crate) async fn names(
        &self,
        day: &str,
        before: Option<SnapshotName>,
    ) -> Result<Vec<SnapshotName>, ArchiveError> {
        Ok(self.names_and_sizes(day, before).await?.into_iter().map(|(name, _)| name).collect())
    }

    async fn names_and_sizes(
        &self,
        day: &str,
        before: Option<SnapshotName>,
    ) -> Result<Vec<(SnapshotName, u64)>, ArchiveError> {
        let listed = self.objects.list_folder(&Path::from(day_folder(day)), LIST).await?;
        let snapshots = listed
            .objects
            .iter()
            .filter_map(|object| Some((SnapshotName::from_path(&object.location)?, object.size)));
        Ok(snapshots.filter(|(name, _)| before.is_none_or(|before| *name < before)).collect())
    }
}

/// What listing does, in the words of an error.
const LIST: &str = "list snapshots";

fn stored(name: SnapshotName, rows: u64, bytes: u64, sha256: String, created: bool) -> Stored {
    Stored { name: name.to_string(), object: name.object_path(), rows, bytes, sha256, created }
}

fn listed(name: SnapshotName, bytes: u64) -> Listed {
    Listed { name: name.to_string(), object: name.object_path(), moment: name.moment(), bytes }
}
