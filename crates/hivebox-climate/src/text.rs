//! Text as columns: one buffer for all of it, instead of an allocation for each.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Many texts in one buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextColumn {
    text: String,
    ends: Vec<u32>,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// Numbers texts in the order in which they are first seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    numbers: HashMap<Box<str>, u32, RandomState>,
}

impl Interner {
    /// The number of `text`, and whether it is new.
    pub(crate) fn number(&mut self, text: &str) -> (u32, bool) {
        if let Some(&number) = self.numbers.get(text) {
            return (number, false);
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(text.into(), number);
        (number, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_gives_back_what_was_pushed() {
        let texts = ["", "Temperatur", "", "°C", "ж"];
        let mut column = TextColumn::default();
        for text in texts {
            column.push(text);
        }
        assert_eq!(column.len(), texts.len());
        assert!(texts.iter().enumerate().all(|(index, text)| column.get(index) == *text));
    }

    #[test]
    fn an_interner_gives_equal_texts_one_number() {
        let mut interner = Interner::default();
        assert_eq!(interner.number("a"), (0, true));
        assert_eq!(interner.number("b"), (1, true));
        assert_eq!(interner.number("a"), (0, false));
    }
}
