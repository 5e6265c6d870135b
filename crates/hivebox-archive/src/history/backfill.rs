//! Records what backfills have fetched: one small object for each backfill, readable by other machines.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::manifest::FOLDER;
use super::storage::History;
use crate::error::ArchiveError;

/// The size limit of a record: enough for a hundred years of days.
const MAX_BYTES: u64 = 4 << 20;

impl History {
    /// Where the record of a backfill is in the store.
    pub fn backfill_record_path(key: &str) -> String {
        format!("{FOLDER}/backfill/{key}.json")
    }

    /// The record of a backfill; `None` if there is none.
    ///
    /// # Errors
    /// The store failed, or the object is far larger than any record.
    pub async fn backfill_record(&self, key: &str) -> Result<Option<Bytes>, ArchiveError> {
        let path = Path::from(Self::backfill_record_path(key));
        let failed = |error| self.objects().failed("read the record of a backfill", &error);
        // Not by `Objects::read`, because the size is checked before the bytes are fetched.
        let object = match self.objects().as_object_store().get(&path).await {
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

    /// Replaces the record of a backfill.
    ///
    /// # Errors
    /// The store failed, and the previous record is still there.
    pub async fn put_backfill_record(&self, key: &str, record: Bytes) -> Result<(), ArchiveError> {
        let path = Path::from(Self::backfill_record_path(key));
        match self.objects().as_object_store().put(&path, record.into()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.objects().failed("write the record of a backfill", &error)),
        }
    }
}
