//! The object store behind snapshots and history: a folder, or a bucket of an S3 server.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::OnceCell;

use crate::error::ArchiveError;
use crate::fault::{StoreFault, folder_fault, is_no_bucket};
use crate::objects::listing::Listing;
use crate::s3::bucket::Bucket;
use crate::s3::{self, S3Options};

pub(crate) mod check;
pub(crate) mod listing;
mod upload;

/// The objects of one store, each at a path below the store's prefix. Cheap to clone.
///
/// It adds to `object_store` what HiveBox needs everywhere: create without overwriting, create the bucket on demand,
/// and errors without secrets.
#[derive(Clone)]
pub struct Objects {
    inner: Arc<dyn ObjectStore>,
    place: Arc<Place>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Bucket {
        bucket: Box<Bucket>,
        prefix: Path,
        multipart_bytes: usize,
        /// Whether the server supports conditional writes; empty until the first write finds out.
        conditional: OnceCell<bool>,
    },
    /// Any other implementation of `ObjectStore`, by its own name.
    Other(String),
}

impl fmt::Debug for Objects {
    /// Leaves out the inner store: its `Debug` shows the access key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Objects").field("place", &self.place).finish_non_exhaustive()
    }
}

impl fmt::Display for Objects {
    /// Where the store is, such as `s3://bucket/prefix at http://127.0.0.1:9000`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.place {
            Place::Folder(folder) => folder.display().fmt(formatter),
            Place::Bucket { bucket, prefix, .. } => {
                let separator = if prefix.as_ref().is_empty() { "" } else { "/" };
                let (name, address) = (&bucket.remote.bucket, &bucket.remote.address);
                write!(formatter, "s3://{name}{separator}{prefix} at {address}")
            }
            Place::Other(name) => formatter.write_str(name),
        }
    }
}

impl Objects {
    /// Opens a folder. Creates it if it is missing.
    ///
    /// # Errors
    /// The folder cannot be created or written to.
    pub fn open_folder(folder: &FilePath) -> Result<Self, ArchiveError> {
        let failed = |source| ArchiveError::Folder { folder: folder.into(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        // Permission bits say nothing about read-only mounts or full quotas, so write a file.
        let probe = folder.join(".hivebox-probe");
        std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(failed)?;
        Self::read_folder(folder)
    }

    /// Opens a folder only to read it: creates nothing, and does not try whether it can be written to.
    ///
    /// # Errors
    /// The folder is missing.
    pub fn read_folder(folder: &FilePath) -> Result<Self, ArchiveError> {
        let inner = LocalFileSystem::new_with_prefix(folder).map_err(|error| ArchiveError::Store {
            action: "open",
            source: StoreFault::Other(error.to_string()),
        })?;
        // Remove empty folders, so that days without snapshots are not listed forever.
        let inner = inner.with_automatic_cleanup(true);
        Ok(Self { inner: Arc::new(inner), place: Arc::new(Place::Folder(folder.into())) })
    }

    /// Opens a bucket of an S3 server. Sends nothing yet: a server that is down now may be up by the first write.
    ///
    /// # Errors
    /// The options are invalid or do not fit together.
    pub fn open_s3(options: &S3Options) -> Result<Self, ArchiveError> {
        let s3::OpenBucket { objects, bucket, prefix } = s3::open(options)?;
        let inner: Arc<dyn ObjectStore> = if prefix.as_ref().is_empty() {
            Arc::new(objects)
        } else {
            Arc::new(PrefixStore::new(objects, prefix.clone()))
        };
        let multipart_bytes = options.multipart_bytes;
        let place =
            Place::Bucket { bucket: Box::new(bucket), prefix, multipart_bytes, conditional: OnceCell::new() };
        Ok(Self { inner, place: Arc::new(place) })
    }

    /// Wraps any implementation of `ObjectStore` that supports conditional writes, such as an in-memory store in a test.
    pub fn over(inner: Arc<dyn ObjectStore>) -> Self {
        let name = inner.to_string();
        Self { inner, place: Arc::new(Place::Other(name)) }
    }

    /// The store as `object_store` sees it.
    pub fn as_object_store(&self) -> &dyn ObjectStore {
        &*self.inner
    }

    /// The folder, if the store is one.
    pub(crate) fn local_folder(&self) -> Option<&FilePath> {
        match &*self.place {
            Place::Folder(folder) => Some(folder),
            Place::Bucket { .. } | Place::Other(_) => None,
        }
    }

    /// The URL under which other programs find an object: `file:///folder/path` or `s3://bucket/prefix/path`.
    ///
    /// # Errors
    /// The store is a folder whose path cannot be a URL, or exists in this process only.
    pub fn url_of(&self, path: &Path) -> Result<String, ArchiveError> {
        match &*self.place {
            Place::Folder(folder) => {
                let failed = |source| ArchiveError::Folder { folder: folder.clone(), source };
                let folder = std::path::absolute(folder).map_err(failed)?;
                let file = folder.join(path.as_ref());
                let url = url::Url::from_file_path(&file)
                    .map_err(|()| failed(std::io::Error::other("its path cannot be written as a URL")))?;
                Ok(url.into())
            }
            Place::Bucket { bucket, prefix, .. } => {
                let (name, separator) =
                    (&bucket.remote.bucket, if prefix.as_ref().is_empty() { "" } else { "/" });
                Ok(format!("s3://{name}/{prefix}{separator}{path}"))
            }
            Place::Other(name) => Err(ArchiveError::Store {
                action: "give an object a URL",
                source: StoreFault::Other(format!("{name} exists only in this process")),
            }),
        }
    }

    /// Creates an object unless one exists at the path; returns whether it did. Creates a missing bucket if that is
    /// allowed. `action` completes "the object store failed to …" in an error.
    ///
    /// # Errors
    /// The store failed. Either no new object exists at the path, or only the response got lost.
    pub(crate) async fn create(
        &self,
        path: &Path,
        file: &Bytes,
        action: &'static str,
    ) -> Result<bool, ArchiveError> {
        let attempt = async || {
            let created = upload::create(&*self.inner, path, file, self.write_mode().await?).await;
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

    /// Reads an object; `None` if there is none. A missing bucket that may be created counts as empty.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn read(
        &self,
        path: &Path,
        action: &'static str,
    ) -> Result<Option<Bytes>, ArchiveError> {
        if let Place::Folder(folder) = &*self.place {
            let checked = listing::check_readable(&folder.join(path.as_ref()));
            checked.map_err(|source| ArchiveError::Store { action, source })?;
        }
        let read = match self.inner.get(path).await {
            Ok(object) => object.bytes().await,
            Err(error) => Err(error),
        };
        let error = match read {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(error) => error,
        };
        let failed = self.failed(action, &error);
        let is_missing = matches!(error, object_store::Error::NotFound { .. });
        if is_missing && (!is_no_bucket(&error) || self.may_create_bucket(&failed)) {
            Ok(None)
        } else {
            Err(failed)
        }
    }

    /// Deletes an object. One that does not exist counts as deleted.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn delete(&self, path: &Path, action: &'static str) -> Result<(), ArchiveError> {
        match self.inner.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(action, &error)),
        }
    }

    /// Lists the objects and folders directly below a folder. A missing bucket that may be created counts as empty.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn list_folder(
        &self,
        path: &Path,
        action: &'static str,
    ) -> Result<Listing, ArchiveError> {
        if let Place::Folder(folder) = &*self.place {
            let (root, path) = (folder.clone(), path.clone());
            let listed = tokio::task::spawn_blocking(move || listing::list(&root, &path)).await;
            let listed = listed.map_err(|error| ArchiveError::Ended { reason: error.to_string() })?;
            return listed
                .map_err(|error| ArchiveError::Store { action, source: folder_fault(folder, &error) });
        }
        let listed = self.inner.list_with_delimiter(Some(path)).await;
        let failed = match listed {
            Ok(listed) => return Ok(listed.into()),
            Err(error) => self.failed(action, &error),
        };
        if self.may_create_bucket(&failed) { Ok(Listing::default()) } else { Err(failed) }
    }

    /// The objects below a folder and below the folders in it.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn list_two_levels(
        &self,
        path: &Path,
        action: &'static str,
    ) -> Result<Vec<Path>, ArchiveError> {
        if self.local_folder().is_none() {
            let listed = self.inner.list(Some(path)).try_collect::<Vec<_>>().await;
            let listed = listed.map_err(|error| self.failed(action, &error))?;
            return Ok(listed.into_iter().map(|object| object.location).collect());
        }
        let mut listed = self.list_folder(path, action).await?;
        for folder in &listed.folders {
            listed.objects.extend(self.list_folder(folder, action).await?.objects);
        }
        Ok(listed.objects.into_iter().map(|(path, _)| path).collect())
    }

    /// Whether the store supports conditional writes; `None` until the first write or [`check`](Self::check) finds out.
    /// Without them, two writers that create the same object at the same moment may both succeed, so they must agree
    /// beforehand who writes.
    pub fn conditional_writes(&self) -> Option<bool> {
        match &*self.place {
            Place::Folder(_) | Place::Other(_) => Some(true),
            Place::Bucket { conditional, .. } => conditional.get().copied(),
        }
    }

    /// How to write. Asks the server once.
    async fn write_mode(&self) -> Result<upload::WriteMode, ArchiveError> {
        match &*self.place {
            Place::Folder(_) | Place::Other(_) => {
                Ok(upload::WriteMode { conditional: true, multipart_bytes: usize::MAX })
            }
            Place::Bucket { multipart_bytes, conditional, .. } => {
                let conditional = conditional
                    .get_or_try_init(|| upload::supports_conditional_writes(&*self.inner))
                    .await
                    .map_err(|error| {
                        self.failed("find out whether it supports conditional writes", &error)
                    })?;
                Ok(upload::WriteMode { conditional: *conditional, multipart_bytes: *multipart_bytes })
            }
        }
    }

    /// Whether the error says that the bucket is missing, and the options allow to create it.
    fn may_create_bucket(&self, error: &ArchiveError) -> bool {
        matches!(error, ArchiveError::Store { source: StoreFault::NoBucket { .. }, .. })
            && matches!(&*self.place, Place::Bucket { bucket, .. } if bucket.may_create)
    }

    /// Creates the bucket; returns whether this call did.
    async fn create_bucket(&self) -> Result<bool, ArchiveError> {
        match &*self.place {
            Place::Folder(_) | Place::Other(_) => Ok(false),
            Place::Bucket { bucket, .. } => {
                let failed = |source| ArchiveError::Store { action: "create the bucket", source };
                bucket.create().await.map_err(failed)
            }
        }
    }

    /// Turns an error of `object_store` into ours, without secrets. `action` completes "the object store failed to …".
    pub fn failed(&self, action: &'static str, error: &object_store::Error) -> ArchiveError {
        let source = match &*self.place {
            Place::Folder(folder) => folder_fault(folder, error),
            Place::Other(_) => StoreFault::Other(error.to_string()),
            Place::Bucket { bucket, .. } => bucket.remote.fault(error),
        };
        ArchiveError::Store { action, source }
    }
}
