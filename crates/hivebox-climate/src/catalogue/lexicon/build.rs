//! Builds a [`Lexicon`] and resolves the deny lists.

use super::super::error::CatalogueError;
use super::super::phenomenon_set::PhenomenonSet;
use super::Lexicon;
use crate::phenomenon::PhenomenonId;
use crate::title::{is_one_letter, normalise};

/// The words of one phenomenon, as in the file.
pub(in super::super) struct TitleRules<'a> {
    pub(in super::super) slug: &'a str,
    /// The titles, as owners write them.
    pub(in super::super) titles: &'a [String],
    /// Words allowed beside the titles.
    pub(in super::super) beside: &'a [String],
    /// Words that are not, even if all titles allow them; `boden*` stands for every word that
    /// starts with "boden".
    pub(in super::super) deny: &'a [String],
}

impl Lexicon {
    /// A lexicon of the phenomena in `rules`, whose ids are their indices.
    pub(in super::super) fn new(
        fillers: &[String],
        chips: &[String],
        rules: &[TitleRules<'_>],
    ) -> Result<Self, CatalogueError> {
        let mut lexicon = Self {
            titles: super::HashMap::default(),
            longest_title: 0,
            title_words: super::HashSet::default(),
            beside: super::HashMap::default(),
            chips: super::HashSet::default(),
        };
        for word in rules.iter().flat_map(|rules| rules.deny) {
            check_word(word.strip_suffix('*').unwrap_or(word))?;
            // Any letter may appear beside a title unless a list says otherwise.
            if is_one_letter(word) {
                lexicon.beside.insert(word.as_str().into(), !denying(rules, word));
            }
        }
        for word in fillers.iter().chain(chips) {
            check_word(word)?;
            lexicon.beside.insert(word.as_str().into(), !denying(rules, word));
        }
        lexicon.chips = chips.iter().map(|chip| chip.as_str().into()).collect();
        for (id, phenomenon) in ids(rules) {
            lexicon.add(id, phenomenon, rules)?;
        }
        Ok(lexicon)
    }

    fn add(
        &mut self,
        id: PhenomenonId,
        phenomenon: &TitleRules<'_>,
        rules: &[TitleRules<'_>],
    ) -> Result<(), CatalogueError> {
        if phenomenon.titles.is_empty() {
            return Err(CatalogueError::NoTitles(phenomenon.slug.to_owned()));
        }
        for title in phenomenon.titles {
            let words = normalise(title);
            if words.is_empty() {
                let (slug, title) = (phenomenon.slug.to_owned(), title.clone());
                return Err(CatalogueError::EmptyTitle { slug, title });
            }
            words.split(' ').try_for_each(|word| check_not_denied(phenomenon, word))?;
            self.longest_title = self.longest_title.max(words.split(' ').count());
            self.title_words.extend(words.split(' ').map(Box::from));
            if let Some(first) = self.titles.insert(words.into_boxed_str(), id) {
                return Err(CatalogueError::TitleTwice {
                    title: title.clone(),
                    first: rules[first.index()].slug.to_owned(),
                    second: phenomenon.slug.to_owned(),
                });
            }
        }
        for word in phenomenon.beside {
            check_word(word)?;
            check_not_denied(phenomenon, word)?;
            let phenomena = self.beside.entry(word.as_str().into()).or_insert(PhenomenonSet::NONE);
            *phenomena = *phenomena | PhenomenonSet::of(id);
        }
        Ok(())
    }
}

fn ids<'a, 'b>(rules: &'a [TitleRules<'b>]) -> impl Iterator<Item = (PhenomenonId, &'a TitleRules<'b>)> {
    (0..).map(PhenomenonId).zip(rules)
}

fn check_word(word: &str) -> Result<(), CatalogueError> {
    if word.is_empty() || word.contains(' ') || normalise(word) != word {
        return Err(CatalogueError::NotAWord(word.to_owned()));
    }
    Ok(())
}

fn check_not_denied(phenomenon: &TitleRules<'_>, word: &str) -> Result<(), CatalogueError> {
    if denies(phenomenon, word) {
        let (slug, word) = (phenomenon.slug.to_owned(), word.to_owned());
        return Err(CatalogueError::DeniesItself { slug, word });
    }
    Ok(())
}

/// The phenomena that deny `word`.
fn denying(rules: &[TitleRules<'_>], word: &str) -> PhenomenonSet {
    ids(rules)
        .filter(|(_, phenomenon)| denies(phenomenon, word))
        .fold(PhenomenonSet::NONE, |phenomena, (id, _)| phenomena | PhenomenonSet::of(id))
}

fn denies(phenomenon: &TitleRules<'_>, word: &str) -> bool {
    phenomenon.deny.iter().any(|denied| match denied.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == denied,
    })
}
