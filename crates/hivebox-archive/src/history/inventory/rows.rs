//! The rows of the tables of boxes and sensors.

use hivebox_climate::place::{Exposure, Place};
use jiff::civil::Date;

/// A box, as it was at its last reading.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxRow {
    /// The box's id.
    pub box_id: Box<str>,
    /// Its name, as its owner wrote it.
    pub name: Box<str>,
    /// Its model.
    pub model: Box<str>,
    /// Where its sensors are exposed.
    pub exposure: Exposure,
    /// Its position, if it is known.
    pub place: Option<Place>,
    /// The UTC days of its first and last reading.
    pub days: DayRange,
    /// Everywhere it has been; `None` if it never had a position.
    pub extent: Option<Extent>,
}

/// A sensor, as it was at its last reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensorRow {
    /// The sensor's id.
    pub sensor_id: Box<str>,
    /// The id of the box that it belongs to.
    pub box_id: Box<str>,
    /// The title that its owner gave it.
    pub title: Box<str>,
    /// The unit, in its owner's spelling.
    pub unit: Box<str>,
    /// Its chip, in its owner's spelling.
    pub sensor_type: Box<str>,
    /// The slug of the phenomenon that it measures, if it is known.
    pub phenomenon: Option<Box<str>>,
    /// The UTC days of its first and last reading.
    pub days: DayRange,
}

impl SensorRow {
    /// What identifies it: several boxes may have a sensor with the same id.
    pub(super) fn key(&self) -> (Box<str>, Box<str>) {
        (self.sensor_id.clone(), self.box_id.clone())
    }
}

/// A first and a last UTC day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl DayRange {
    pub(super) fn with(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The smallest area between two parallels and two meridians that contains all places of a box. If a box crosses the date
/// line, its extent goes around the Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Latitudes in degrees, from south to north.
    pub latitudes: [f64; 2],
    /// Longitudes in degrees, from west to east.
    pub longitudes: [f64; 2],
}

impl Extent {
    pub(super) fn of(place: &Place) -> Self {
        Self { latitudes: [place.latitude_degrees(); 2], longitudes: [place.longitude_degrees(); 2] }
    }

    pub(super) fn with(self, other: Self) -> Self {
        let join = |[low, high]: [f64; 2], [other_low, other_high]: [f64; 2]| {
            [low.min(other_low), high.max(other_high)]
        };
        Self {
            latitudes: join(self.latitudes, other.latitudes),
            longitudes: join(self.longitudes, other.longitudes),
        }
    }
}
