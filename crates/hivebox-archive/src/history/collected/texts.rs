//! Stores each text once.

use std::collections::HashMap;
use std::sync::Arc;

/// The index of a text in [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::history) struct TextId(u32);

#[derive(Debug, Clone, Default)]
pub(in crate::history) struct Texts {
    all: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, TextId>,
    bytes: usize,
}

impl Texts {
    pub(super) fn id(&mut self, text: &str) -> TextId {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = TextId(self.all.len() as u32);
        let text: Arc<str> = text.into();
        self.bytes += text.len();
        self.all.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    pub(super) fn get(&self, id: TextId) -> &str {
        &self.all[id.0 as usize]
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // Two pointers to each text, and its two reference counts.
        self.bytes
            + self.all.len() * (2 * size_of::<Arc<str>>() + size_of::<TextId>() + 2 * size_of::<usize>())
    }
}
