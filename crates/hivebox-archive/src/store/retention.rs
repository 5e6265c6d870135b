//! Finds and removes expired snapshots.

use jiff::{Timestamp, TimestampArithmetic};

use super::{Listed, SnapshotStore, listed};
use crate::error::ArchiveError;
use crate::name::SnapshotName;

impl SnapshotStore {
    /// Lists the snapshots older than `limit`, oldest first, and the moment that they are named before. If the clock has
    /// jumped ahead, the newest snapshot is from before the jump: age counts from that one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn older_than(
        &self,
        limit: impl Into<TimestampArithmetic>,
        now: Timestamp,
    ) -> Result<(Timestamp, Vec<Listed>), ArchiveError> {
        let newest = self.list(None, 1).await?;
        let now = newest.first().map_or(now, |newest| newest.moment.min(now));
        // If the limit reaches back before all timestamps, nothing is too old.
        let before = now.checked_sub(limit).unwrap_or(Timestamp::MIN);
        Ok((before, self.expired(before).await?))
    }

    /// Lists the snapshots named for a moment before `before`, oldest first. Reads only the folders of days that can have
    /// any.
    ///
    /// # Errors
    /// The store failed.
    pub async fn expired(&self, before: Timestamp) -> Result<Vec<Listed>, ArchiveError> {
        let found = self.before(SnapshotName::at(before)).await?;
        Ok(found.into_iter().map(|(name, bytes)| listed(name, bytes)).collect())
    }

    /// The same, as names with sizes in bytes.
    pub(crate) async fn before(
        &self,
        before: SnapshotName,
    ) -> Result<Vec<(SnapshotName, u64)>, ArchiveError> {
        let last_day = before.day();
        let mut found = Vec::new();
        for day in self.days().await?.days.into_iter().take_while(|day| *day <= last_day) {
            found.extend(self.day(&day, Some(before)).await?.names);
        }
        Ok(found)
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
