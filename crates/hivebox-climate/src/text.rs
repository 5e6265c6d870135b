//! Columns of texts: one buffer for all, instead of one allocation for each.

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

    /// Reserves room for the contents of `other` and a little more.
    pub(crate) fn reserve(&mut self, other: &Self) {
        self.text.reserve(with_margin(other.text.len()));
        self.ends.reserve(with_margin(other.ends.len()));
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All texts, concatenated.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The length of each text in bytes.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.ends.iter().zip(starts).map(|(end, start)| end - start)
    }

    /// Splits concatenated texts by their lengths; `None` if the lengths do not fit.
    pub(crate) fn of(text: &str, lengths: &[u32]) -> Option<Self> {
        let mut end = 0_u32;
        let mut ends = Vec::with_capacity(lengths.len());
        for length in lengths {
            end = end.checked_add(*length)?;
            text.is_char_boundary(end as usize).then_some(())?;
            ends.push(end);
        }
        (end as usize == text.len()).then(|| Self { text: text.to_owned(), ends })
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// `count` plus a margin for what may have been added since.
pub(crate) fn with_margin(count: usize) -> usize {
    count + count / 64
}

/// Numbers distinct texts in the order of their first appearance.
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
    fn a_column_is_made_only_of_lengths_that_cut_its_text_into_texts() {
        let column = TextColumn::of("aжb", &[1, 0, 2, 1]).unwrap();
        assert_eq!((column.get(1), column.get(2)), ("", "ж"));
        assert_eq!(column.lengths().collect::<Vec<_>>(), [1, 0, 2, 1]);
        for lengths in [&[2, 2][..], &[1, 2], &[1, 2, 2], &[u32::MAX, 1]] {
            assert!(TextColumn::of("aжb", lengths).is_none(), "{lengths:?}");
        }
    }

    #[test]
    fn an_interner_gives_equal_texts_one_number() {
        let mut interner = Interner::default();
        assert_eq!(interner.number("a"), (0, true));
        assert_eq!(interner.number("b"), (1, true));
        assert_eq!(interner.number("a"), (0, false));
    }
}
