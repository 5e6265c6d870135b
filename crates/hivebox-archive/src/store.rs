//! Where snapshots are kept.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ListResult, ObjectStore, ObjectStoreExt};
use serde::Serialize;
use tokio::sync::OnceCell;
use utoipa::ToSchema;

use crate::error::ArchiveError;
use crate::fault::{StoreFault, is_no_bucket};
use crate::history::History;
use crate::name::{FOLDER, SnapshotName, day_folder};
use crate::s3::bucket::Bucket;
use crate::s3::{self, S3Options};
use crate::sealed::Sealed;
use crate::snapshot::Snapshot;

mod check;
mod retention;
mod upload;

pub use check::StoreCheck;

/// The snapshots in one object store: a folder, or a bucket of an S3 server. Cheap to clone.
#[derive(Clone)]
pub struct SnapshotStore {
    objects: Arc<dyn ObjectStore>,
    place: Arc<Place>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Bucket {
        bucket: Box<Bucket>,
        prefix: Path,
        multipart_bytes: usize,
        /// Whether the server refuses to overwrite, once that is known.
        conditional: OnceCell<bool>,
    },
}

impl fmt::Debug for SnapshotStore {
    /// The store's own `Debug` shows the access key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SnapshotStore").field("place", &self.place).finish_non_exhaustive()
    }
}

impl fmt::Display for SnapshotStore {
    /// Where the store is, such as `s3://bucket/prefix at http://127.0.0.1:9000`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.place {
            Place::Folder(folder) => folder.display().fmt(formatter),
            Place::Bucket { bucket, prefix, .. } => {
                let separator = if prefix.as_ref().is_empty() { "" } else { "/" };
                let (name, address) = (&bucket.remote.bucket, &bucket.remote.address);
                write!(formatter, "s3://{name}{separator}{prefix} at {address}")
            }
        }
    }
}

/// What was stored, and where.
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
        let objects = LocalFileSystem::new_with_prefix(folder).map_err(|error| ArchiveError::Store {
            action: "open",
            source: StoreFault::Other(error.to_string()),
        })?;
        // So that a day whose snapshots are gone is not looked into for ever.
        let objects = objects.with_automatic_cleanup(true);
        Ok(Self { objects: Arc::new(objects), place: Arc::new(Place::Folder(folder.into())) })
    }

    /// The store in a bucket of an S3 server. Nothing is sent yet: a server that is down now may be up when
    /// there is something to store.
    ///
    /// # Errors
    /// The options cannot work.
    pub fn open_s3(options: &S3Options) -> Result<Self, ArchiveError> {
        let s3::Opened { objects, bucket, prefix } = s3::open(options)?;
        let objects: Arc<dyn ObjectStore> = if prefix.as_ref().is_empty() {
            Arc::new(objects)
        } else {
            Arc::new(PrefixStore::new(objects, prefix.clone()))
        };
        let multipart_bytes = options.multipart_bytes;
        let place =
            Place::Bucket { bucket: Box::new(bucket), prefix, multipart_bytes, conditional: OnceCell::new() };
        Ok(Self { objects, place: Arc::new(place) })
    }

    /// Stores a snapshot, all of it or nothing. A snapshot that exists is never changed. Of many who store the
    /// same name at once, one does, where the store refuses to overwrite (see
    /// [`conditional_writes`](Self::conditional_writes)) and the file goes up in one request. A bucket that is
    /// missing is made if that is allowed.
    ///
    /// # Errors
    /// The store failed, and nothing new stands under the name; or only the answer got lost, and storing it
    /// again tells that it is there.
    pub async fn put(&self, sealed: &Sealed) -> Result<Stored, ArchiveError> {
        match self.try_put(sealed).await {
            Err(error) if self.may_create_bucket(&error) => {
                self.create_bucket().await?;
                self.try_put(sealed).await
            }
            outcome => outcome,
        }
    }

    /// The history that is kept in this store, made of the snapshots in it.
    #[must_use]
    pub fn history(&self) -> History {
        History { store: self.clone() }
    }

    /// A store of any objects.
    #[cfg(test)]
    pub(crate) fn of(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, place: Arc::new(Place::Folder("memory".into())) }
    }

    /// The folder that it is in, if it is in one.
    pub(crate) fn local_folder(&self) -> Option<&FilePath> {
        match &*self.place {
            Place::Folder(folder) => Some(folder),
            Place::Bucket { .. } => None,
        }
    }

    /// The address of an object, as other programs take it: `file:///folder/path` or `s3://bucket/prefix/path`.
    #[cfg(feature = "ballista")]
    pub(crate) fn url_of(&self, path: &Path) -> Result<String, ArchiveError> {
        match &*self.place {
            Place::Folder(folder) => {
                let failed = |source| ArchiveError::Folder { folder: folder.clone(), source };
                let folder = std::path::absolute(folder).map_err(failed)?;
                let file = folder.join(path.as_ref());
                let url = url::Url::from_file_path(&file)
                    .map_err(|()| failed(std::io::Error::other("it cannot be written as a URL")))?;
                Ok(url.into())
            }
            Place::Bucket { bucket, prefix, .. } => {
                let (name, separator) =
                    (&bucket.remote.bucket, if prefix.as_ref().is_empty() { "" } else { "/" });
                Ok(format!("s3://{name}/{prefix}{separator}{path}"))
            }
        }
    }

    /// Whether both are clones of one, so that all that is known of one is true of the other.
    #[cfg(feature = "query")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.place, &other.place)
    }

    /// The objects, below the store's prefix.
    pub(crate) fn objects(&self) -> &dyn ObjectStore {
        &*self.objects
    }

    /// Writes an object that must not be there yet; whether it did. A bucket that is missing is made if that is allowed.
    pub(crate) async fn create(
        &self,
        path: &Path,
        file: &Bytes,
        action: &'static str,
    ) -> Result<bool, ArchiveError> {
        let attempt = async || {
            let created = upload::create(&*self.objects, path, file, self.how().await?).await;
            created.map_err(|error| self.failed(action, &error))
        };
        match attempt().await {
            Err(error) if self.may_create_bucket(&error) => {
                self.create_bucket().await?;
                attempt().await
            }
            outcome => outcome,
        }
    }

    async fn try_put(&self, sealed: &Sealed) -> Result<Stored, ArchiveError> {
        const ACTION: &str = "store a snapshot";
        let how = self.how().await?;
        let name = sealed.name();
        let path = name.path();
        // Twice, since what was in the way may be removed before it is read.
        for _ in 0..2 {
            let created = upload::create(&*self.objects, &path, sealed.file(), how).await;
            if created.map_err(|error| self.failed(ACTION, &error))? {
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
        let reason = format!("{name} is said to be there, but is not");
        Err(ArchiveError::Store { action: ACTION, source: StoreFault::Other(reason) })
    }

    /// Whether the store refuses to overwrite when it is told so; `None` until that was found out, by the
    /// first [`put`](Self::put) or [`check`](Self::check). Where it does not, two who store the same name
    /// at the same moment can each write it, so that they should agree beforehand on who does.
    pub fn conditional_writes(&self) -> Option<bool> {
        match &*self.place {
            Place::Folder(_) => Some(true),
            Place::Bucket { conditional, .. } => conditional.get().copied(),
        }
    }

    /// How to write, which is found out once.
    async fn how(&self) -> Result<upload::How, ArchiveError> {
        match &*self.place {
            Place::Folder(_) => Ok(upload::How { conditional: true, multipart_bytes: usize::MAX }),
            Place::Bucket { multipart_bytes, conditional, .. } => {
                let conditional = conditional
                    .get_or_try_init(|| upload::is_conditional(&*self.objects))
                    .await
                    .map_err(|error| self.failed("find out whether it refuses to overwrite", &error))?;
                Ok(upload::How { conditional: *conditional, multipart_bytes: *multipart_bytes })
            }
        }
    }

    /// Whether the error is that of a bucket which is missing and may be made.
    fn may_create_bucket(&self, error: &ArchiveError) -> bool {
        matches!(error, ArchiveError::Store { source: StoreFault::NoBucket { .. }, .. })
            && matches!(&*self.place, Place::Bucket { bucket, .. } if bucket.may_create)
    }

    /// Makes the bucket; whether it was this call that did.
    async fn create_bucket(&self) -> Result<bool, ArchiveError> {
        match &*self.place {
            Place::Folder(_) => Ok(false),
            Place::Bucket { bucket, .. } => {
                let failed = |source| ArchiveError::Store { action: "make the bucket", source };
                bucket.create().await.map_err(failed)
            }
        }
    }

    /// What an error of the store means.
    pub(crate) fn failed(&self, action: &'static str, error: &object_store::Error) -> ArchiveError {
        let source = match &*self.place {
            Place::Folder(_) => StoreFault::Other(error.to_string()),
            Place::Bucket { bucket, .. } => bucket.remote.fault(error),
        };
        ArchiveError::Store { action, source }
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
    pub(crate) async fn days(&self) -> Result<Vec<String>, ArchiveError> {
        let folders = self.folder(&Path::from(FOLDER)).await?.common_prefixes;
        let mut days: Vec<String> = folders
            .iter()
            .filter_map(|folder| folder.filename()?.strip_prefix("date=").map(str::to_owned))
            .collect();
        days.sort_unstable();
        Ok(days)
    }

    async fn list_day(&self, day: &str, before: Option<SnapshotName>) -> Result<Vec<Listed>, ArchiveError> {
        let mut found = self.found(day, before).await?;
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found.into_iter().map(|(name, bytes)| listed(name, bytes)).collect())
    }

    /// The names of the snapshots of a day, of those named for a moment before `before`, in no order.
    pub(crate) async fn names(
        &self,
        day: &str,
        before: Option<SnapshotName>,
    ) -> Result<Vec<SnapshotName>, ArchiveError> {
        Ok(self.found(day, before).await?.into_iter().map(|(name, _)| name).collect())
    }

    /// The snapshots of a day with their sizes.
    async fn found(
        &self,
        day: &str,
        before: Option<SnapshotName>,
    ) -> Result<Vec<(SnapshotName, u64)>, ArchiveError> {
        let listed = self.folder(&Path::from(day_folder(day))).await?;
        let snapshots = listed
            .objects
            .iter()
            .filter_map(|object| Some((SnapshotName::from_path(&object.location)?, object.size)));
        Ok(snapshots.filter(|(name, _)| before.is_none_or(|before| *name < before)).collect())
    }

    /// What is right below a folder. A bucket that is yet to be made is empty.
    pub(crate) async fn folder(&self, path: &Path) -> Result<ListResult, ArchiveError> {
        let listed = self.objects.list_with_delimiter(Some(path)).await;
        let failed = match listed {
            Ok(listed) => return Ok(listed),
            Err(error) => self.failed("list snapshots", &error),
        };
        if self.may_create_bucket(&failed) {
            Ok(ListResult { common_prefixes: Vec::new(), objects: Vec::new() })
        } else {
            Err(failed)
        }
    }

    async fn read(&self, name: SnapshotName) -> Result<Bytes, ArchiveError> {
        let failed = |error: object_store::Error| {
            let failed = self.failed("read a snapshot", &error);
            let is_missing = matches!(error, object_store::Error::NotFound { .. });
            if is_missing && (!is_no_bucket(&error) || self.may_create_bucket(&failed)) {
                ArchiveError::NotFound { name }
            } else {
                failed
            }
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
