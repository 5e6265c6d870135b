//! Where a senseBox stands, and where on Earth one asks.

mod bbox;
mod cell;
mod z_order;

use serde::{Deserialize, Serialize};

pub use bbox::Bbox;
pub use cell::Cell;

use crate::quantity::Metres;

/// A position on Earth, by WGS 84. Latitude and longitude are always in range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    latitude_degrees: f64,
    longitude_degrees: f64,
}

impl Position {
    /// The mean radius of the Earth (IUGG 1980). Distances by it are wrong by 0.5 % at most, since the Earth is no sphere.
    pub const EARTH_RADIUS: Metres = Metres(6_371_008.8);

    /// A position, if the coordinates are finite and in range.
    #[must_use]
    pub fn new(latitude_degrees: f64, longitude_degrees: f64) -> Option<Self> {
        let in_range = latitude_degrees.abs() <= 90.0 && longitude_degrees.abs() <= 180.0;
        in_range.then_some(Self { latitude_degrees, longitude_degrees })
    }

    /// Degrees north, -90 to 90.
    #[must_use]
    pub const fn latitude_degrees(&self) -> f64 {
        self.latitude_degrees
    }

    /// Degrees east, -180 to 180.
    #[must_use]
    pub const fn longitude_degrees(&self) -> f64 {
        self.longitude_degrees
    }

    /// The great-circle distance.
    ///
    /// ```
    /// use hivebox_climate::place::Position;
    ///
    /// let muenster = Position::new(51.9607, 7.6261).unwrap();
    /// let berlin = Position::new(52.52, 13.405).unwrap();
    /// assert_eq!((muenster.distance_to(berlin).0 / 1000.0).round(), 398.0);
    /// ```
    #[must_use]
    pub fn distance_to(self, other: Self) -> Metres {
        self.on_sphere().distance_to(other.on_sphere())
    }

    pub(crate) fn on_sphere(self) -> OnSphere {
        let (north, along) = self.latitude_degrees.to_radians().sin_cos();
        let (east, front) = self.longitude_degrees.to_radians().sin_cos();
        OnSphere([along * front, along * east, north])
    }
}

/// A position as a point of the unit sphere, where neither the date line nor the poles are special.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OnSphere(pub(crate) [f64; 3]);

impl OnSphere {
    /// The square of the straight line through the Earth, in Earth radii.
    pub(crate) fn chord_2(self, other: Self) -> f64 {
        self.0.iter().zip(other.0).map(|(this, other)| (this - other).powi(2)).sum()
    }

    pub(crate) fn distance_to(self, other: Self) -> Metres {
        Metres(2.0 * Position::EARTH_RADIUS.0 * (self.chord_2(other).sqrt() / 2.0).min(1.0).asin())
    }
}

/// By how much air is colder one metre higher: 6.5 K a kilometre, as in the standard atmosphere of ICAO and ISO 2533.
pub const LAPSE_KELVIN_PER_METRE: f64 = 0.0065;

/// Where a box stands, as far as its owner told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    position: Position,
    height_metres: Option<f64>,
}

impl Place {
    /// A place, if the coordinates are finite and in range and not both zero: 123 boxes of 11,390 say that
    /// they float in the Gulf of Guinea at 0° N 0° E, and none of them does.
    ///
    /// A height that is not finite is left out.
    #[must_use]
    pub fn new(latitude_degrees: f64, longitude_degrees: f64, height_metres: Option<f64>) -> Option<Self> {
        let given = latitude_degrees != 0.0 || longitude_degrees != 0.0;
        let position = Position::new(latitude_degrees, longitude_degrees).filter(|_| given)?;
        Some(Self { position, height_metres: height_metres.filter(|height| height.is_finite()) })
    }

    /// Where on Earth.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Degrees north, -90 to 90.
    #[must_use]
    pub fn latitude_degrees(&self) -> f64 {
        self.position.latitude_degrees
    }

    /// Degrees east, -180 to 180.
    #[must_use]
    pub fn longitude_degrees(&self) -> f64 {
        self.position.longitude_degrees
    }

    /// Metres above sea level, if the owner told.
    #[must_use]
    pub fn height_metres(&self) -> Option<f64> {
        self.height_metres
    }

    /// The same, if a box can stand so high: owners type heights into all sorts of fields, and none stands lower than
    /// the Dead Sea or higher than Everest.
    #[must_use]
    pub fn plausible_height_metres(&self) -> Option<f64> {
        self.height_metres.filter(|height| (-450.0..=9000.0).contains(height))
    }
}

/// Where the sensors of a box are exposed, by its owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Inside a building.
    Indoor,
    /// In the open.
    Outdoor,
    /// On the move.
    Mobile,
    /// The owner did not say, or said something else.
    #[default]
    Unknown,
}

impl Exposure {
    /// Reads the API's spelling; what is none of the three is [`Exposure::Unknown`].
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
