//! Keeps track of the files in force.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::QueryError;
use super::files::Files;
use super::reader::FileReader;
use crate::history::History;

/// A history as questions see it: the files in force, and the means to read them.
///
/// Reading a manifest takes longer than most answers, so it remembers the last one and only checks that it is still in
/// force.
#[derive(Debug)]
pub struct CurrentHistory {
    history: History,
    reader: FileReader,
    last: Mutex<Option<Arc<Files>>>,
}

impl CurrentHistory {
    pub(super) fn new(history: History, reader: FileReader) -> Self {
        Self { history, reader, last: Mutex::default() }
    }

    /// The files in force. An answer may use them to its end: replaced files stay for longer than a question may take.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged.
    pub async fn files(&self) -> Result<Arc<Files>, QueryError> {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let number = known.as_ref().map(|known| known.number);
        match (self.history.newer_manifest(number).await?, known) {
            (None, Some(known)) => Ok(known),
            (manifest, _) => {
                let files = Arc::new(manifest.as_ref().map(Files::of).unwrap_or_default());
                self.remember(&files);
                Ok(files)
            }
        }
    }

    /// Reads the files.
    #[must_use]
    pub fn reader(&self) -> &FileReader {
        &self.reader
    }

    /// Takes these files to be in force for as long as the store has no other manifest.
    pub(super) fn remember(&self, files: &Arc<Files>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(files));
    }
}
