//! Divides the Earth into cells, for sums over the boxes in each area.

use std::fmt;

use super::position::Position;

/// A cell of the Earth: the first three characters of a
/// [geohash](https://en.wikipedia.org/wiki/Geohash). Each is 1.40625° high and wide: 156 km from
/// south to north, and in Europe about 100 km from west to east.
///
/// ```
/// use hivebox_climate::place::{GeohashCell, Position};
///
/// let muenster = Position::new(51.9607, 7.6261).unwrap();
/// assert_eq!(GeohashCell::of(muenster).to_string(), "u1j");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GeohashCell([u8; 3]);

impl GeohashCell {
    const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
    const DEGREES: f64 = 1.40625;

    /// The cell of a position. A position on a border belongs to the cell to the north or east.
    #[must_use]
    pub fn of(position: Position) -> Self {
        let row = ((position.latitude_degrees() + 90.0) / Self::DEGREES).min(127.0) as usize;
        let column = ((position.longitude_degrees() + 180.0) / Self::DEGREES).min(255.0) as usize;
        // Fifteen bits, alternating between column and row, beginning with the column's highest.
        let bits = (0..15).rev().fold(0, |bits, place| {
            let of = if place % 2 == 0 { column } else { row };
            bits << 1 | of >> (place / 2) & 1
        });
        Self([10, 5, 0].map(|place| Self::ALPHABET[bits >> place & 31]))
    }

    /// Parses three characters; `None` if they are not a cell.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let characters: [u8; 3] = text.as_bytes().try_into().ok()?;
        characters.iter().all(|character| Self::ALPHABET.contains(character)).then_some(Self(characters))
    }

    /// The three characters of the geohash.
    ///
    /// # Panics
    /// Never: all characters of the alphabet are ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("all characters of the alphabet are ASCII")
    }
}

impl fmt::Display for GeohashCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(latitude: f64, longitude: f64) -> String {
        GeohashCell::of(Position::new(latitude, longitude).unwrap()).to_string()
    }

    #[test]
    fn cells_are_called_as_everybody_calls_them() {
        assert_eq!(cell(57.64911, 10.40744), "u4p", "the example of the geohash's inventor: u4pruydqqvj");
        assert_eq!(cell(42.605, -5.603), "ezs", "the example of Wikipedia: ezs42");
        assert_eq!([cell(52.52, 13.405), cell(-33.87, 151.21)], ["u33", "r3g"], "Berlin and Sydney");
    }

    #[test]
    fn a_cell_is_read_as_it_is_written() {
        assert_eq!(GeohashCell::parse("u4p").map(|cell| cell.to_string()).as_deref(), Some("u4p"));
        for text in ["", "u4", "u4pr", "u4a", "U4P", "ü4"] {
            assert_eq!(GeohashCell::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_ends_of_the_earth_are_in_cells() {
        assert_eq!([cell(-90.0, -180.0), cell(90.0, 180.0), cell(0.0, 0.0)], ["000", "zzz", "s00"]);
        assert_eq!([cell(90.0, -180.0), cell(-90.0, 180.0)], ["bpb", "pbp"]);
    }
}
