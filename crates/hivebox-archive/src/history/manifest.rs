//! Lists the files of the history at one moment.
//!
//! A manifest never changes. A change of the history writes new files, then a manifest with the next number, which the store
//! accepts only if none exists. So readers see the history either before or after the change. If two commit at once, one gets
//! the number and the other retries. The manifest with the highest number is in force.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use super::blocks::BlockChecksums;
use super::utc_day::{day_of, millis_of_day};
use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::seal;

/// The folder of the history.
pub(crate) const FOLDER: &str = "history";
/// The version of the manifest's fields, and of what the files hold. Since 2, readings belong to a box and a sensor; a HiveBox
/// that reads only 1 would merge boxes that share a sensor id.
const SCHEMA: u32 = 2;
const EXTENSION: &str = ".json";
/// How far the clock may be from the newest stored data. A clock that is further away removes nothing: either it is
/// wrong, or no data have come for so long that nothing needs to go.
pub const CLOCK_BOUND: SignedDuration = SignedDuration::from_hours(48);
/// Enough digits for a commit each second for 300 years.
const DIGITS: usize = 10;

/// The history at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    schema: u32,
    /// The number of changes so far.
    pub number: u64,
    /// When it was written.
    pub written_at: Timestamp,
    /// The days that have readings, in order.
    pub days: Vec<Day>,
    /// A row for each box that ever had a reading; `None` if there is no history yet.
    pub boxes: Option<FileEntry>,
    /// A row for each sensor that ever had a reading.
    pub sensors: Option<FileEntry>,
    /// The ingested snapshots that may still be stored: for each day of their names, the milliseconds since midnight.
    pub taken: BTreeMap<Date, Vec<u32>>,
    /// Whether the history tells the sensors of different boxes apart, even if they share an id. Those of earlier versions do
    /// not, so their snapshots are ingested once more.
    #[serde(default)]
    by_box: bool,
    /// Files of earlier manifests that running questions may still read.
    pub obsolete: Vec<Obsolete>,
}

/// The files of a UTC day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day on which the readings were measured.
    pub date: Date,
    /// The readings.
    pub readings: FileEntry,
    /// When the first reading was measured.
    pub first_at: Timestamp,
    /// When the last reading was measured.
    pub last_at: Timestamp,
    /// The hourly sums.
    pub hourly: FileEntry,
    /// What was added to the day; `None` if only earlier versions wrote it, which did not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_in: Option<TakenIn>,
}

/// Counts what was added to a day. The day must have `earlier` + `readings` - `repeated` readings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// The readings that the day had before they were counted.
    pub earlier: u64,
    /// The readings of snapshots and backfills.
    pub readings: u64,
    /// Those that have the same box, sensor and time as another.
    pub repeated: u64,
}

impl Day {
    /// Whether an earlier version wrote a file of it.
    pub(super) fn is_of_earlier_version(&self) -> bool {
        self.readings.checksums.is_none() || self.hourly.checksums.is_none()
    }

    /// What was added to it, as far as anybody counted. The rest is from before.
    pub(super) fn counted(&self) -> TakenIn {
        self.taken_in.unwrap_or(TakenIn { earlier: self.readings.rows, ..TakenIn::default() })
    }
}

impl TakenIn {
    /// How many readings the day must have.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.earlier.saturating_add(self.readings).saturating_sub(self.repeated)
    }
}

/// A file of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Where it is in the store.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// The number of its rows.
    pub rows: u64,
    /// Its SHA-256 as 64 hex digits.
    pub sha256: String,
    /// The checksums of its blocks; `None` if an earlier version wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksums: Option<BlockChecksums>,
}

/// A file that is no longer part of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obsolete {
    /// Where it is in the store.
    pub path: String,
    /// When it stopped being part of the history.
    pub since: Timestamp,
}

impl Manifest {
    /// The history before anything was ingested.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            schema: SCHEMA,
            number: 0,
            written_at: Timestamp::UNIX_EPOCH,
            days: Vec::new(),
            boxes: None,
            sensors: None,
            taken: BTreeMap::new(),
            by_box: true,
            obsolete: Vec::new(),
        }
    }

    /// The files of a day.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<&Day> {
        let place = self.days.binary_search_by_key(&date, |day| day.date).ok()?;
        self.days.get(place)
    }

    /// When the last reading was measured, which is how far the history reaches. Readings of clocks that run ahead count as
    /// measured when the manifest was written; days that lie entirely after that are ignored. If all days do, the clock
    /// of the writer was wrong, and the newest day counts.
    #[must_use]
    pub fn through(&self) -> Option<Timestamp> {
        let day = self.days.iter().rev().find(|day| day.first_at <= self.written_at);
        day.map(|day| day.last_at.min(self.written_at)).or_else(|| self.newest_data())
    }

    /// The number of readings.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.days.iter().fold(0, |rows, day| rows.saturating_add(day.readings.rows))
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let days = self.days.iter().flat_map(|day| [&day.readings, &day.hourly]);
        days.chain(&self.boxes).chain(&self.sensors)
    }

    /// Sets or replaces the files of a day.
    pub(super) fn set_day(&mut self, day: Day) {
        match self.days.binary_search_by_key(&day.date, |day| day.date) {
            Ok(place) => self.days[place] = day,
            Err(place) => self.days.insert(place, day),
        }
    }

    /// The manifest that follows this one, without any change yet. If the clock has jumped since this one was written,
    /// the time of obsolete files begins anew, because nobody knows how much of it has passed.
    pub(super) fn next(&self, now: Timestamp) -> Self {
        let mut next = Self { number: self.number + 1, written_at: now, ..self.clone() };
        let has_jumped = !is_near(self.written_at, now);
        for obsolete in next.obsolete.iter_mut().filter(|obsolete| has_jumped || obsolete.since > now) {
            obsolete.since = now;
        }
        if !std::mem::replace(&mut next.by_box, true) {
            next.taken.clear();
        }
        next
    }

    /// Whether readings that count were measured within [`CLOCK_BOUND`] of a moment.
    #[must_use]
    pub fn has_data_near(&self, moment: Timestamp) -> bool {
        let is_near = |day: &Day| {
            day.first_at.duration_since(moment) <= CLOCK_BOUND
                && moment.duration_since(day.last_at) <= CLOCK_BOUND
        };
        self.counting_days().any(is_near)
    }

    /// When the newest reading of a day with readings that count was measured.
    #[must_use]
    pub fn newest_data(&self) -> Option<Timestamp> {
        self.counting_days().next().map(|day| day.last_at)
    }

    /// The days with readings that count, newest first. Only these have hourly sums: readings that clocks ahead dated
    /// into the future have none.
    fn counting_days(&self) -> impl Iterator<Item = &Day> {
        self.days.iter().rev().filter(|day| day.hourly.rows > 0)
    }

    /// Lists as obsolete the files that `before` lists and this one does not.
    pub(super) fn retire(&mut self, before: &Self) {
        let since = self.written_at;
        let here: std::collections::HashSet<&str> = self.files().map(|file| file.path.as_str()).collect();
        let gone = before.files().filter(|file| !here.contains(file.path.as_str()));
        let gone: Vec<Obsolete> = gone.map(|file| Obsolete { path: file.path.clone(), since }).collect();
        self.obsolete.extend(gone);
    }

    /// Whether a snapshot has been ingested.
    #[must_use]
    pub fn has_taken(&self, name: SnapshotName) -> bool {
        let (date, millis) = of_name(name);
        self.taken.get(&date).is_some_and(|taken| taken.binary_search(&millis).is_ok())
    }

    /// Whether a snapshot must be ingested, for the first time or again.
    pub(super) fn lacks(&self, name: SnapshotName) -> bool {
        !self.by_box || !self.has_taken(name)
    }

    /// Records that snapshots have been ingested.
    pub(super) fn take(&mut self, names: &[SnapshotName]) {
        for (date, millis) in names.iter().map(|&name| of_name(name)) {
            let taken = self.taken.entry(date).or_default();
            if let Err(place) = taken.binary_search(&millis) {
                taken.insert(place, millis);
            }
        }
    }

    /// Forgets the ingested snapshots of days that have no stored snapshots any more.
    pub(super) fn forget_taken(&mut self, gone: impl Fn(Date) -> bool) {
        self.taken.retain(|date, _| !gone(*date));
    }

    /// When the next obsolete file may be removed.
    pub(super) fn next_removal(&self, grace: SignedDuration) -> Option<Timestamp> {
        let first = self.obsolete.iter().map(|obsolete| obsolete.since).min()?;
        Some(first.checked_add(grace).unwrap_or(Timestamp::MAX))
    }

    /// Removes the obsolete files from the list that no question reads any more, and returns their paths.
    pub(super) fn forget(&mut self, grace: SignedDuration) -> Vec<String> {
        let now = self.written_at;
        let is_over = |obsolete: &mut Obsolete| now.duration_since(obsolete.since) >= grace;
        self.obsolete.extract_if(.., is_over).map(|obsolete| obsolete.path).collect()
    }

    pub(super) fn path(&self) -> Path {
        path(self.number)
    }

    /// The text, with a checksum.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = serde_json::to_vec(self)?;
        seal::seal_json(&mut text);
        Ok(text)
    }

    /// Reads the manifest at a path. Looks at the schema first: of a newer one, nothing else is known. Manifests of earlier
    /// versions have no checksum.
    pub(crate) fn from_json(path: &Path, text: &[u8]) -> Result<Self, ArchiveError> {
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
        }
        let object = || path.to_string();
        let damaged = |reason: String| ArchiveError::History { object: object(), reason };
        if seal::is_whole_json(text) == Some(false) {
            return Err(damaged("its checksum is wrong".into()));
        }
        if let Ok(Head { schema }) = serde_json::from_slice(text)
            && schema > SCHEMA
        {
            return Err(ArchiveError::Newer { object: object(), schema, reads: SCHEMA });
        }
        let manifest: Self = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
        Ok(Self { schema: SCHEMA, ..manifest })
    }
}

/// Whether two moments are within [`CLOCK_BOUND`] of each other.
#[must_use]
pub fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() <= CLOCK_BOUND
}

/// A snapshot's day, and the milliseconds since midnight.
fn of_name(name: SnapshotName) -> (Date, u32) {
    (day_of(name.moment()), millis_of_day(name.moment()))
}

pub(super) fn folder() -> Path {
    Path::from(format!("{FOLDER}/manifest"))
}

pub(super) fn path(number: u64) -> Path {
    Path::from(format!("{FOLDER}/manifest/{number:0DIGITS$}{EXTENSION}"))
}

/// The number of the manifest at a path; `None` if it is not a manifest's path.
pub(super) fn number(at: &Path) -> Option<u64> {
    let number = at.filename()?.strip_suffix(EXTENSION)?.parse().ok()?;
    (path(number) == *at).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_the_path_and_nowhere_else() {
        assert_eq!(path(42).as_ref(), "history/manifest/0000000042.json");
        assert_eq!(number(&path(42)), Some(42));
        for astray in
            ["history/manifest/42.json", "history/manifest/0000000042.txt", "history/0000000042.json"]
        {
            assert_eq!(number(&Path::from(astray)), None, "{astray}");
        }
    }

    #[test]
    fn snapshots_that_were_taken_in_are_known_by_name() {
        let names: Vec<SnapshotName> =
            ["2026-11-24T23-59-59.999Z", "2026-11-25T00-00-00.000Z", "2026-11-24T00-05-00.000Z"]
                .map(|name| name.parse().unwrap())
                .into();
        let mut manifest = Manifest::empty();
        manifest.take(&names);
        manifest.take(&names[..1]);
        assert!(names.iter().all(|&name| manifest.has_taken(name)));
        assert!(!manifest.has_taken("2026-11-24T00-05-00.001Z".parse().unwrap()));
    }

    #[test]
    fn a_clock_that_is_ahead_makes_no_history_of_the_future() {
        let file =
            || FileEntry { path: String::new(), bytes: 0, rows: 1, sha256: String::new(), checksums: None };
        let day = |last_at: &str| {
            let last_at: Timestamp = last_at.parse().unwrap();
            let date = jiff::tz::Offset::UTC.to_datetime(last_at).date();
            Day { date, readings: file(), first_at: last_at, last_at, hourly: file(), taken_in: None }
        };
        let written_at = "2026-11-27T19:02:00Z".parse().unwrap();
        let mut manifest = Manifest { written_at, ..Manifest::empty() };
        assert_eq!(manifest.through(), None);
        manifest.set_day(day("2026-11-27T18:59:00Z"));
        assert_eq!(manifest.through(), "2026-11-27T18:59:00Z".parse().ok());
        manifest.set_day(day("2027-12-31T10:00:00Z"));
        assert_eq!(manifest.through(), "2026-11-27T18:59:00Z".parse().ok());
        let ahead = Day { last_at: "2026-11-27T19:17:00Z".parse().unwrap(), ..day("2026-11-27T18:59:00Z") };
        manifest.set_day(ahead);
        assert_eq!(manifest.through(), Some(written_at));
    }

    #[test]
    fn no_flipped_bit_changes_a_manifest_without_a_word() {
        let mut manifest = Manifest::empty();
        manifest.take(&["2026-11-24T23-59-59.999Z".parse().unwrap()]);
        let good = manifest.to_json().unwrap();
        let read = |text: &[u8]| Manifest::from_json(&path(1), text).ok();
        assert_eq!(read(&good).as_ref(), Some(&manifest));
        for bit in 0..8 * good.len() {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bad).is_none_or(|read| read == manifest), "bit {bit}");
        }
        let old = serde_json::to_vec(&manifest).unwrap();
        assert_eq!(read(&old), Some(manifest), "earlier versions wrote no checksum");
    }

    #[test]
    fn a_manifest_of_a_newer_hivebox_is_told_as_such_and_not_as_damaged() {
        let text = serde_json::to_string(&Manifest::empty()).unwrap();
        let read = |text: &str| Manifest::from_json(&path(42), text.as_bytes());
        assert_eq!(read(&text).unwrap(), Manifest::empty());
        for newer in [text.replace("\"schema\":2", "\"schema\":99"), r#"{"schema":99,"other":1}"#.into()] {
            let error = read(&newer).unwrap_err().to_string();
            assert!(
                error
                    .contains("0000000042.json was written by a newer HiveBox (schema 99); this one reads 2"),
                "{error}"
            );
            assert!(!error.contains("damaged"), "{error}");
        }
        let cut = read(&text[..20]).unwrap_err().to_string();
        assert!(cut.contains("damaged"), "{cut}");
    }
}
