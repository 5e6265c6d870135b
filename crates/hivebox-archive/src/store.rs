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
use crate::objects::listing::Stray;
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

/// Snapshots, and what lies beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The snapshots, newest first.
    pub snapshots: Vec<Listed>,
    /// What is no snapshot. It stays as it is.
    pub strays: Vec<Stray>,
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
        Ok(self.find(before, limit).await?.snapshots)
    }

    /// The same, with what lies beside these snapshots and is none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find(&self, before: Option<SnapshotName>, limit: usize) -> Result<Found, ArchiveError> {
        let mut found = Found::default();
        let before_day = before.map(SnapshotName::day);
        let Days { days, strays } = self.days().await?;
        found.strays = strays;
        for day in days.into_iter().rev() {
            if before_day.as_ref().is_some_and(|before_day| day > *before_day) {
                continue;
            }
            if found.snapshots.len() >= limit {
                break;
            }
            let of_day = self.day(&day, before).await?;
            found.strays.extend(of_day.strays);
            let newest_first = of_day.names.into_iter().rev();
            found.snapshots.extend(newest_first.map(|(name, bytes)| listed(name, bytes)));
        }
        found.snapshots.truncate(limit);
        Ok(found)
    }

    /// The days that have a folder, such as `2024-10-14`, oldest first.
    pub(crate) async fn days(&self) -> Result<Days, ArchiveError> {
        let listing = self.objects.list_folder(&Path::from(FOLDER), LIST).await?;
        let mut days = Days { days: Vec::new(), strays: listing.strays };
        for folder in &listing.folders {
            match folder.filename().and_then(|name| name.strip_prefix("date=")).filter(|day| is_day(day)) {
                Some(day) => days.days.push(day.to_owned()),
                None => days.strays.push(Stray::at(folder, "its name is not that of a day")),
            }
        }
        days.strays
            .extend(listing.objects.iter().map(|(path, _)| Stray::at(path, "it is in no folder of a day")));
        days.days.sort_unstable();
        Ok(days)
    }

    /// The snapshots of a day that are named for a moment before `before`, oldest first.
    pub(crate) async fn day(
        &self,
        day: &str,
        before: Option<SnapshotName>,
    ) -> Result<DayOfSnapshots, ArchiveError> {
        let folder = Path::from(day_folder(day));
        let listing = match self.objects.list_folder(&folder, LIST).await {
            // A folder that cannot be read must not hide the other days. A bucket has no folders.
            Err(error) if self.objects.local_folder().is_some() && error.is_of_one_object() => {
                let strays = vec![Stray::at(&folder, error.reason())];
                return Ok(DayOfSnapshots { names: Vec::new(), strays });
            }
            listing => listing?,
        };
        let mut found = DayOfSnapshots { names: Vec::new(), strays: listing.strays };
        for (path, bytes) in &listing.objects {
            match SnapshotName::from_path(path) {
                Some(name) if before.is_none_or(|before| name < before) => found.names.push((name, *bytes)),
                Some(_) => {}
                None => found.strays.push(Stray::at(path, "its name is not that of a snapshot of this day")),
            }
        }
        let folders = listing.folders.iter();
        found.strays.extend(folders.map(|path| Stray::at(path, "it is a folder, not a snapshot")));
        found.names.sort_unstable();
        Ok(found)
    }
}

/// The days that have a folder.
#[derive(Debug)]
pub(crate) struct Days {
    /// Such as `2024-10-14`, oldest first.
    pub(crate) days: Vec<String>,
    /// What lies beside these folders.
    pub(crate) strays: Vec<Stray>,
}

/// The content of the folder of a day.
#[derive(Debug)]
pub(crate) struct DayOfSnapshots {
    /// The snapshots with their sizes in bytes, oldest first.
    pub(crate) names: Vec<(SnapshotName, u64)>,
    /// What is no snapshot.
    pub(crate) strays: Vec<Stray>,
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text)
}

/// What listing does, in the words of an error.
const LIST: &str = "list snapshots";

fn stored(name: SnapshotName, rows: u64, bytes: u64, sha256: String, created: bool) -> Stored {
    Stored { name: name.to_string(), object: name.object_path(), rows, bytes, sha256, created }
}

fn listed(name: SnapshotName, bytes: u64) -> Listed {
    Listed { name: name.to_string(), object: name.object_path(), moment: name.moment(), bytes }
}
