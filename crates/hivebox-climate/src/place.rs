//! Positions, and where boxes are.

mod bbox;
mod cell;
mod position;
mod tile;
mod z_order;

use serde::{Deserialize, Serialize};

pub use bbox::Bbox;
pub use cell::GeohashCell;
pub(crate) use position::OnSphere;
pub use position::Position;
pub use tile::Tile;

use crate::quantity::Metres;

/// How much colder air gets with each metre of height: 6.5 K per kilometre, from the standard
/// atmosphere of ICAO and ISO 2533.
pub const LAPSE_KELVIN_PER_METRE: f64 = 0.0065;

/// One standard deviation of [`LAPSE_KELVIN_PER_METRE`]: real lapse rates range from 9.8 K per
/// kilometre in well-mixed dry air to zero or less on a calm night.
pub(crate) const LAPSE_DEVIATION_KELVIN_PER_METRE: f64 = 0.0025;

/// What to add to an air temperature at one height to have that at another, in K; zero if a height is
/// unknown.
#[must_use]
pub fn height_correction_kelvin(from: Option<Metres>, to: Option<Metres>) -> f64 {
    to.zip(from).map_or(0.0, |(to, from)| -LAPSE_KELVIN_PER_METRE * (to.0 - from.0))
}

/// The place of a box, as reported by its owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    position: Position,
    height_metres: Option<f64>,
}

impl Place {
    /// A place; `None` if a coordinate is not finite or out of range, or if both are zero: 123 of
    /// 11,390 boxes claim to float in the Gulf of Guinea at 0° N 0° E, and none does.
    ///
    /// A height that is not finite is dropped.
    #[must_use]
    pub fn new(latitude_degrees: f64, longitude_degrees: f64, height_metres: Option<f64>) -> Option<Self> {
        let given = latitude_degrees != 0.0 || longitude_degrees != 0.0;
        let position = Position::new(latitude_degrees, longitude_degrees).filter(|_| given)?;
        Some(Self { position, height_metres: height_metres.filter(|height| height.is_finite()) })
    }

    /// The position.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Degrees north, -90 to 90.
    #[must_use]
    pub fn latitude_degrees(&self) -> f64 {
        self.position.latitude_degrees()
    }

    /// Degrees east, -180 to 180.
    #[must_use]
    pub fn longitude_degrees(&self) -> f64 {
        self.position.longitude_degrees()
    }

    /// Height in metres above sea level, if the owner gave one.
    #[must_use]
    pub fn height_metres(&self) -> Option<f64> {
        self.height_metres
    }

    /// The height in metres, unless it is below the Dead Sea or above Mount Everest: owners enter
    /// all sorts of numbers as heights.
    #[must_use]
    pub fn plausible_height_metres(&self) -> Option<f64> {
        self.height_metres.filter(|height| (-450.0..=9000.0).contains(height))
    }
}

/// Where the sensors of a box are exposed, according to its owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Inside a building.
    Indoor,
    /// Outside, in the open air.
    Outdoor,
    /// On a vehicle or a person.
    Mobile,
    /// Not given, or not one of the others.
    #[default]
    Unknown,
}

impl Exposure {
    /// Reads the API's spelling; anything else is [`Exposure::Unknown`].
    #[must_use]
    pub fn from_api(text: &str) -> Self {
        match text {
            "indoor" => Self::Indoor,
            "outdoor" => Self::Outdoor,
            "mobile" => Self::Mobile,
            _ => Self::Unknown,
        }
    }

    /// The API's spelling.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Indoor => "indoor",
            Self::Outdoor => "outdoor",
            Self::Mobile => "mobile",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_off_the_earth_and_null_island_are_no_places() {
        assert!(Place::new(0.0, 0.0, None).is_none());
        assert!(Place::new(90.1, 0.0, None).is_none());
        assert!(Place::new(0.0, -180.1, None).is_none());
        assert!(Place::new(f64::NAN, 1.0, None).is_none());
        assert!(Place::new(0.0, 7.0, Some(f64::INFINITY)).is_some_and(|p| p.height_metres().is_none()));
    }
}
