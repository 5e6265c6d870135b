//! The page that lists the folders of a day.

use jiff::civil::Date;

use super::ArchiveFolder;

/// Longer tags are none: a link of the archive has less than 300 bytes.
const MAX_TAG_BYTES: usize = 8192;

/// Why a page is not a complete list of a day's folders.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// The page has no end, so it may be cut off.
    #[error("the list of folders was cut off after {folders} folders")]
    Truncated {
        /// The number of folders read before the cut.
        folders: usize,
    },
    /// The page has links, but none is a folder of that day.
    #[error("none of the {links} links in the list of folders is that of a box, such as {example:?}")]
    NotFolders {
        /// The number of links.
        links: usize,
        /// Up to 120 characters of the first one.
        example: String,
    },
    /// The page has a tag without an end.
    #[error("the list of folders has a tag of more than {MAX_TAG_BYTES} bytes")]
    TagTooLong,
}

/// Finds the folders in the page of a day. The page may arrive in pieces of any size.
///
/// It reads the links of the page (`<a href=…>`), however they are quoted, relative or not, with or without a final
/// `/`, because the archive has changed how it writes them.
///
/// ```
/// let mut reader = opensensemap::ListingReader::new(jiff::civil::date(2014, 6, 25));
/// reader.push(b"<html><a href=\"../\">up</a><a href=\"53aaffafe79c90a0102abb67-Be")?;
/// reader.push(b"rlin_Tegel-S__d\">53aaffafe79c90a0102abb67-Berlin_Tegel-S__d</a></html>")?;
/// assert_eq!(reader.finish()?[0].to_string(), "2014-06-25/53aaffafe79c90a0102abb67-Berlin_Tegel-S__d");
/// # Ok::<(), opensensemap::ListingError>(())
/// ```
#[derive(Debug)]
pub struct ListingReader {
    day: Date,
    state: State,
    /// The tag so far, without its `<`.
    tag: Vec<u8>,
    folders: Vec<ArchiveFolder>,
    /// The number of links that lead elsewhere than up, and the first of them that is no folder.
    links: usize,
    not_understood: Option<String>,
    has_ended: bool,
}

/// Where in a page the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag,
    /// In a value within these quotes.
    Value(u8),
}

impl ListingReader {
    /// A reader at the start of a page.
    #[must_use]
    pub fn new(day: Date) -> Self {
        Self {
            day,
            state: State::Text,
            tag: Vec::new(),
            folders: Vec::new(),
            links: 0,
            not_understood: None,
            has_ended: false,
        }
    }

    /// Takes the next piece of the page.
    ///
    /// # Errors
    /// [`ListingError::TagTooLong`] if this is no such page. Discard the reader then.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), ListingError> {
        let mut rest = piece;
        while let Some((&byte, after)) = rest.split_first() {
            if self.state == State::Text {
                let Some(start) = memchr::memchr(b'<', rest) else { return Ok(()) };
                rest = &rest[start + 1..];
                self.state = State::Tag;
                self.tag.clear();
                continue;
            }
            rest = after;
            self.take(byte)?;
        }
        Ok(())
    }

    /// Ends the page.
    ///
    /// # Errors
    /// [`ListingError`] if the page is incomplete, or has links but none of a folder.
    pub fn finish(mut self) -> Result<Vec<ArchiveFolder>, ListingError> {
        if !self.has_ended {
            return Err(ListingError::Truncated { folders: self.folders.len() });
        }
        if let Some(example) = self.not_understood.filter(|_| self.folders.is_empty()) {
            return Err(ListingError::NotFolders { links: self.links, example });
        }
        // A page may link a folder by its name and by an icon.
        self.folders.sort();
        self.folders.dedup();
        Ok(self.folders)
    }

    /// Takes a byte of a tag.
    fn take(&mut self, byte: u8) -> Result<(), ListingError> {
        let is_comment = self.tag.starts_with(b"!--");
        self.state = match (self.state, byte) {
            (State::Tag, b'>') if !is_comment || self.tag.ends_with(b"--") => {
                self.take_tag();
                State::Text
            }
            // The previous `<` was text.
            (State::Tag, b'<') if !is_comment => {
                self.tag.clear();
                return Ok(());
            }
            (State::Tag, b'"' | b'\'') if self.tag.trim_ascii_end().ends_with(b"=") && !is_comment => {
                State::Value(byte)
            }
            (State::Value(quote), byte) if byte == quote => State::Tag,
            (state, _) => state,
        };
        if self.state != State::Text {
            self.tag.push(byte);
        }
        if self.tag.len() > MAX_TAG_BYTES { Err(ListingError::TagTooLong) } else { Ok(()) }
    }

    fn take_tag(&mut self) {
        let tag = self.tag.as_slice();
        let name_ends = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_ends);
        if name.eq_ignore_ascii_case(b"/html") {
            self.has_ended = true;
        }
        if !name.eq_ignore_ascii_case(b"a") {
            return;
        }
        let Some(link) = value_of(attributes, b"href") else { return };
        let link = String::from_utf8_lossy(link.trim_ascii());
        match folder(self.day, &link) {
            Some(folder) => self.folders.push(folder),
            None if leads_up(&link) => return,
            None => {
                self.not_understood.get_or_insert_with(|| link.chars().take(120).collect());
            }
        }
        self.links += 1;
    }
}

/// The value of an attribute in the rest of a tag.
fn value_of<'a>(mut rest: &'a [u8], attribute: &[u8]) -> Option<&'a [u8]> {
    loop {
        rest = rest.trim_ascii_start();
        let name_ends = rest.iter().position(|byte| *byte == b'=' || byte.is_ascii_whitespace())?;
        let (name, after) = rest.split_at(name_ends);
        let Some(value) = after.trim_ascii_start().strip_prefix(b"=") else {
            rest = after;
            continue;
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.first() {
            Some(&quote @ (b'"' | b'\'')) => {
                let length = memchr::memchr(quote, &value[1..])?;
                (&value[1..=length], &value[length + 2..])
            }
            _ => value.split_at(value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len())),
        };
        if name.eq_ignore_ascii_case(attribute) {
            return Some(value);
        }
        rest = after;
    }
}

/// The folder that a link points to; `None` if it is not that of a box on this day.
fn folder(day: Date, link: &str) -> Option<ArchiveFolder> {
    let link = link.strip_suffix('/').unwrap_or(link);
    let (parent, name) = link.rsplit_once('/').unwrap_or((".", link));
    // A link may name the day as well; a link with a query is one to a download.
    let is_of_day = parent == "." || parent.rsplit('/').next() == Some(&day.to_string());
    if is_of_day && !parent.contains(['?', '#']) { ArchiveFolder::named(day, name) } else { None }
}

/// Whether a link leads to a folder above, to this page, or nowhere.
fn leads_up(link: &str) -> bool {
    let link = link.strip_suffix('/').unwrap_or(link);
    link.is_empty()
        || link.starts_with(['?', '#'])
        || link.split('/').all(|part| matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEGEL: &str = "53aaffafe79c90a0102abb67-Berlin_Tegel-S__d";
    const SPORTPLATZ: &str = "597c4420fe1c740011cbfefb-Sportplatz_H__rtensdorf";
    const PAGE: &str = "<!DOCTYPE html><html><body><!-- <a href=\"x\"> > --><a href=\"../\">up</a>\n\
        <a href=\"./53aaffafe79c90a0102abb67-Berlin_Tegel-S__d/\">x</a> 1 kB\n\
        <A class='a>b' HREF = '597c4420fe1c740011cbfefb-Sportplatz_H__rtensdorf'>y</A>\
        <a href=\"https://example.org/\">z</a> 1 < 2, i<j\n\
        <a href=\"https://example.org/?path=/2021-05-28/597c4420fe1c740011cbfefb-download\">y</a>\
        <a href=\"597c4420fe1c740011cbfefb.csv\">y</a>\n\
        </body></HTML>\n";

    fn day() -> Date {
        jiff::civil::date(2021, 5, 28)
    }

    fn read(pieces: &[&[u8]]) -> Result<Vec<String>, ListingError> {
        let mut reader = ListingReader::new(day());
        for piece in pieces {
            reader.push(piece)?;
        }
        Ok(reader.finish()?.iter().map(ToString::to_string).collect())
    }

    fn expected() -> Vec<String> {
        [TEGEL, SPORTPLATZ].map(|folder| format!("2021-05-28/{folder}")).into()
    }

    #[test]
    fn a_page_without_its_end_is_an_error() {
        for cut in 0..PAGE.rfind("</HTML>").unwrap() + 6 {
            assert!(read(&[&PAGE.as_bytes()[..cut]]).is_err(), "{cut}");
        }
        assert_eq!(read(&[b"<html><a href='../'>up</a><a href='?C=N;O=D'>Name</a></html>"]), Ok(vec![]));
    }

    #[test]
    fn a_link_is_understood_however_it_is_written() {
        for link in [
            format!("\"{TEGEL}\""),
            format!("\"{TEGEL}/\""),
            format!("'./{TEGEL}/'"),
            format!("{TEGEL} class=x"),
            TEGEL.to_owned(),
            format!("\"/2021-05-28/{TEGEL}\""),
            format!("\"https://archive.opensensemap.org/2021-05-28/{TEGEL}/\" target=\"_blank\""),
        ] {
            let page = format!("<html><a title=\"a>b\" href={link}>x</a></html>");
            assert_eq!(read(&[page.as_bytes()]), Ok(vec![format!("2021-05-28/{TEGEL}")]), "{link}");
        }
    }

    #[test]
    fn a_page_of_links_that_are_no_folders_is_an_error() {
        let page =
            format!("<html><a href='../'>up</a><a href='box?id={TEGEL}'>x</a><a href='/1'>y</a></html>");
        let example = format!("box?id={TEGEL}");
        assert_eq!(read(&[page.as_bytes()]), Err(ListingError::NotFolders { links: 2, example }));
        let other_day = format!("<html><a href='/2021-05-27/{TEGEL}'>x</a></html>");
        assert!(read(&[other_day.as_bytes()]).is_err());
    }

    #[test]
    fn a_tag_without_end_is_an_error() {
        let long = format!("<html><a href=\"{}</html>", "x".repeat(MAX_TAG_BYTES));
        assert_eq!(read(&[long.as_bytes()]), Err(ListingError::TagTooLong));
    }

    proptest! {
        #[test]
        fn a_page_reads_the_same_in_whatever_pieces(cuts in prop::collection::vec(0..PAGE.len(), 0..20)) {
            let mut cuts = cuts;
            cuts.extend([0, PAGE.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &PAGE.as_bytes()[ends[0]..ends[1]]).collect();
            prop_assert_eq!(read(&pieces), Ok(expected()));
        }
    }
}
