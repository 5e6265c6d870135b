//! What backfills have done: one small object for each question, which another machine may read.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::History;
use super::manifest::FOLDER;
use crate::error::ArchiveError;

/// The most bytes that such an object has: a hundred years of days.
const MAX_BYTES: u64 = 4 << 20;

impl History {
    /// Where the record of a backfill is in the store.
    pub fn backfill_record_path(key: &str) -> String {
        format!("{FOLDER}/backfill/{key}.json")
    }

    /// What was recorded of a backfill; `None` if nothing was.
    ///
    /// # Errors
    /// The store failed, or what it has is far larger than any record.
    pub async fn backfill_record(&self, key: &str) -> Result<Option<Bytes>, ArchiveError> {
        let path = Path::from(Self::backfill_record_path(key));
        let failed = |error| self.store.failed("read what a backfill has done", &error);
        let object = match self.store.objects().get(&path).await {
            Ok(object) => object,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if object.meta.size > MAX_BYTES {
            let reason = format!("it has more than {MAX_BYTES} bytes");
            return Err(ArchiveError::History { object: path.to_string(), reason });
        }
        object.bytes().await.map(Some).map_err(failed)
    }

    /// Records what a backfill has done, in place of what was recorded before.
    ///
    /// # Errors
    /// The store failed; what was recorded before is still there.
    pub async fn put_backfill_record(&self, key: &str, record: Bytes) -> Result<(), ArchiveError> {
        let path = Path::from(Self::backfill_record_path(key));
        match self.store.objects().put(&path, record.into()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.store.failed("record what a backfill has done", &error)),
        }
    }
}
