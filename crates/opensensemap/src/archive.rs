//! The daily archive: its folders and files.

mod listing;

use std::str::FromStr;

use jiff::civil::Date;

pub use listing::{ListingError, ListingReader};

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

/// The text is not the path of a folder in the archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not DAY/BOX-NAME, as in 2014-06-25/53aaffafe79c90a0102abb67-Berlin_Tegel-S__d")]
pub struct ArchiveFolderError(String);

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

    /// The folder of this name, which is `BOX-NAME`; `None` if it is no such name.
    fn named(day: Date, folder: &str) -> Option<Self> {
        let (box_id, name) = (folder.get(..24)?, folder.get(24..)?.strip_prefix('-')?);
        // Other characters than the archive's own are kept, except those that end the segment of a path.
        let ends_segment = |char: char| char.is_control() || matches!(char, '/' | '\\' | '?' | '#');
        let is_name = !name.contains(ends_segment);
        is_name.then_some(Self { day, box_id: box_id.parse().ok()?, name: name.to_owned() })
    }
}

/// Reads what [`Display`](std::fmt::Display) writes.
impl FromStr for ArchiveFolder {
    type Err = ArchiveFolderError;

    fn from_str(text: &str) -> Result<Self, ArchiveFolderError> {
        let folder = text.split_once('/').and_then(|(day, folder)| Self::named(day.parse().ok()?, folder));
        folder.ok_or_else(|| ArchiveFolderError(text.chars().take(120).collect()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_that_of_a_sensor() {
        let day = jiff::civil::date(2021, 5, 28);
        let folder = ArchiveFolder::of(day, "597c4420fe1c740011cbfefb".parse().unwrap(), "../x");
        let (path, sensor) = folder.file("597C4420FE1C740011CBFEFC").unwrap();
        assert_eq!(sensor, "597c4420fe1c740011cbfefc");
        assert_eq!(path, "/2021-05-28/597c4420fe1c740011cbfefb-.._x/597c4420fe1c740011cbfefc-2021-05-28.csv");
        assert!(folder.file("../../etc").is_err());
    }

    #[test]
    fn a_folder_is_read_as_it_is_written() {
        let folder = ArchiveFolder::of(
            jiff::civil::date(2021, 5, 28),
            "597c4420fe1c740011cbfefb".parse().unwrap(),
            "Härtensdorf 1/2",
        );
        assert_eq!(folder.to_string().parse(), Ok(folder));
        for wrong in
            ["", "2021-05-28", "597c4420fe1c740011cbfefb-x", "2021-05-28/597c4420fe1c740011cbfefb-a/../b"]
        {
            assert!(wrong.parse::<ArchiveFolder>().is_err(), "{wrong}");
        }
    }
}
