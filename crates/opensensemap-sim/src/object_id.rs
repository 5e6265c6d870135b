//! Ids in the format of `MongoDB`, which openSenseMap exposes: 12 bytes as 24 hex digits, of which
//! the first 4 bytes are a time.

use std::fmt;
use std::str::FromStr;

use crate::seed::Seed;

/// The id of a senseBox, a sensor or a measurement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; 12]);

/// The text is not 24 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id, which has 24 hex digits")]
pub struct InvalidObjectId;

impl ObjectId {
    /// An id issued at a time; the seed determines the rest.
    pub(crate) fn at(millis: i64, seed: Seed) -> Self {
        let mut bytes = [0; 12];
        let seconds = u32::try_from(millis.div_euclid(1000)).unwrap_or_default();
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4..].copy_from_slice(&seed.bits().to_be_bytes());
        Self(bytes)
    }

    /// The id `steps` after this one: the ids of a box and its sensors are consecutive.
    pub(crate) fn after(mut self, steps: u8) -> Self {
        self.0[11] = self.0[11].wrapping_add(steps);
        self
    }

    /// When the id was issued, in milliseconds since 1970.
    pub(crate) fn millis(self) -> i64 {
        i64::from(u32::from_be_bytes([self.0[0], self.0[1], self.0[2], self.0[3]])) * 1000
    }

    /// The 24 digits in ASCII.
    pub(crate) fn hex(self) -> [u8; 24] {
        let mut digits = [0; 24];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        digits
    }
}

fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

impl FromStr for ObjectId {
    type Err = InvalidObjectId;

    fn from_str(text: &str) -> Result<Self, InvalidObjectId> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(InvalidObjectId) };
        if pairs.len() != 12 {
            return Err(InvalidObjectId);
        }
        let mut bytes = [0; 12];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let nibble = |ascii: u8| char::from(ascii).to_digit(16).ok_or(InvalidObjectId);
            *byte = (nibble(*high)? << 4 | nibble(*low)?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hex().iter().try_for_each(|&digit| fmt::Write::write_char(formatter, char::from(digit)))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidObjectId, ObjectId};

    #[test]
    fn what_is_read_is_written_again() {
        let id: ObjectId = "5386026e5f08822009b8b60d".parse().unwrap();
        assert_eq!(id.to_string(), "5386026e5f08822009b8b60d");
        assert_eq!(id.millis(), 1_401_291_374_000);
    }

    #[test]
    fn anything_but_24_hex_digits_is_refused() {
        for text in [
            "",
            "5386026e5f08822009b8b60",
            "5386026e5f08822009b8b60dd0",
            "5386026e5f08822009b8b60g",
            "äääääääääääa",
        ] {
            assert_eq!(text.parse::<ObjectId>(), Err(InvalidObjectId), "{text}");
        }
    }
}
