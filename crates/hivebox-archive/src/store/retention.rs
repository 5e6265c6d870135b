//! Finds and removes snapshots that are too old to keep.

use jiff::Timestamp;
use object_store::ObjectStoreExt;

use super::{Listed, SnapshotStore};
use crate::error::ArchiveError;
use crate::name::SnapshotName;

impl SnapshotStore {
    /// Lists the snapshots named for a moment before `before`, oldest first. Only the folders of days that
    /// can hold such are looked into.
    ///
    /// # Errors
    /// The store failed.
    pub async fn expired(&self, before: Timestamp) -> Result<Vec<Listed>, ArchiveError> {
        let before = SnapshotName::at(before);
        let last_day = before.day();
        let mut expired = Vec::new();
        for day in self.days().await?.into_iter().take_while(|day| *day <= last_day) {
            expired.extend(self.list_day(&day, Some(before)).await?.into_iter().rev());
        }
        Ok(expired)
    }

    /// Removes a snapshot. One that is not there is as good as removed. The type of the name sees to it that
    /// nothing else is ever removed.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove(&self, name: SnapshotName) -> Result<(), ArchiveError> {
        match self.objects.delete(&name.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed("remove a snapshot", &error)),
        }
    }
}
