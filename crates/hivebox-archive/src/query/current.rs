//! Which files are in force.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::QueryError;
use super::files::Files;
use super::read::Source;
use crate::history::History;
use crate::store::SnapshotStore;

/// The files that were in force when the history was last asked for. Reading a manifest takes longer than most answers, and
/// finding out that it is still in force does not.
#[derive(Debug, Default)]
pub(super) struct Current {
    last: Mutex<Option<(SnapshotStore, Arc<Files>)>>,
}

/// The past as one question sees it.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) source: Source,
    pub(super) current: Arc<Current>,
}

impl Past {
    /// The files in force. What is asked of them meanwhile stays as it is, for files are kept longer than answers may take.
    pub(super) async fn files(&self) -> Result<Arc<Files>, QueryError> {
        let store = &self.source.store;
        let known = self.current.of(store);
        let history = History { store: store.clone() };
        match (history.newer_manifest(known.as_ref().map(|known| known.number)).await?, known) {
            (None, Some(known)) => Ok(known),
            (manifest, _) => {
                let files = Arc::new(manifest.as_ref().map(Files::of).unwrap_or_default());
                self.current.keep(store, &files);
                Ok(files)
            }
        }
    }
}

impl Current {
    fn of(&self, store: &SnapshotStore) -> Option<Arc<Files>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(of, _)| of.is_same(store)).map(|(_, files)| Arc::clone(files))
    }

    pub(super) fn keep(&self, store: &SnapshotStore, files: &Arc<Files>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((store.clone(), Arc::clone(files)));
    }
}
