//! The past as one table: readings of all snapshots, each once.
//!
//! | question | module |
//! |---|---|
//! | Which files are the history? | [`manifest`] |
//! | How are they written, read and removed? | `objects` |
//! | What do the readings of each hour come to? | [`hourly`] |

pub mod hourly;
pub mod manifest;
mod objects;

use crate::error::ArchiveError;
use crate::store::SnapshotStore;
use manifest::Manifest;

/// The history in a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    pub(crate) store: SnapshotStore,
}

impl History {
    /// The manifest in force; an empty one if there is no history yet.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged or of a later version of HiveBox.
    pub async fn manifest(&self) -> Result<Manifest, ArchiveError> {
        Ok(self.newer_manifest(None).await?.unwrap_or_else(Manifest::empty))
    }
}
