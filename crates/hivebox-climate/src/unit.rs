//! Spellings of units, and conversions between units.

/// A linear conversion to a canonical unit.
///
/// ```
/// use hivebox_climate::unit::Conversion;
///
/// let from_fahrenheit = Conversion::new(5.0 / 9.0, -160.0 / 9.0).unwrap();
/// assert!((from_fahrenheit.apply(212.0) - 100.0).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    scale: f64,
    offset: f64,
}

impl Conversion {
    /// Leaves a value unchanged.
    pub const IDENTITY: Self = Self { scale: 1.0, offset: 0.0 };

    /// The conversion `canonical = raw * scale + offset`; `None` unless both are finite and `scale`
    /// is not zero (which would make all values equal).
    #[must_use]
    pub fn new(scale: f64, offset: f64) -> Option<Self> {
        (scale.is_finite() && scale != 0.0 && offset.is_finite()).then_some(Self { scale, offset })
    }

    /// The value in the canonical unit.
    #[must_use]
    pub fn apply(self, raw: f64) -> f64 {
        raw * self.scale + self.offset
    }
}

/// Normalises the spelling of a unit for comparison: no white space, lower case, and one character
/// each for the micro and the degree sign, which have several code points.
///
/// Lower case is safe because a spelling is only looked up among those of one unit: in a list of
/// Pa, hPa and kPa no owner means megapascal by `MPa`.
///
/// ```
/// use hivebox_climate::unit::normalise;
///
/// assert_eq!(normalise(" \u{ba} C "), normalise("°c"));
/// assert_eq!(normalise("\u{3bc}g / m³"), normalise("\u{b5}g/m³"));
/// ```
pub fn normalise(spelling: &str) -> String {
    spelling
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| !letter.is_whitespace())
        .map(one_sign)
        .collect()
}

fn one_sign(letter: char) -> char {
    const GREEK_MU: char = '\u{3bc}';
    const MICRO: char = '\u{b5}';
    const MASCULINE_ORDINAL: char = '\u{ba}';
    const RING_ABOVE: char = '\u{2da}';
    match letter {
        GREEK_MU => MICRO,
        MASCULINE_ORDINAL | RING_ABOVE => '°',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Conversion, normalise};

    #[test]
    fn the_identity_changes_nothing() {
        for raw in [-0.0, 16.07, f64::MAX, f64::INFINITY] {
            assert_eq!(Conversion::IDENTITY.apply(raw).to_bits(), (raw + 0.0).to_bits());
        }
    }

    #[test]
    fn a_conversion_is_finite_and_can_be_undone() {
        assert!(Conversion::new(0.01, 0.0).is_some());
        for (scale, offset) in [(0.0, 1.0), (f64::NAN, 0.0), (f64::INFINITY, 0.0), (1.0, f64::NAN)] {
            assert_eq!(Conversion::new(scale, offset), None, "{scale} {offset}");
        }
    }

    #[test]
    fn spellings_lose_case_space_and_odd_signs() {
        for (spelling, expected) in [
            ("", ""),
            ("°C", "°c"),
            ("\u{2da}C", "°c"),
            ("dB (A)", "db(a)"),
            ("µG / M³", "\u{b5}g/m³"),
            ("\u{fffd}C", "\u{fffd}c"),
        ] {
            assert_eq!(normalise(spelling), expected, "{spelling:?}");
        }
    }
}
