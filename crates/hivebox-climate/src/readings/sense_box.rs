//! Boxes, as views of their columns.

use std::ops::Range;

use super::{Boxes, Reading, Readings};
use crate::place::{Exposure, Place};
use crate::text::with_margin;

/// One box of [`Readings`].
#[derive(Debug, Clone, Copy)]
pub struct SenseBox<'a> {
    readings: &'a Readings,
    index: usize,
}

impl Readings {
    /// All boxes in the API's order, also those without sensors.
    #[must_use]
    pub fn boxes(&self) -> impl ExactSizeIterator<Item = SenseBox<'_>> {
        (0..self.box_count()).map(|index| self.sense_box(index))
    }

    /// The box at a place among [`Readings::boxes`].
    ///
    /// # Panics
    /// On use of what it gives, if there are not so many boxes.
    #[must_use]
    pub fn sense_box(&self, index: usize) -> SenseBox<'_> {
        SenseBox { readings: self, index }
    }

    /// The box with an id; the first of them if there are more.
    #[must_use]
    pub fn box_by_id(&self, id: &str) -> Option<SenseBox<'_>> {
        let sorted = &self.boxes.by_id;
        let at = sorted.partition_point(|&index| self.boxes.id.get(index as usize) < id);
        let found = self.sense_box(*sorted.get(at)? as usize);
        (found.id() == id).then_some(found)
    }

    /// All boxes in the order of their ids.
    #[must_use]
    pub fn boxes_by_id(&self) -> impl ExactSizeIterator<Item = SenseBox<'_>> + DoubleEndedIterator {
        self.boxes.by_id.iter().map(|&index| self.sense_box(index as usize))
    }
}

impl Boxes {
    /// The grouptags of a box, by their places in `grouptags`.
    fn tagged_with(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.tagged_end[before]);
        &self.tagged[start as usize..self.tagged_end[index] as usize]
    }

    /// Makes room for so many boxes, whose texts are as long as those of `others`.
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

    /// To be called once all boxes are there.
    pub(super) fn sort_ids(&mut self) {
        self.by_id = (0..self.id.len() as u32).collect();
        // Stable, so that of equal ids the first is found; and quick, since the API sends ids nearly in order.
        self.by_id.sort_by(|&one, &other| self.id.get(one as usize).cmp(self.id.get(other as usize)));
    }
}

impl<'a> SenseBox<'a> {
    /// The place among [`Readings::boxes`].
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

    /// Where the sensors are exposed.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        self.readings.boxes.exposure[self.index]
    }

    /// Where the box stands; `None` if that is not known.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.readings.boxes.place[self.index]
    }

    /// The tags by which its owner groups it with others.
    #[must_use]
    pub fn grouptags(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let boxes = &self.readings.boxes;
        self.grouptag_numbers().iter().map(|&tag| &*boxes.grouptags[tag as usize])
    }

    /// The model, by its place among [`Readings::models`].
    pub(crate) fn model_number(&self) -> usize {
        self.readings.boxes.model[self.index] as usize
    }

    /// The grouptags, by their places among [`Readings::grouptags`].
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
