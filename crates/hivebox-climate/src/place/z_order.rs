//! An order of positions in which neighbours in the order are mostly near each other.

use super::position::Position;

impl Position {
    /// The index on the Z-order curve (Morton order): the interleaved bits of longitude and
    /// latitude, beginning with the longitude's highest, as in a
    /// [geohash](https://en.wikipedia.org/wiki/Geohash).
    ///
    /// ```
    /// use hivebox_climate::place::Position;
    ///
    /// let order = |latitude, longitude| Position::new(latitude, longitude).unwrap().z_order();
    /// let (muenster, osnabrueck, sydney) = (order(51.96, 7.63), order(52.28, 8.05), order(-33.87, 151.21));
    /// assert!(osnabrueck.abs_diff(muenster) < sydney.abs_diff(muenster));
    /// ```
    #[must_use]
    pub fn z_order(&self) -> u64 {
        let column = fraction(self.longitude_degrees(), 180.0);
        let row = fraction(self.latitude_degrees(), 90.0);
        spread(column) << 1 | spread(row)
    }
}

/// The position of a coordinate between its lowest and highest value, in units of 2⁻³².
fn fraction(degrees: f64, highest: f64) -> u32 {
    // The highest value would be 2³², which the conversion saturates to the last step.
    ((degrees + highest) / (2.0 * highest) * 2f64.powi(32)) as u32
}

/// Inserts a zero before each bit of a number.
fn spread(number: u32) -> u64 {
    const MASKS: [(u32, u64); 5] = [
        (16, 0x0000_FFFF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ];
    MASKS.iter().fold(u64::from(number), |bits, (by, mask)| (bits | bits << by) & mask)
}

#[cfg(test)]
mod tests {
    use super::super::cell::GeohashCell;
    use super::*;

    #[test]
    fn bits_are_spread() {
        assert_eq!(spread(0b1011), 0b100_0101);
        assert_eq!(spread(u32::MAX), 0x5555_5555_5555_5555);
    }

    #[test]
    fn the_order_begins_as_the_geohash_does() {
        for (latitude, longitude) in [(57.64911, 10.40744), (42.605, -5.603), (-33.87, 151.21), (0.0, 0.0)] {
            let position = Position::new(latitude, longitude).unwrap();
            let first = |place: u32| (position.z_order() >> (59 - 5 * place) & 31) as usize;
            let geohash = [0, 1, 2].map(|place| b"0123456789bcdefghjkmnpqrstuvwxyz"[first(place)]);
            assert_eq!(GeohashCell::of(position).as_str().as_bytes(), geohash);
        }
    }

    #[test]
    fn the_ends_of_the_earth_are_the_ends_of_the_order() {
        let order = |latitude, longitude| Position::new(latitude, longitude).unwrap().z_order();
        assert_eq!((order(-90.0, -180.0), order(90.0, 180.0)), (0, u64::MAX));
    }
}
