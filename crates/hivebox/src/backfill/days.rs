//! Reads one day of the daily archive, file by file.

use opensensemap::{Client, FetchError};

use super::batch::{FetchedRows, ReadingBatch};
use super::directory::Directory;
use super::error::BackfillError;
use super::pacing::Pacer;
use super::plan::Window;

/// Imports one day from the archive. Returns whether the archive has this day.
pub(super) async fn read(
    archive: &Client,
    window: &Window,
    directory: &Directory,
    pacer: &mut Pacer<'_>,
    batch: &mut ReadingBatch<'_>,
) -> Result<bool, BackfillError> {
    let (day, times, judge) = (window.first(), window.times(), batch.judge());
    let failed = |what: &str| {
        let what = format!("{what} of {day}");
        move |source: FetchError| BackfillError::Fetch { what, source }
    };
    let folders = pacer.ask(async || archive.archive_folders(day).await).await;
    let Some(folders) = folders.map_err(failed("the list of boxes"))? else { return Ok(false) };
    let mut left = directory.sensors() as u64;
    for folder in &folders {
        let rows = directory.rows_of(folder.box_id());
        for &row in rows {
            let sensor = directory.reading(row).sensor_id();
            let request = async || {
                let start = FetchedRows::default;
                archive
                    .archive_day(folder, sensor, start, |answer, row| judge.take(answer, row, &times))
                    .await
            };
            // A sensor without measurements has no file.
            if let Some(file) = pacer.ask(request).await.map_err(failed(sensor))? {
                batch.take(file.value);
            }
            pacer.advance(1, batch.new_values());
            left = left.saturating_sub(1);
        }
    }
    // A box without measurements has no folder, so its sensors are done without a request.
    pacer.advance(left, 0);
    Ok(true)
}
