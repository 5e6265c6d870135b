//! Boxes as views of their columns.

use std::ops::Range;

use super::columns::{Boxes, Readings};
use super::reading::Reading;
use crate::place::{Exposure, Place};
use crate::text::with_margin;

/// A view of one box in [`Readings`].
#[derive(Debug, Clone, Copy)]
pub struct BoxReadings<'a> {
    readings: &'a Readings,
    index: usize,
}

impl Readings {
    /// All boxes in the order of the API, including those without sensors.
    #[must_use]
    pub fn boxes(&self) -> impl ExactSizeIterator<Item = BoxReadings<'_>> {
        (0..self.box_count()).map(|index| self.sense_box(index))
    }

    /// The box with this index in [`Readings::boxes`].
    ///
    /// # Panics
    /// The methods of the result panic if `index` is out of range.
    #[must_use]
    pub fn sense_box(&self, index: usize) -> BoxReadings<'_> {
        BoxReadings { readings: self, index }
    }

    /// The box with this id; the first if several have it, `None` if none has.
    #[must_use]
    pub fn box_by_id(&self, id: &str) -> Option<BoxReadings<'_>> {
        let sorted = &self.boxes.by_id;
        let at = sorted.partition_point(|&index| self.boxes.id.get(index as usize) < id);
        let found = self.sense_box(*sorted.get(at)? as usize);
        (found.id() == id).then_some(found)
    }

    /// All boxes, ordered by id.
    #[must_use]
    pub fn boxes_by_id(&self) -> impl ExactSizeIterator<Item = BoxReadings<'_>> + DoubleEndedIterator {
        self.boxes.by_id.iter().map(|&index| self.sense_box(index as usize))
    }
}

impl Boxes {
    /// The grouptags of a box, as indices into `grouptags`.
    fn tagged_with(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.tagged_end[before]);
        &self.tagged[start as usize..self.tagged_end[index] as usize]
    }

    /// Reserves room for `boxes` boxes with texts as long as those of `others`.
    pub(super) fn reserve(&mut self, others: &Self, boxes: usize) {
        self.id.reserve(&others.id);
        self.name.reserve(&others.name);
        self.model.reserve(boxes);
        self.exposure.reserve(boxes);
        self.place.reserve(boxes);
        self.tagged.reserve(with_margin(others.tagged.len()));
        self.tagged_end.reserve(boxes);
        self.first_row.reserve(boxes);
    }

    /// Must be called once all boxes are added.
    pub(super) fn sort_ids(&mut self) {
        self.by_id = (0..self.id.len() as u32).collect();
        // A stable sort, so that the first of equal ids is found; and fast, since the API sends ids
        // nearly sorted.
        self.by_id.sort_by(|&one, &other| self.id.get(one as usize).cmp(self.id.get(other as usize)));
    }
}

impl<'a> BoxReadings<'a> {
    /// The index in [`Readings::boxes`].
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.readings.boxes.id.get(self.index)
    }

    /// The name, as the owner wrote it.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.readings.boxes.name.get(self.index)
    }

    /// The model, such as `homeV2Wifi`.
    #[must_use]
    pub fn model(&self) -> &'a str {
        &self.readings.boxes.models[self.readings.boxes.model[self.index] as usize]
    }

    /// Where its sensors are exposed.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        self.readings.boxes.exposure[self.index]
    }

    /// The place; `None` if unknown.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.readings.boxes.place[self.index]
    }

    /// The tags by which owners group boxes.
    #[must_use]
    pub fn grouptags(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let boxes = &self.readings.boxes;
        self.grouptag_numbers().iter().map(|&tag| &*boxes.grouptags[tag as usize])
    }

    /// The index of its model in [`Readings::models`].
    pub(crate) fn model_number(&self) -> usize {
        self.readings.boxes.model[self.index] as usize
    }

    /// The indices of its grouptags in [`Readings::grouptags`].
    pub(crate) fn grouptag_numbers(&self) -> &'a [u32] {
        self.readings.boxes.tagged_with(self.index)
    }

    /// The rows of its sensors.
    #[must_use]
    pub fn rows(&self) -> Range<usize> {
        let first_rows = &self.readings.boxes.first_row;
        let end = first_rows.get(self.index + 1).map_or(self.readings.len(), |&row| row as usize);
        first_rows[self.index] as usize..end
    }

    /// The readings of its sensors.
    #[must_use]
    pub fn readings(&self) -> impl ExactSizeIterator<Item = Reading<'a>> + use<'a> {
        let readings = self.readings;
        self.rows().map(move |row| readings.reading(row))
    }
}
