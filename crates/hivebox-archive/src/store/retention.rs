//! Finds and removes expired snapshots.

use jiff::Timestamp;

use super::{Listed, SnapshotStore, listed};
use crate::error::ArchiveError;
use crate::name::SnapshotName;

impl SnapshotStore {
    /// Lists the snapshots named for a moment before `before`, oldest first. Reads only the folders of days that can have
    /// any.
    ///
    /// # Errors
    /// The store failed.
    pub async fn expired(&self, before: Timestamp) -> Result<Vec<Listed>, ArchiveError> {
        let before = SnapshotName::at(before);
        let last_day = before.day();
        let mut expired = Vec::new();
        for day in self.days().await?.days.into_iter().take_while(|day| *day <= last_day) {
            let names = self.day(&day, Some(before)).await?.names;
            expired.extend(names.into_iter().map(|(name, bytes)| listed(name, bytes)));
        }
        Ok(expired)
    }

    /// Removes a snapshot. One that does not exist counts as removed. Because the argument is a snapshot's name, this
    /// cannot remove anything else.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove(&self, name: SnapshotName) -> Result<(), ArchiveError> {
        self.objects.delete(&name.path(), "remove a snapshot").await
    }
}
