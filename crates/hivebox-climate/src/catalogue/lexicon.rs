//! Finds the phenomenon that the words of a title name.

mod build;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

pub(super) use build::TitleRules;

use super::phenomenon_set::PhenomenonSet;
use crate::phenomenon::PhenomenonId;
use crate::title::{is_number, is_one_letter, normalise};

/// Titles, and the words that may appear beside them.
///
/// Denied words are not kept: the builder settles which words may appear beside which titles, so
/// reading a title takes only one or two look-ups for each word.
#[derive(Debug, Clone)]
pub(super) struct Lexicon {
    /// Titles, normalised.
    titles: HashMap<Box<str>, PhenomenonId, RandomState>,
    /// The number of words in the longest title.
    longest_title: usize,
    /// All words that appear in titles.
    title_words: HashSet<Box<str>, RandomState>,
    /// Words allowed beside a title, each with the phenomena that allow it.
    beside: HashMap<Box<str>, PhenomenonSet, RandomState>,
    /// Names of chips, which are in `beside` as well.
    chips: HashSet<Box<str>, RandomState>,
}

impl Lexicon {
    /// The phenomenon that `title` names; `None` if it names none, or more than one.
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

    /// The longest title at the start of `words`, as its length in bytes.
    fn title_at_start(&self, words: &str) -> Option<(usize, PhenomenonId)> {
        if !self.title_words.contains(first_word(words)) {
            return None;
        }
        let ends = words.match_indices(' ').map(|(end, _)| end).chain([words.len()]);
        ends.take(self.longest_title).filter_map(|end| Some((end, *self.titles.get(&words[..end])?))).last()
    }

    /// The phenomena that allow `word` beside their titles.
    fn phenomena_beside(&self, word: &str) -> PhenomenonSet {
        match self.beside.get(word) {
            Some(&phenomena) => phenomena,
            // Numbers and single letters only tell equal sensors apart.
            None if is_number(word) || is_one_letter(word) => PhenomenonSet::ALL,
            None => PhenomenonSet::NONE,
        }
    }

    /// Splits off the names of chips attached to a word: "temperaturbme", "dhttemp".
    ///
    /// Upper case would show the boundary, but not every owner writes it, and case must not matter.
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
    words.split_once(' ').map_or(words, |(first, _)| first)
}
