//! The boxes and sensors of a backfill, from today's list.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Reading, Readings, ReadingsBuilder};
use hivebox_climate::verdict::VerdictRules;
use jiff::Timestamp;
use opensensemap::BoxId;

use super::error::BackfillError;
use super::request::BackfillRequest;
use hivebox_refresh::upstream::Upstream;

/// The requested sensors, by their rows in the current readings.
#[derive(Debug)]
pub(super) struct Directory {
    readings: Arc<Readings>,
    /// The rows of each sensor id: a few ids stand in several boxes.
    by_sensor: HashMap<String, Vec<usize>>,
    boxes: BTreeMap<BoxId, Vec<usize>>,
    titles: BTreeMap<String, Vec<BoxId>>,
}

impl Directory {
    /// Fetches the list of boxes, and keeps the requested ones.
    pub(super) async fn fetch(
        upstream: &Upstream,
        request: &BackfillRequest,
        rules: VerdictRules,
        now: Timestamp,
    ) -> Result<Self, BackfillError> {
        let (Upstream::All(client) | Upstream::Some(client, _)) = upstream else {
            return Err(BackfillError::NoApi);
        };
        let failed = |source| BackfillError::Boxes { address: client.address(), source };
        let start = || ReadingsBuilder::new(Catalogue::builtin(), rules, now);
        let polled = upstream.poll(start, None).await.map_err(failed)?;
        if let Some(error) = polled.first_failure {
            // A box that failed would be recorded as done.
            return Err(failed(error.into()));
        }
        Self::new(&polled.readings, request)
    }

    fn new(readings: &Arc<Readings>, request: &BackfillRequest) -> Result<Self, BackfillError> {
        let mut directory = Self {
            by_sensor: HashMap::new(),
            boxes: BTreeMap::new(),
            titles: BTreeMap::new(),
            readings: Arc::clone(readings),
        };
        for reading in readings.iter() {
            let is_there = request
                .bbox
                .is_none_or(|bbox| reading.place().is_some_and(|place| bbox.contains(place.position())));
            // The API cannot be asked for a malformed id.
            let Some(id) = reading.box_id().parse::<BoxId>().ok().filter(|_| is_there) else { continue };
            directory.by_sensor.entry(reading.sensor_id().to_owned()).or_default().push(reading.row());
            directory.boxes.entry(id.clone()).or_default().push(reading.row());
            let boxes = directory.titles.entry(reading.kind().title.trim().to_owned()).or_default();
            if boxes.last() != Some(&id) {
                boxes.push(id);
            }
        }
        // The API cannot be asked for sensors without a title.
        directory.titles.remove("");
        if directory.boxes.is_empty() { Err(BackfillError::NoBoxes) } else { Ok(directory) }
    }

    /// The number of rows, including those of other boxes.
    pub(super) fn rows(&self) -> usize {
        self.readings.len()
    }

    /// The number of requested sensors.
    pub(super) fn sensors(&self) -> usize {
        self.boxes.values().map(Vec::len).sum()
    }

    /// The titles of sensors, each with the boxes with such a sensor.
    pub(super) fn titles(&self) -> impl Iterator<Item = (&str, &[BoxId])> {
        self.titles.iter().map(|(title, boxes)| (title.as_str(), boxes.as_slice()))
    }

    /// The requested boxes, each with the rows of its sensors.
    pub(super) fn boxes(&self) -> impl Iterator<Item = (&BoxId, &[usize])> {
        self.boxes.iter().map(|(id, rows)| (id, rows.as_slice()))
    }

    pub(super) fn rows_of(&self, id: &BoxId) -> &[usize] {
        self.boxes.get(id).map_or(&[], Vec::as_slice)
    }

    /// The title of the sensor in a row.
    pub(super) fn title(&self, row: usize) -> &str {
        self.readings.reading(row).kind().title.trim()
    }

    /// The number of sensors with this title in these boxes.
    pub(super) fn sensors_titled(&self, title: &str, boxes: &[BoxId]) -> u64 {
        let rows = boxes.iter().flat_map(|id| self.rows_of(id));
        rows.filter(|&&row| self.title(row) == title).count() as u64
    }

    /// The row of a sensor of this box; of any box if the answer does not say which.
    pub(super) fn row_of_sensor(&self, box_id: Option<&str>, id: &str) -> Option<usize> {
        let is_of_box =
            |row: &usize| box_id.is_none_or(|box_id| self.readings.reading(*row).box_id() == box_id);
        self.by_sensor.get(id)?.iter().copied().find(is_of_box)
    }

    pub(super) fn reading(&self, row: usize) -> Reading<'_> {
        self.readings.reading(row)
    }
}
