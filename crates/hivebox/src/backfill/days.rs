//! Reads one day of the daily archive, file by file.

use std::collections::BTreeSet;

use jiff::civil::Date;
use opensensemap::{ArchiveFolder, Client, FetchError};
use serde::{Deserialize, Serialize};

use super::batch::{FetchedRows, ReadingBatch};
use super::directory::Directory;
use super::error::BackfillError;
use super::pacing::{Pacer, Patience, is_damage, is_refusal};
use super::plan::Window;

/// A file of the archive that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct DayFile {
    /// The path of its folder.
    folder: String,
    /// The id of its sensor.
    sensor: String,
}

/// What became of a day.
#[derive(Debug)]
pub(super) enum DayOutcome {
    /// The archive does not have the day (yet).
    NotThere,
    /// The day is read, except for these files, each with the reason.
    Read(Vec<(DayFile, String)>),
}

/// A day of the archive, while it is read.
pub(super) struct Day<'a, 'p, 'b> {
    pub(super) archive: &'a Client,
    pub(super) directory: &'a Directory,
    pub(super) window: &'a Window,
    pub(super) pacer: &'a mut Pacer<'p>,
    pub(super) batch: &'a mut ReadingBatch<'b>,
}

impl std::fmt::Display for DayFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.folder, self.sensor)
    }
}

impl Day<'_, '_, '_> {
    /// Reads all files of the day, or only some.
    pub(super) async fn read(
        mut self,
        only: Option<&BTreeSet<DayFile>>,
    ) -> Result<DayOutcome, BackfillError> {
        let mut missing = Vec::new();
        let mut left = only.map_or(self.directory.sensors(), BTreeSet::len) as u64;
        let wanted = match only {
            Some(files) => self.recorded(files),
            None => match self.listed().await? {
                Some(wanted) => wanted,
                None => return Ok(DayOutcome::NotThere),
            },
        };
        for (folder, row) in wanted {
            if let Some(error) = self.file(&folder, row).await? {
                let sensor = self.directory.reading(row).sensor_id().to_owned();
                let file = DayFile { folder: folder.to_string(), sensor };
                missing.push((file, hivebox_telemetry::in_words(&error)));
                self.pacer.miss();
            } else {
                self.pacer.advance(1, self.batch.new_values());
            }
            left = left.saturating_sub(1);
        }
        // A box without measurements has no folder, so its sensors are done without a request.
        self.pacer.advance(left, 0);
        Ok(DayOutcome::Read(missing))
    }

    /// The files that the list of the day has, each with its row of the directory; `None` if there is no such day.
    async fn listed(&mut self) -> Result<Option<Vec<(ArchiveFolder, usize)>>, BackfillError> {
        let (archive, day) = (self.archive, self.day());
        let folders = self.pacer.ask(Patience::Long, async || archive.archive_folders(day).await).await;
        let folders = folders
            .map_err(|source| BackfillError::Fetch { what: format!("the list of boxes of {day}"), source })?;
        let of_folder = |folder: ArchiveFolder| {
            let rows = self.directory.rows_of(folder.box_id());
            rows.iter().map(move |&row| (folder.clone(), row))
        };
        Ok(folders.map(|folders| folders.into_iter().flat_map(of_folder).collect()))
    }

    /// The files of an earlier run that are still wanted. What is no longer in today's list cannot be imported.
    fn recorded(&self, files: &BTreeSet<DayFile>) -> Vec<(ArchiveFolder, usize)> {
        let known = |file: &DayFile| {
            let folder: ArchiveFolder = file.folder.parse().ok()?;
            let row = self.directory.row_of_sensor(Some(folder.box_id().as_str()), &file.sensor)?;
            Some((folder, row))
        };
        files.iter().filter_map(known).collect()
    }

    /// Reads one file. Returns why, if only this file cannot be read.
    async fn file(
        &mut self,
        folder: &ArchiveFolder,
        row: usize,
    ) -> Result<Option<FetchError>, BackfillError> {
        let (archive, day, judge) = (self.archive, self.day(), self.batch.judge());
        let (times, sensor) = (self.window.times(), self.directory.reading(row).sensor_id());
        let request = async || {
            let start = FetchedRows::default;
            let take = |answer: &mut FetchedRows, measured: opensensemap::MeasurementRow<'_>| {
                judge.take_of(row, answer, measured, &times);
            };
            archive.archive_day(folder, sensor, start, take).await
        };
        let error = match self.pacer.ask(Patience::File, request).await {
            // A sensor without measurements has no file.
            Ok(file) => {
                self.batch.take(file.map(|file| file.value).unwrap_or_default());
                return Ok(None);
            }
            Err(error) => error,
        };
        let what = format!("{sensor} of {day}");
        if is_refusal(&error) {
            return Err(BackfillError::Refused { what, source: error });
        }
        // While the archive still lists the day, the failure is that of the file.
        let list = async || archive.archive_folders(day).await;
        if is_damage(&error) || matches!(self.pacer.ask(Patience::Short, list).await, Ok(Some(_))) {
            Ok(Some(error))
        } else {
            Err(BackfillError::Fetch { what, source: error })
        }
    }

    fn day(&self) -> Date {
        self.window.first()
    }
}
