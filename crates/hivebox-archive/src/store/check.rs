//! Finds out whether a store works, for somebody who sets it up.

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde::Serialize;

use super::SnapshotStore;
use crate::error::ArchiveError;
use crate::fault::StoreFault;
use crate::name::FOLDER;

/// What was found of a store that works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreCheck {
    /// Where the store is.
    pub place: String,
    /// Whether the bucket was missing and has been made.
    pub bucket_created: bool,
    /// Whether the store refuses to overwrite when it is told so.
    pub conditional_writes: bool,
}

impl SnapshotStore {
    /// Does all that storing takes: lists, makes the bucket if it is missing and may be made, finds out
    /// whether the store refuses to overwrite, and writes, reads and deletes an object beside the snapshots.
    ///
    /// # Errors
    /// One of these failed; the error says which, and what to look at.
    pub async fn check(&self) -> Result<StoreCheck, ArchiveError> {
        let listed = self.objects.list_with_delimiter(Some(&Path::from(FOLDER))).await;
        let bucket_created = match listed.map_err(|error| self.failed("list snapshots", &error)) {
            Ok(_) => false,
            Err(error) if self.may_create_bucket(&error) => self.create_bucket().await?,
            Err(error) => return Err(error),
        };
        let conditional_writes = self.how().await?.conditional;
        self.write_read_delete().await?;
        Ok(StoreCheck { place: self.to_string(), bucket_created, conditional_writes })
    }

    async fn write_read_delete(&self) -> Result<(), ArchiveError> {
        // Of its own for each, so that replicas that are started together do not meet.
        let mark = format!(".hivebox-check-{}-{}", std::process::id(), Timestamp::now().as_nanosecond());
        let path = Path::from(mark.as_str());
        let written = self.objects.put(&path, PutPayload::from(mark.clone().into_bytes())).await;
        written.map_err(|error| self.failed("write an object", &error))?;
        let read = match self.objects.get(&path).await {
            Ok(object) => object.bytes().await,
            Err(error) => Err(error),
        };
        let deleted = self.objects.delete(&path).await;
        if read.map_err(|error| self.failed("read an object", &error))? != mark {
            let source = StoreFault::Other("what was read is not what was written".into());
            return Err(ArchiveError::Store { action: "read an object", source });
        }
        deleted.map_err(|error| self.failed("delete an object", &error))
    }
}
