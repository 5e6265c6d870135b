//! The grid that places are rounded to before a weather model is asked.

use crate::place::Position;

/// A place rounded to a tenth of a degree, so that a source learns where a hive is only to some
/// kilometres, and neighbours share one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForecastCell {
    latitude_tenths: i16,
    longitude_tenths: i16,
}

impl ForecastCell {
    /// The cell of a position.
    #[must_use]
    pub fn of(position: Position) -> Self {
        let tenths = |degrees: f64| (degrees * 10.0).round() as i16;
        let longitude_tenths = tenths(position.longitude_degrees());
        Self {
            latitude_tenths: tenths(position.latitude_degrees()),
            // 180° west and 180° east are one meridian.
            longitude_tenths: if longitude_tenths == 1800 { -1800 } else { longitude_tenths },
        }
    }

    /// Its centre.
    ///
    /// # Panics
    /// Never: a cell is made of a position, so its centre is one.
    #[must_use]
    pub fn centre(self) -> Position {
        let degrees = |tenths: i16| f64::from(tenths) / 10.0;
        Position::new(degrees(self.latitude_tenths), degrees(self.longitude_tenths))
            .expect("tenths of degrees of a position are within its range")
    }
}

impl std::fmt::Display for ForecastCell {
    /// Latitude and longitude, such as `52.5,13.4`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let centre = self.centre();
        write!(formatter, "{:.1},{:.1}", centre.latitude_degrees(), centre.longitude_degrees())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(latitude: f64, longitude: f64) -> ForecastCell {
        ForecastCell::of(Position::new(latitude, longitude).unwrap())
    }

    #[test]
    fn places_are_rounded_to_a_tenth_of_a_degree() {
        assert_eq!(cell(52.5163, 13.3777).to_string(), "52.5,13.4");
        assert_eq!(cell(-0.04, -0.04).to_string(), "0.0,0.0");
        assert_eq!(cell(90.0, 179.99), cell(89.96, -180.0));
    }
}
