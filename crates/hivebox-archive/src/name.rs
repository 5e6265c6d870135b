//! The names of snapshots, and their paths in the store.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use object_store::path::Path;

/// The folder of all snapshots of readings.
pub(crate) const FOLDER: &str = "readings";
const EXTENSION: &str = ".parquet";

/// The name of a snapshot: a moment in UTC, to the millisecond. Its text is a valid file name everywhere and sorts by time.
///
/// ```
/// use hivebox_archive::SnapshotName;
///
/// let name = SnapshotName::at("2024-10-14T09:20:00Z".parse()?);
/// assert_eq!(name.to_string(), "2024-10-14T09-20-00.000Z");
/// assert_eq!(name.object_path(), "readings/date=2024-10-14/2024-10-14T09-20-00.000Z.parquet");
/// assert_eq!(name.to_string().parse(), Ok(name));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName(Timestamp);

/// A text is not the name of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a snapshot, which looks like 2024-10-14T09-20-00.000Z")]
pub struct SnapshotNameError(String);

const FORMAT: &str = "%Y-%m-%dT%H-%M-%S.%3fZ";
const LENGTH: usize = "2024-10-14T09-20-00.000Z".len();

impl SnapshotName {
    /// The name for `moment`. Drops fractions of a millisecond.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        let options = jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc);
        // Rounding fails only for the last millisecond that a timestamp can hold.
        Self(moment.round(options).unwrap_or(moment))
    }

    /// The moment.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        self.0
    }

    /// The path of the object, below the prefix of the store.
    #[must_use]
    pub fn object_path(self) -> String {
        format!("{}/{self}{EXTENSION}", day_folder(&self.day()))
    }

    /// The day in UTC, such as `2024-10-14`.
    pub(crate) fn day(self) -> String {
        self.0.strftime("%Y-%m-%d").to_string()
    }

    pub(crate) fn path(self) -> Path {
        Path::from(self.object_path())
    }

    /// The name by the path of an object; `None` if it is not a snapshot, or is in the folder of another day.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        let name: Self = path.filename()?.strip_suffix(EXTENSION)?.parse().ok()?;
        (name.path() == *path).then_some(name)
    }
}

pub(crate) fn day_folder(day: &str) -> String {
    format!("{FOLDER}/date={day}")
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime(FORMAT).fmt(formatter)
    }
}

impl FromStr for SnapshotName {
    type Err = SnapshotNameError;

    fn from_str(text: &str) -> Result<Self, SnapshotNameError> {
        let error = || SnapshotNameError(text.chars().take(40).collect());
        if text.len() != LENGTH {
            return Err(error());
        }
        let civil = jiff::civil::DateTime::strptime(FORMAT, text).map_err(|_| error())?;
        let moment = TimeZone::UTC.to_timestamp(civil).map_err(|_| error())?;
        Ok(Self(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "latest",
            "../../etc/passwd",
            "2024-13-14T09-20-00.000Z",
            "2024-10-14T09:20:00.000Z",
            "2024-10-14",
        ] {
            assert!(text.parse::<SnapshotName>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_is_found_in_its_path_and_nowhere_else() {
        let name = SnapshotName::at("2024-10-14T09:20:00.123456Z".parse().unwrap());
        assert_eq!(name.to_string(), "2024-10-14T09-20-00.123Z");
        assert_eq!(SnapshotName::from_path(&name.path()), Some(name));
        assert_eq!(SnapshotName::from_path(&Path::from("readings/date=2024-10-14/notes.txt")), None);
        let astray = "readings/date=2024-10-15/2024-10-14T09-20-00.123Z.parquet";
        assert_eq!(SnapshotName::from_path(&Path::from(astray)), None);
    }
}
