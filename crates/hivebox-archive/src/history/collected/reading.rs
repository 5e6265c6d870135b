//! A reading on its way into the history.

use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;

/// A reading with its sensor and box as they were at that time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CollectedReading<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// The box's name, as its owner wrote it.
    pub box_name: &'a str,
    /// The box's model.
    pub model: &'a str,
    /// Where the box's sensors are exposed.
    pub exposure: Exposure,
    /// The position of the box, if it is known.
    pub place: Option<Place>,
    /// The sensor's id.
    pub sensor_id: &'a str,
    /// The title that its owner gave the sensor.
    pub title: &'a str,
    /// The unit of `raw_value`, in its owner's spelling.
    pub unit: &'a str,
    /// The sensor's chip, in its owner's spelling.
    pub sensor_type: &'a str,
    /// The slug of the phenomenon that the sensor measures, if it is known.
    pub phenomenon: Option<&'a str>,
    /// The value as the sensor sent it.
    pub raw_value: Option<f64>,
    /// The value in the phenomenon's canonical unit.
    pub value: Option<Canonical>,
    /// When it was measured. Fractions of a millisecond are dropped.
    pub measured_at: Timestamp,
    /// Whether it can be trusted, and if not, why.
    pub verdict: Verdict,
}
