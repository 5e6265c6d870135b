//! Readings as rows of their columns.

use jiff::Timestamp;

use super::box_readings::BoxReadings;
use super::build::{Measured, number};
use super::columns::{Readings, SensorKind, timestamp};
use crate::catalogue::{Catalogue, Meaning};
use crate::phenomenon::PhenomenonId;
use crate::place::{Exposure, Place};
use crate::quantity::Canonical;
use crate::verdict::{Judged, Verdict, VerdictRules, judge};

/// One row of [`Readings`].
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    readings: &'a Readings,
    row: usize,
}

impl Readings {
    /// All rows, box by box in the order of the API.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Reading<'_>> {
        (0..self.len()).map(|row| self.reading(row))
    }

    /// The row with this index.
    ///
    /// # Panics
    /// The methods of the result panic if `row` is out of range.
    #[must_use]
    pub fn reading(&self, row: usize) -> Reading<'_> {
        Reading { readings: self, row }
    }
}

impl<'a> Reading<'a> {
    /// The index of the row in [`Readings::iter`].
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// The sensor's box.
    #[must_use]
    pub fn sense_box(&self) -> BoxReadings<'a> {
        self.readings.sense_box(self.readings.box_index[self.row] as usize)
    }

    /// The box's id.
    #[must_use]
    pub fn box_id(&self) -> &'a str {
        self.sense_box().id()
    }

    /// The box's name, as its owner wrote it.
    #[must_use]
    pub fn box_name(&self) -> &'a str {
        self.sense_box().name()
    }

    /// The box's model, such as `homeV2Wifi`.
    #[must_use]
    pub fn model(&self) -> &'a str {
        self.sense_box().model()
    }

    /// Where the box's sensors are exposed.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        self.sense_box().exposure()
    }

    /// The box's place; `None` if unknown.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.sense_box().place()
    }

    /// The sensor's id.
    #[must_use]
    pub fn sensor_id(&self) -> &'a str {
        self.readings.sensor_id.get(self.row)
    }

    /// The sensor's title, unit and chip, and their meaning.
    #[must_use]
    pub fn kind(&self) -> &'a SensorKind {
        &self.readings.kinds[self.readings.kind[self.row] as usize]
    }

    /// What the sensor measures, whatever its unit; `None` if the catalogue does not know its
    /// title.
    #[must_use]
    pub fn phenomenon(&self) -> Option<PhenomenonId> {
        self.kind().meaning.phenomenon()
    }

    /// The value as sent, in the owner's unit; `None` if there is none or it is not finite.
    #[must_use]
    pub fn raw_value(&self) -> Option<f64> {
        Some(self.readings.raw[self.row]).filter(|raw| raw.is_finite())
    }

    /// The value in the phenomenon's canonical unit; `None` if it cannot be converted.
    pub fn value(&self) -> Option<Canonical> {
        Some(self.readings.value[self.row]).filter(|value| value.is_finite()).map(Canonical)
    }

    /// Whether the value is not the one that the sensor's unit gives, because that is impossible: the
    /// sensor sends another unit than its owner says, and which one is certain.
    #[must_use]
    pub fn is_unit_corrected(&self) -> bool {
        let Meaning::Measures { conversion, .. } = self.kind().meaning else {
            return false;
        };
        let (raw, value) = (self.readings.raw[self.row], self.readings.value[self.row]);
        value.is_finite() && value.to_bits() != conversion.apply(raw).to_bits()
    }

    /// The measurement time; `None` if the API gave none.
    #[must_use]
    pub fn measured_at(&self) -> Option<Timestamp> {
        timestamp(self.readings.measured_at_millis[self.row])
    }

    /// The measurement time in milliseconds since 1970; [`NEVER_MILLIS`] if the API gave none.
    pub(crate) fn measured_at_millis(&self) -> i64 {
        self.readings.measured_at_millis[self.row]
    }

    /// Whether the reading can be trusted.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.readings.verdict[self.row]
    }

    /// Judges another value of the same sensor as of a given moment, as
    /// [`ReadingsBuilder::add_sensor`](super::ReadingsBuilder::add_sensor) does. Also returns the value as sent, if it is a finite
    /// number.
    #[must_use]
    pub fn judge_another(
        &self,
        catalogue: &Catalogue,
        rules: &VerdictRules,
        as_of: Timestamp,
        measured: Measured<'_>,
    ) -> (Option<f64>, Judged) {
        let raw = number(measured.value);
        let meaning = self.kind().meaning;
        let judged = judge(catalogue, rules, as_of, meaning, raw, measured.at);
        let is_surplus = self.readings.has_enough(self.sense_box().rows().start..self.row, meaning);
        (Some(raw).filter(|raw| raw.is_finite()), judged.surplus_if(is_surplus))
    }

    /// The measurement time of the first reading in the current run of equal values, as far as this
    /// process has seen; `None` without a reading.
    #[must_use]
    pub fn unchanged_since(&self) -> Option<Timestamp> {
        timestamp(self.readings.run[self.row].since_millis)
    }

    /// How many different measurement times in a row had the current value; 65,535 stands for that
    /// many or more.
    #[must_use]
    pub fn unchanged_times(&self) -> u16 {
        self.readings.run[self.row].times
    }

    /// Whether the current run began with an observed change. If not, it may have begun any time
    /// before.
    #[must_use]
    pub fn was_seen_to_change(&self) -> bool {
        self.readings.run[self.row].after_change
    }
}
