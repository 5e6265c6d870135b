//! Positions on Earth, and distances between them.

use crate::quantity::Metres;

/// A position on Earth (WGS 84). Latitude and longitude are always in range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    latitude_degrees: f64,
    longitude_degrees: f64,
}

impl Position {
    /// The mean radius of the Earth (IUGG 1980). The Earth is not a sphere: distances are off by up
    /// to 0.5 %.
    pub const EARTH_RADIUS: Metres = Metres(6_371_008.8);

    /// A position; `None` if a coordinate is not finite or out of range.
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

    /// The great-circle distance to `other`.
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

/// A position as a point of the unit sphere, where the date line and the poles are not special.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OnSphere(pub(crate) [f64; 3]);

impl OnSphere {
    /// The square of the chord's length, in Earth radii.
    pub(crate) fn chord_2(self, other: Self) -> f64 {
        self.0.iter().zip(other.0).map(|(this, other)| (this - other).powi(2)).sum()
    }

    pub(crate) fn distance_to(self, other: Self) -> Metres {
        Metres(2.0 * Position::EARTH_RADIUS.0 * (self.chord_2(other).sqrt() / 2.0).min(1.0).asin())
    }
}
