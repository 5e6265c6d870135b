//! The daily archive: its folders and files.

use jiff::civil::Date;

use crate::box_id::BoxId;
use crate::measurement_query::MeasurementQueryError;

/// The folder of one box on one day of the archive.
///
/// Its name is the id of the box and the name that the box had on that day, with every byte outside
/// `[A-Za-z0-9._-]` replaced by `_`. Boxes are renamed now and then, so it is best to ask for the
/// folders of a day ([`Client::archive_folders`](crate::Client::archive_folders)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveFolder {
    day: Date,
    box_id: BoxId,
    name: String,
}

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
}

impl ArchiveFolder {
    /// The folder of a box on a day, if the box had this name then.
    ///
    /// ```
    /// let id = "53aaffafe79c90a0102abb67".parse()?;
    /// let folder = opensensemap::ArchiveFolder::of(jiff::civil::date(2014, 6, 25), id, "Berlin Tegel-Süd");
    /// assert_eq!(folder.to_string(), "2014-06-25/53aaffafe79c90a0102abb67-Berlin_Tegel-S__d");
    /// # Ok::<(), opensensemap::BoxIdError>(())
    /// ```
    #[must_use]
    pub fn of(day: Date, box_id: BoxId, box_name: &str) -> Self {
        let plain = |byte| if is_plain(byte) { char::from(byte) } else { '_' };
        Self { day, box_id, name: box_name.bytes().map(plain).collect() }
    }

    /// The day in UTC.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// The id of the box.
    #[must_use]
    pub fn box_id(&self) -> &BoxId {
        &self.box_id
    }

    /// The path of a sensor's file, and the sensor's id.
    pub(crate) fn file(&self, sensor_id: &str) -> Result<(String, String), MeasurementQueryError> {
        // The id becomes part of a path, so it is checked like that of a box.
        let sensor: BoxId = sensor_id
            .parse()
            .map_err(|_| MeasurementQueryError::SensorId(sensor_id.chars().take(40).collect()))?;
        let day = self.day;
        Ok((format!("/{self}/{sensor}-{day}.csv"), sensor.to_string()))
    }

    /// The folder that a link on the day's page points to; `None` if it is not that of a box.
    fn linked(day: Date, link: &[u8]) -> Option<Self> {
        let link = link.strip_prefix(b"./").unwrap_or(link);
        let folder = std::str::from_utf8(link.strip_suffix(b"/")?).ok()?;
        let (box_id, name) = (folder.get(..24)?, folder.get(24..)?.strip_prefix('-')?);
        let is_name = name.bytes().all(is_plain);
        is_name.then_some(Self { day, box_id: box_id.parse().ok()?, name: name.to_owned() })
    }
}

impl std::fmt::Display for ArchiveFolder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}-{}", self.day, self.box_id, self.name)
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Finds the folders in the page of a day. The page may arrive in pieces of any size.
#[derive(Debug)]
pub(crate) struct ListingReader {
    day: Date,
    /// A possible beginning of a link or of the page's end.
    carry: Vec<u8>,
    folders: Vec<ArchiveFolder>,
    ended: bool,
}

/// Precedes a link; ends a page.
const LINK: &[u8] = b"href=\"";
const END: &[u8] = b"</html>";
/// Longer link texts are not links.
const MAX_LINK_BYTES: usize = 4096;

impl ListingReader {
    pub(crate) fn new(day: Date) -> Self {
        Self { day, carry: Vec::new(), folders: Vec::new(), ended: false }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.carry.extend_from_slice(piece);
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&self.carry[from..], LINK) {
            let start = from + found + LINK.len();
            match memchr::memchr(b'"', &self.carry[start..]) {
                Some(length) => {
                    self.folders.extend(ArchiveFolder::linked(self.day, &self.carry[start..start + length]));
                    from = start + length;
                }
                None if self.carry.len() - start > MAX_LINK_BYTES => from = start,
                None => {
                    self.carry.drain(..start - LINK.len());
                    return;
                }
            }
        }
        let lower: Vec<u8> = self.carry[from..].to_ascii_lowercase();
        self.ended |= memchr::memmem::find(&lower, END).is_some();
        let kept = LINK.len().max(END.len()) - 1;
        self.carry.drain(..from.max(self.carry.len().saturating_sub(kept)));
    }

    pub(crate) fn finish(self) -> Result<Vec<ArchiveFolder>, ListingError> {
        if self.ended {
            Ok(self.folders)
        } else {
            Err(ListingError::Truncated { folders: self.folders.len() })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><body><a href=\"../\">up</a>\n\
        <a href=\"./53aaffafe79c90a0102abb67-Berlin_Tegel-S__d/\">x</a> 1 kB\n\
        <a href=\"597c4420fe1c740011cbfefb-Sportplatz_H__rtensdorf/\">y</a><a href=\"https://example.org/\">z</a>\n\
        <a href=\"597c4420fe1c740011cbfefb-not a name/\">y</a><a href=\"597c4420fe1c740011cbfefb.csv\">y</a>\n\
        </body></HTML>\n";

    fn day() -> Date {
        jiff::civil::date(2021, 5, 28)
    }

    fn read(pieces: &[&[u8]]) -> Result<Vec<String>, ListingError> {
        let mut reader = ListingReader::new(day());
        for piece in pieces {
            reader.push(piece);
        }
        Ok(reader.finish()?.iter().map(ToString::to_string).collect())
    }

    fn expected() -> Vec<String> {
        ["53aaffafe79c90a0102abb67-Berlin_Tegel-S__d", "597c4420fe1c740011cbfefb-Sportplatz_H__rtensdorf"]
            .map(|folder| format!("2021-05-28/{folder}"))
            .into()
    }

    #[test]
    fn a_page_without_its_end_is_an_error() {
        for cut in 0..PAGE.rfind("</HTML>").unwrap() + 6 {
            assert!(read(&[&PAGE.as_bytes()[..cut]]).is_err(), "{cut}");
        }
        assert_eq!(read(&[b"<html></html>"]), Ok(vec![]));
    }

    #[test]
    fn a_file_is_that_of_a_sensor() {
        let folder = ArchiveFolder::of(day(), "597c4420fe1c740011cbfefb".parse().unwrap(), "../x");
        let (path, sensor) = folder.file("597C4420fe1c740011cbfefc").unwrap();
        assert_eq!(sensor, "597c4420fe1c740011cbfefc");
        assert_eq!(path, "/2021-05-28/597c4420fe1c740011cbfefb-.._x/597c4420fe1c740011cbfefc-2021-05-28.csv");
        assert!(folder.file("../../etc").is_err());
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
