//! The present as bytes, by which one replica hands it to another: a head that can be read alone, then the
//! readings, compressed and with a checksum.

use std::io::Read;
use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, WireError};
use hivebox_climate::verdict::Rules;
use hivebox_present::Present;
use jiff::Timestamp;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// What the bytes begin with. The last one is the version of all that follows: replicas of another version
/// do not read them.
const MAGIC: [u8; 8] = *b"HiveBox\x02";
/// The bytes of a [`Head`]: the magic, the moment, the number of boxes lost, and of readings that count.
pub(super) const HEAD_BYTES: usize = 32;
/// The most bytes that a present may have: ten times what 15,000 boxes come to.
pub(super) const MAX_PRESENT_BYTES: u64 = 16 << 20;
/// The fastest level of zstd that is not a negative one: what is sent once in minutes need not be smaller.
const LEVEL: i32 = 1;
/// The most that bytes may become when decompressed: what 150,000 boxes come to, and half as much again. In
/// memory one hostile byte of them takes up to 24.
const MAX_BYTES: u64 = 64 << 20;

/// What can be known of a present without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The moment of the present.
    pub as_of: Timestamp,
    boxes_lost: u64,
    /// The readings of the air temperature that count.
    counting: u64,
}

/// Why bytes are no present.
#[derive(Debug, thiserror::Error)]
pub enum PresentWireError {
    /// They do not begin as a present of this version does.
    #[error("what is stored there is no present of this version of HiveBox")]
    Head,
    /// They are damaged.
    #[error("the shared present cannot be decompressed: {0}")]
    Compression(#[from] std::io::Error),
    /// They hold something else.
    #[error("the shared present cannot be read: {0}")]
    Readings(#[from] WireError),
}

impl Head {
    /// The head of a present of which so many readings count.
    #[must_use]
    pub const fn of(as_of: Timestamp, counting: u64) -> Self {
        Self { as_of, boxes_lost: 0, counting }
    }

    /// Whether the present has an answer.
    #[must_use]
    pub const fn has_answer(&self) -> bool {
        self.counting > 0
    }

    /// Reads the head that bytes begin with; `None` if they are no present of this version.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, _) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let field = |at: usize| head[at..at + 8].try_into().map(u64::from_be_bytes).ok();
        if head[..8] != MAGIC {
            return None;
        }
        let as_of = Timestamp::from_nanosecond(i128::from(field(8)? as i64)).ok()?;
        Some(Self { as_of, boxes_lost: field(16)?, counting: field(24)? })
    }
}

/// Writes a present.
pub(super) fn encode(present: &Present) -> Result<Vec<u8>, PresentWireError> {
    let nanos = present.readings.as_of().as_nanosecond() as i64;
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    let body = compressor.compress(&present.readings.to_bytes()?)?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + body.len());
    bytes.extend(MAGIC);
    bytes.extend(nanos.to_be_bytes());
    bytes.extend((present.boxes_lost as u64).to_be_bytes());
    bytes.extend(present.answer.as_ref().map_or(0, |answer| answer.count).to_be_bytes());
    bytes.extend(body);
    Ok(bytes)
}

/// Reads a present: its readings, judged by `rules`, and how many boxes were lost.
pub(super) fn decode(bytes: &[u8], rules: Rules) -> Result<(Arc<Readings>, usize), PresentWireError> {
    let head = Head::read(bytes).ok_or(PresentWireError::Head)?;
    let mut body = Vec::new();
    zstd::Decoder::with_buffer(&bytes[HEAD_BYTES..])?.take(MAX_BYTES).read_to_end(&mut body)?;
    let readings = Readings::from_bytes(&body, Catalogue::builtin(), rules)?;
    if readings.as_of() == head.as_of {
        Ok((readings, head.boxes_lost as usize))
    } else {
        Err(PresentWireError::Head)
    }
}

#[cfg(test)]
mod tests {
    use hivebox_climate::place::Exposure;
    use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};

    use super::*;
    use hivebox_config::{Config, Source};

    fn present() -> Present {
        let config = Config::read(&Source::default()).unwrap().answer;
        let as_of: Timestamp = "2026-11-25T12:00:00.123456789Z".parse().unwrap();
        let mut readings = ReadingsBuilder::new(Catalogue::builtin(), config.rules, as_of);
        let facts = BoxFacts { id: "b", name: "Garten", model: "", exposure: Exposure::Outdoor, place: None };
        readings.add_box(&facts);
        let measured = Some(Measured { value: "16.07", at: as_of });
        let facts = SensorFacts { id: "s", title: "Temperatur", unit: "°C", sensor_type: "", measured };
        readings.add_sensor(&facts);
        Present::of(readings.finish(), 7, &config)
    }

    #[test]
    fn a_present_is_read_as_it_was_written() {
        let sent = present();
        let bytes = encode(&sent).unwrap();
        assert_eq!(Head::read(&bytes).unwrap().as_of, sent.readings.as_of());
        assert!(Head::read(&bytes).unwrap().has_answer());
        let (readings, boxes_lost) = decode(&bytes, Rules::default()).unwrap();
        assert_eq!((readings.as_of(), readings.len(), boxes_lost), (sent.readings.as_of(), 1, 7));
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        let bytes = encode(&present()).unwrap();
        // The counts are neither part of what is read nor worth a checksum.
        let lost = 16..HEAD_BYTES;
        for at in (0..bytes.len()).filter(|at| !lost.contains(at)) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(decode(&damaged, Rules::default()).is_err(), "byte {at}");
        }
        assert!(decode(&bytes[..bytes.len() - 1], Rules::default()).is_err());
        assert!(decode(b"garbage", Rules::default()).is_err());
        assert!(decode(b"", Rules::default()).is_err());
    }
}
