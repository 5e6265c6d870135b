//! Which boxes and sensors there are, by the list of today.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Reading, Readings, ReadingsBuilder};
use hivebox_climate::verdict::Rules;
use jiff::Timestamp;
use opensensemap::BoxId;

use super::error::BackfillError;
use super::request::BackfillRequest;
use hivebox_refresh::upstream::Upstream;

/// The sensors that are asked for, by their rows in the readings of now.
#[derive(Debug)]
pub(super) struct Directory {
    readings: Arc<Readings>,
    by_sensor: HashMap<String, usize>,
    boxes: BTreeMap<BoxId, Vec<usize>>,
    titles: BTreeMap<String, Vec<BoxId>>,
}

impl Directory {
    /// Asks for the list, and keeps what is meant of it.
    pub(super) async fn fetch(
        upstream: &Upstream,
        request: &BackfillRequest,
        rules: Rules,
        now: Timestamp,
    ) -> Result<Self, BackfillError> {
        if matches!(upstream, Upstream::File { .. }) {
            return Err(BackfillError::NoApi);
        }
        let start = || ReadingsBuilder::new(Catalogue::builtin(), rules, now);
        let polled = upstream.poll(start, None).await?;
        if let Some(error) = polled.first_failure {
            // A box that is left out would be recorded as done.
            return Err(BackfillError::Fetch { what: "one of the boxes".into(), source: error });
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
            // An id that is none cannot be asked for.
            let Some(id) = reading.box_id().parse::<BoxId>().ok().filter(|_| is_there) else { continue };
            directory.by_sensor.insert(reading.sensor_id().to_owned(), reading.row());
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

    /// How many rows there are; those of boxes that are not meant count, too.
    pub(super) fn rows(&self) -> usize {
        self.readings.len()
    }

    /// How many sensors are meant.
    pub(super) fn sensors(&self) -> usize {
        self.by_sensor.len()
    }

    /// The titles of sensors, each with the boxes that have such a sensor.
    pub(super) fn titles(&self) -> impl Iterator<Item = (&str, &[BoxId])> {
        self.titles.iter().map(|(title, boxes)| (title.as_str(), boxes.as_slice()))
    }

    /// The boxes, each with the rows of its sensors.
    pub(super) fn boxes(&self) -> impl Iterator<Item = (&BoxId, &[usize])> {
        self.boxes.iter().map(|(id, rows)| (id, rows.as_slice()))
    }

    pub(super) fn rows_of(&self, id: &BoxId) -> &[usize] {
        self.boxes.get(id).map_or(&[], Vec::as_slice)
    }

    /// What the sensor of a row measures, in its owner's words.
    pub(super) fn title(&self, row: usize) -> &str {
        self.readings.reading(row).kind().title.trim()
    }

    /// How many sensors with this title these boxes have.
    pub(super) fn sensors_titled(&self, title: &str, boxes: &[BoxId]) -> u64 {
        let rows = boxes.iter().flat_map(|id| self.rows_of(id));
        rows.filter(|&&row| self.title(row) == title).count() as u64
    }

    pub(super) fn row_of_sensor(&self, id: &str) -> Option<usize> {
        self.by_sensor.get(id).copied()
    }

    pub(super) fn reading(&self, row: usize) -> Reading<'_> {
        self.readings.reading(row)
    }
}
