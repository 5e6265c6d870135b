//! The words of titles: which phenomenon they mean.

mod build;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

pub(super) use build::TitleRules;

use super::phenomenon_set::PhenomenonSet;
use crate::phenomenon::PhenomenonId;
use crate::title::{is_number, is_one_letter, normalise};

/// Knows titles and the words that may stand beside them.
///
/// The words that phenomena deny are not kept: whether one can stand beside a title is settled when the
/// lexicon is built, so that reading a title costs a look-up or two a word.
#[derive(Debug, Clone)]
pub(super) struct Lexicon {
    /// Titles as normalised words.
    titles: HashMap<Box<str>, PhenomenonId, RandomState>,
    /// The number of words of the longest title.
    longest_title: usize,
    /// The words that titles are made of.
    title_words: HashSet<Box<str>, RandomState>,
    /// Words that may stand beside a title, each with the phenomena whose titles it may stand beside.
    beside: HashMap<Box<str>, PhenomenonSet, RandomState>,
    /// Names of chips; they also stand in `beside`.
    chips: HashSet<Box<str>, RandomState>,
}

impl Lexicon {
    /// The phenomenon that `title` means.
    pub(super) fn phenomenon(&self, title: &str) -> Option<PhenomenonId> {
        let words = self.without_glued_chips(normalise(title));
        let mut rest = words.as_str();
        let mut found = None;
        let mut possible = PhenomenonSet::ALL;
        while !rest.is_empty() {
            let (length, phenomena) = if let Some((length, phenomenon)) = self.title_at_start(rest) {
                found = Some(phenomenon);
                (length, PhenomenonSet::of(phenomenon))
            } else {
                let word = first_word(rest);
                (word.len(), self.phenomena_beside(word))
            };
            possible = possible & phenomena;
            if possible.is_empty() {
                return None;
            }
            rest = rest[length..].trim_start();
        }
        found
    }

    /// The longest title that `words` start with, by its length in bytes.
    fn title_at_start(&self, words: &str) -> Option<(usize, PhenomenonId)> {
        if !self.title_words.contains(first_word(words)) {
            return None;
        }
        let ends = words.match_indices(' ').map(|(end, _)| end).chain([words.len()]);
        ends.take(self.longest_title).filter_map(|end| Some((end, *self.titles.get(&words[..end])?))).last()
    }

    /// The phenomena whose titles `word` may stand beside.
    fn phenomena_beside(&self, word: &str) -> PhenomenonSet {
        match self.beside.get(word) {
            Some(&phenomena) => phenomena,
            // Numbers and letters tell sensors of one kind from each other.
            None if is_number(word) || is_one_letter(word) => PhenomenonSet::ALL,
            None => PhenomenonSet::NONE,
        }
    }

    /// Takes the names of chips off the words that they are glued to: "temperaturbme", "dhttemp".
    ///
    /// Upper case would show where, but not all who glue write it, and case shall make no difference.
    fn without_glued_chips(&self, words: String) -> String {
        if words.split(' ').all(|word| self.is_known(word)) {
            return words;
        }
        let mut apart = String::with_capacity(words.len() + 1);
        for word in words.split(' ') {
            if !apart.is_empty() {
                apart.push(' ');
            }
            match self.chip_boundary(word) {
                Some(boundary) => {
                    apart.extend([&word[..boundary], " ", &word[boundary..]]);
                }
                None => apart.push_str(word),
            }
        }
        apart
    }

    fn chip_boundary(&self, word: &str) -> Option<usize> {
        if self.is_known(word) {
            return None;
        }
        word.char_indices().map(|(boundary, _)| boundary).skip(1).find(|&boundary| {
            let (start, end) = word.split_at(boundary);
            self.title_words.contains(start) && self.chips.contains(end)
                || self.chips.contains(start) && self.title_words.contains(end)
        })
    }

    fn is_known(&self, word: &str) -> bool {
        self.title_words.contains(word) || self.beside.contains_key(word) || is_number(word)
    }
}

fn first_word(words: &str) -> &str {
    words.split(' ').next().unwrap_or(words)
}
