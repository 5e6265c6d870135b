//! Checks that a store works, for whoever sets it up.

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde::Serialize;

use super::Objects;
use crate::error::ArchiveError;
use crate::fault::StoreFault;
use crate::name::FOLDER;

/// The properties of a store that works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreCheck {
    /// Where the store is.
    pub place: String,
    /// Whether the check created the missing bucket.
    pub bucket_created: bool,
    /// Whether the store supports conditional writes.
    pub conditional_writes: bool,
}

impl Objects {
    /// Tries everything that storing needs: lists snapshots, creates the bucket if it is missing and allowed, finds out
    /// whether the store supports conditional writes, then writes, reads and deletes an object beside the snapshots.
    /// `now` makes the name of that object unique.
    ///
    /// # Errors
    /// A step failed; the error says which one and what to check.
    pub async fn check(&self, now: Timestamp) -> Result<StoreCheck, ArchiveError> {
        let listed = self.inner.list_with_delimiter(Some(&Path::from(FOLDER))).await;
        let bucket_created = match listed.map_err(|error| self.failed("list snapshots", &error)) {
            Ok(_) => false,
            Err(error) if self.may_create_bucket(&error) => self.create_bucket().await?,
            Err(error) => return Err(error),
        };
        let conditional_writes = self.write_mode().await?.conditional;
        self.write_read_delete(now).await?;
        Ok(StoreCheck { place: self.to_string(), bucket_created, conditional_writes })
    }

    async fn write_read_delete(&self, now: Timestamp) -> Result<(), ArchiveError> {
        // A name of its own for each process, so that replicas started together do not collide.
        let mark = format!(".hivebox-check-{}-{}", std::process::id(), now.as_nanosecond());
        let path = Path::from(mark.as_str());
        let written = self.inner.put(&path, PutPayload::from(mark.clone().into_bytes())).await;
        written.map_err(|error| self.failed("write an object", &error))?;
        let read = match self.inner.get(&path).await {
            Ok(object) => object.bytes().await,
            Err(error) => Err(error),
        };
        let deleted = self.inner.delete(&path).await;
        if read.map_err(|error| self.failed("read an object", &error))? != mark {
            let source = StoreFault::Other("it returned other bytes than were written".into());
            return Err(ArchiveError::Store { action: "read an object", source });
        }
        deleted.map_err(|error| self.failed("delete an object", &error))
    }
}
