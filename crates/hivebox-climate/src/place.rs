//! Where a senseBox stands.

use serde::{Deserialize, Serialize};

/// A place on Earth, by WGS 84. Latitude and longitude are always in range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    latitude_degrees: f64,
    longitude_degrees: f64,
    height_metres: Option<f64>,
}

impl Place {
    /// A place, if the coordinates are finite and in range and not both zero: 123 boxes of 11,390 say that
    /// they float in the Gulf of Guinea at 0° N 0° E, and none of them does.
    ///
    /// A height that is not finite is left out.
    #[must_use]
    pub fn new(latitude_degrees: f64, longitude_degrees: f64, height_metres: Option<f64>) -> Option<Self> {
        let in_range = latitude_degrees.abs() <= 90.0 && longitude_degrees.abs() <= 180.0;
        let given = latitude_degrees != 0.0 || longitude_degrees != 0.0;
        (in_range && given).then(|| Self {
            latitude_degrees,
            longitude_degrees,
            height_metres: height_metres.filter(|height| height.is_finite()),
        })
    }

    /// Degrees north, -90 to 90.
    #[must_use]
    pub fn latitude_degrees(&self) -> f64 {
        self.latitude_degrees
    }

    /// Degrees east, -180 to 180.
    #[must_use]
    pub fn longitude_degrees(&self) -> f64 {
        self.longitude_degrees
    }

    /// Metres above sea level, if the owner told.
    #[must_use]
    pub fn height_metres(&self) -> Option<f64> {
        self.height_metres
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
