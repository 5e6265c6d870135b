//! Reads a day of the archive, file by file.

use opensensemap::{Client, FetchError};

use super::directory::Directory;
use super::error::BackfillError;
use super::harvest::{Answer, Harvest};
use super::manners::Asker;
use super::plan::Window;

/// Brings in what the archive has of a day; whether it has the day at all.
pub(super) async fn read(
    archive: &Client,
    window: &Window,
    directory: &Directory,
    asker: &mut Asker<'_>,
    harvest: &mut Harvest<'_>,
) -> Result<bool, BackfillError> {
    let (day, times, bench) = (window.first(), window.times(), harvest.bench());
    let failed = |what: &str| {
        let what = format!("{what} of {day}");
        move |source: FetchError| BackfillError::Fetch { what, source }
    };
    let folders = asker.ask(async || archive.archive_folders(day).await).await;
    let Some(folders) = folders.map_err(failed("the list of boxes"))? else { return Ok(false) };
    let mut left = directory.sensors() as u64;
    for folder in &folders {
        let rows = directory.rows_of(folder.box_id());
        for &row in rows {
            let sensor = directory.reading(row).sensor_id();
            let request = async || {
                let start = Answer::default;
                archive
                    .archive_day(folder, sensor, start, |answer, row| bench.take(answer, row, &times))
                    .await
            };
            // There is no file of a sensor that measured nothing.
            if let Some(file) = asker.ask(request).await.map_err(failed(sensor))? {
                harvest.take(file.value);
            }
            asker.advance(1, harvest.news());
            left = left.saturating_sub(1);
        }
    }
    // Boxes without a folder measured nothing, so nobody had to be asked about them.
    asker.advance(left, 0);
    Ok(true)
}
