//! Bounding boxes.

use super::position::Position;

/// An area between two parallels and two meridians, in degrees, edges included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Bbox {
    /// A bounding box from west, south, east and north in degrees, as RFC 7946 orders them. If west
    /// is greater than east, it crosses the date line. `None` if an edge is out of range or south
    /// is above north.
    ///
    /// ```
    /// use hivebox_climate::place::{Bbox, Position};
    ///
    /// let fiji = Bbox::new(177.0, -20.0, -178.0, -16.0).unwrap();
    /// assert!(fiji.contains(Position::new(-18.0, 180.0).unwrap()));
    /// assert!(!fiji.contains(Position::new(-18.0, 0.0).unwrap()));
    /// ```
    #[must_use]
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Self> {
        let longitudes = west.abs() <= 180.0 && east.abs() <= 180.0;
        let latitudes = -90.0 <= south && south <= north && north <= 90.0;
        (longitudes && latitudes).then_some(Self { west, south, east, north })
    }

    /// West, south, east, north, in degrees.
    #[must_use]
    pub const fn degrees(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }

    /// Whether it contains a position. 180° east and 180° west are the same meridian.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        let (latitude, longitude) = (position.latitude_degrees(), position.longitude_degrees());
        let between = |longitude: f64| {
            if self.crosses_date_line() {
                longitude >= self.west || longitude <= self.east
            } else {
                (self.west..=self.east).contains(&longitude)
            }
        };
        (self.south..=self.north).contains(&latitude)
            && (between(longitude) || (longitude.abs() >= 180.0 && between(-longitude)))
    }

    /// The smallest and largest corner of a cuboid around the whole box on the unit sphere.
    pub(crate) fn cuboid(&self) -> ([f64; 3], [f64; 3]) {
        /// Far larger than the rounding error of a sine, and far smaller than the distance between
        /// two boxes.
        const SLACK: f64 = 1e-12;
        let east = if self.crosses_date_line() { self.east + 360.0 } else { self.east };
        let along = cosines(self.south, self.north);
        let x = product(along, cosines(self.west, east));
        let y = product(along, cosines(self.west - 90.0, east - 90.0));
        let z = cosines(self.south - 90.0, self.north - 90.0);
        ([x.0 - SLACK, y.0 - SLACK, z.0 - SLACK], [x.1 + SLACK, y.1 + SLACK, z.1 + SLACK])
    }

    fn crosses_date_line(&self) -> bool {
        self.west > self.east
    }
}

/// The smallest and largest cosine of the angles in a range.
fn cosines(from_degrees: f64, to_degrees: f64) -> (f64, f64) {
    let passes =
        |degrees: f64| ((to_degrees - degrees) / 360.0).floor() >= ((from_degrees - degrees) / 360.0).ceil();
    let (from, to) = (from_degrees.to_radians().cos(), to_degrees.to_radians().cos());
    (if passes(180.0) { -1.0 } else { from.min(to) }, if passes(0.0) { 1.0 } else { from.max(to) })
}

/// The range of the product of a non-negative factor and a factor of any sign.
fn product(along: (f64, f64), factor: (f64, f64)) -> (f64, f64) {
    let least = factor.0 * if factor.0 < 0.0 { along.1 } else { along.0 };
    let most = factor.1 * if factor.1 < 0.0 { along.0 } else { along.1 };
    (least, most)
}
