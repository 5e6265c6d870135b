//! A store that holds reads back, and a history in it.

use std::fmt;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use hivebox_climate::place::Exposure;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Semaphore;

use super::readings::{DAY_MILLIS, Reading, write};
use crate::history::History;
use crate::query::Files;
use crate::store::SnapshotStore;

/// A store whose reads wait until the test allows them.
#[derive(Debug)]
struct HeldStore {
    inner: LocalFileSystem,
    allowed: Arc<Semaphore>,
    asked: Arc<Semaphore>,
}

impl fmt::Display for HeldStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("held")
    }
}

#[async_trait]
impl ObjectStore for HeldStore {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    async fn get_ranges(&self, at: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.asked.add_permits(1);
        self.allowed.acquire().await.unwrap().forget();
        self.inner.get_ranges(at, ranges).await
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A history of 12,000 readings over three days in a `HeldStore`.
#[derive(Debug)]
pub struct HeldHistory {
    /// The history. It has no manifest: hand `files` to [`Engine::suppose`](crate::query::Engine::suppose).
    pub history: History,
    /// Its files.
    pub files: Files,
    allowed: Arc<Semaphore>,
    asked: Arc<Semaphore>,
}

impl HeldHistory {
    /// Writes the files into a folder.
    pub fn write(folder: &FilePath) -> Self {
        let readings = (0..12_000).map(|number| Reading {
            phenomenon: Some("air_temperature"),
            box_id: format!("box{}", number % 30),
            exposure: Exposure::Outdoor,
            model: "custom",
            position: None,
            at: number * DAY_MILLIS / 4000,
            hundredths: Some((number * 7919 % 2000) as i32),
            is_ok: true,
        });
        let mut files = write(folder, &readings.collect::<Vec<_>>());
        // Without checksums, reads are as small as its row groups, so that little memory is enough.
        files.readings.iter_mut().for_each(|file| file.checksums = None);
        let (allowed, asked) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let inner = LocalFileSystem::new_with_prefix(folder).unwrap();
        let store = HeldStore { inner, allowed: Arc::clone(&allowed), asked: Arc::clone(&asked) };
        let history = History::of(&SnapshotStore::over(Arc::new(store)));
        Self { history, files, allowed, asked }
    }

    /// Lets more reads pass than any test needs.
    pub fn allow_all(&self) {
        self.allowed.add_permits(1 << 20);
    }

    /// Waits until something reads from the store.
    pub async fn is_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }
}
