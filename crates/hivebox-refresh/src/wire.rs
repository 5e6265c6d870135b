//! The format in which one replica sends a present to another: a head that can be read alone, then the
//! readings, compressed and with a checksum.

pub(crate) mod forecast;

use std::io::Read;
use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, WireError};
use hivebox_climate::verdict::VerdictRules;
use hivebox_present::Present;
use jiff::Timestamp;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// The first bytes. The last one is the version of the format: replicas of another version do not read it.
const MAGIC: [u8; 8] = *b"HiveBox\x02";
/// The size of a [`Head`]: the magic, the moment, the number of lost boxes, and the number of counting readings.
pub const HEAD_BYTES: usize = 32;
/// The largest present in bytes: ten times the size of one with 15,000 boxes.
pub(super) const MAX_PRESENT_BYTES: u64 = 16 << 20;
/// The fastest non-negative level of zstd. A present is sent once in minutes, so it need not be smaller.
const LEVEL: i32 = 1;
/// The largest present after decompression: 1.5 times the size of one with 150,000 boxes. The readings have limits of
/// their own for the number of values, because one hostile byte can stand for a value of 40.
const MAX_BYTES: u64 = 64 << 20;

/// The head of an encoded present, which can be read without the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The moment of the present.
    pub as_of: Timestamp,
    boxes_lost: u64,
    /// The number of air temperature readings that count.
    counting: u64,
}

/// Why bytes cannot be read as a present.
#[derive(Debug, thiserror::Error)]
pub enum PresentWireError {
    /// The head is not that of a present in this version.
    #[error("the shared present is not from this version of HiveBox")]
    Head,
    /// The compressed readings are damaged.
    #[error("the shared present cannot be decompressed: {0}")]
    Compression(#[from] std::io::Error),
    /// The decompressed bytes are not readings.
    #[error("the shared present cannot be read: {0}")]
    Readings(#[from] WireError),
}

impl Head {
    /// A head with this moment and this number of counting readings.
    #[must_use]
    pub const fn of(as_of: Timestamp, counting: u64) -> Self {
        Self { as_of, boxes_lost: 0, counting }
    }

    /// Whether the present has an answer.
    #[must_use]
    pub const fn has_answer(&self) -> bool {
        self.counting > 0
    }

    /// Reads the head at the start of `bytes`; `None` if they are not a present of this version.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (head, _) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let field = |at: usize| head[at..at + 8].try_into().map(u64::from_be_bytes).ok();
        if head[..8] != MAGIC {
            return None;
        }
        let as_of = Timestamp::from_nanosecond(i128::from(field(8)? as i64)).ok()?;
        Some(Self { as_of, boxes_lost: field(16)?, counting: field(24)? })
    }
}

/// Encodes a present.
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

/// Decodes a present: its readings, judged by `rules`, and the number of lost boxes.
///
/// # Errors
/// The bytes are damaged, or are not a present of this version.
pub fn decode(bytes: &[u8], rules: VerdictRules) -> Result<(Arc<Readings>, usize), PresentWireError> {
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
    fn a_decoded_present_equals_the_encoded_one() {
        let sent = present();
        let bytes = encode(&sent).unwrap();
        assert_eq!(Head::read(&bytes).unwrap().as_of, sent.readings.as_of());
        assert!(Head::read(&bytes).unwrap().has_answer());
        let (readings, boxes_lost) = decode(&bytes, VerdictRules::default()).unwrap();
        assert_eq!((readings.as_of(), readings.len(), boxes_lost), (sent.readings.as_of(), 1, 7));
    }

    #[test]
    fn a_single_changed_byte_is_detected() {
        let bytes = encode(&present()).unwrap();
        // A changed count in the head does no harm, so no checksum covers it.
        let lost = 16..HEAD_BYTES;
        for at in (0..bytes.len()).filter(|at| !lost.contains(at)) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(decode(&damaged, VerdictRules::default()).is_err(), "byte {at}");
        }
        assert!(decode(&bytes[..bytes.len() - 1], VerdictRules::default()).is_err());
        assert!(decode(b"garbage", VerdictRules::default()).is_err());
        assert!(decode(b"", VerdictRules::default()).is_err());
    }
}
