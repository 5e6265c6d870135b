//! The format in which replicas share the forecast of a cell: compressed, with a checksum, and bounded.

use std::io::{Error, ErrorKind, Read};
use std::sync::Arc;

use hivebox_climate::forecast::{ModelHoursBuilder, ModelQuantity};
use hivebox_climate::quantity::Metres;
use hivebox_present::CellForecast;
use jiff::{SignedDuration, Timestamp};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// The first bytes. The last one is the version of the format: replicas of another version do not read it.
const MAGIC: [u8; 8] = *b"HiveFore";
const VERSION: u8 = 1;
/// The most bytes of a cell in Redis. One with 10 days has some 2,000.
pub(crate) const MAX_BYTES: usize = 32 << 10;
/// The same after decompression.
const MAX_PLAIN_BYTES: u64 = 128 << 10;
/// The base-2 logarithm of the most memory that decompression may take: as much as the plain bytes.
const MAX_WINDOW_LOG: u32 = 17;
/// The most hours: those that are kept, and some room.
const MAX_HOURS: usize = 24 * 24;
const MAX_VALIDATOR_BYTES: usize = 200;
const LEVEL: i32 = 3;
const MISSING: i32 = i32::MIN;

/// A forecast with what its source gave to ask whether something has changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) forecast: Arc<CellForecast>,
    pub(crate) validator: Option<String>,
}

/// Encodes a forecast.
pub(crate) fn encode(sent: &Sent) -> Result<Vec<u8>, Error> {
    let CellForecast { hours, fetched_at, updated_at, expires_at } = &*sent.forecast;
    if hours.len() > MAX_HOURS {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "the forecast has too many hours for others to read",
        ));
    }
    let mut plain = Vec::with_capacity(64 + hours.len() * ModelQuantity::ALL.len() * 4);
    for moment in [Some(*fetched_at), Some(*expires_at), *updated_at, Some(hours.first())] {
        plain.extend(moment.map_or(i64::MIN, Timestamp::as_millisecond).to_le_bytes());
    }
    plain.extend(hours.height().map_or(MISSING, |height| hundredths(height.0)).to_le_bytes());
    let validator = sent.validator.as_deref().filter(|text| text.len() <= MAX_VALIDATOR_BYTES);
    let validator = validator.unwrap_or_default();
    // Both are far below 65,536.
    plain.extend((validator.len() as u16).to_le_bytes());
    plain.extend(validator.as_bytes());
    plain.extend((hours.len() as u16).to_le_bytes());
    for quantity in ModelQuantity::ALL {
        for hour in 0..hours.len() {
            plain.extend(hours.value(quantity, hour).map_or(MISSING, hundredths).to_le_bytes());
        }
    }
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    bytes.extend(compressor.compress(&plain)?);
    Ok(bytes)
}

/// Reads what [`encode`] wrote. The bytes may be anything.
pub(crate) fn decode(bytes: &[u8]) -> Result<Sent, Error> {
    let body = bytes.strip_prefix(&MAGIC).and_then(|rest| rest.strip_prefix(&[VERSION]));
    let body = body.filter(|_| bytes.len() <= MAX_BYTES).ok_or_else(damaged)?;
    let mut plain = Vec::new();
    let mut decoder = zstd::Decoder::new(body)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    decoder.take(MAX_PLAIN_BYTES + 1).read_to_end(&mut plain)?;
    if plain.len() as u64 > MAX_PLAIN_BYTES {
        return Err(damaged());
    }
    read(&mut plain.as_slice()).ok_or_else(damaged)
}

fn read(plain: &mut &[u8]) -> Option<Sent> {
    let fetched_at = moment(plain)?;
    let expires_at = moment(plain)?;
    let updated_at = i64::from_le_bytes(take(plain)?);
    let first = moment(plain)?;
    let height = i32::from_le_bytes(take(plain)?);
    let validator_bytes = usize::from(u16::from_le_bytes(take(plain)?));
    let (validator, rest) = plain.split_at_checked(validator_bytes)?;
    let validator = std::str::from_utf8(validator).ok()?.to_owned();
    *plain = rest;
    let count = usize::from(u16::from_le_bytes(take(plain)?));
    // The last hour must be a moment, too.
    first.checked_add(SignedDuration::from_hours(i64::try_from(count).ok()?)).ok()?;
    if count > MAX_HOURS || plain.len() != count * ModelQuantity::ALL.len() * 4 {
        return None;
    }
    let height = (height != MISSING).then(|| Metres(f64::from(height) / 100.0));
    let mut builder = ModelHoursBuilder::new(first, height);
    let value = |index: usize| {
        let bytes = plain.get(index * 4..)?.first_chunk()?;
        let hundredths = i32::from_le_bytes(*bytes);
        (hundredths != MISSING).then(|| f64::from(hundredths) / 100.0)
    };
    for hour in 0..count {
        builder.push(ModelQuantity::ALL.map(|quantity| value(quantity.index() * count + hour)));
    }
    let updated_at = Timestamp::from_millisecond(updated_at).ok();
    let forecast = CellForecast { hours: builder.finish(), fetched_at, updated_at, expires_at };
    Some(Sent { forecast: Arc::new(forecast), validator: (!validator.is_empty()).then_some(validator) })
}

fn moment(plain: &mut &[u8]) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::from_le_bytes(take(plain)?)).ok()
}

fn take<const N: usize>(plain: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = plain.split_first_chunk()?;
    *plain = rest;
    Some(*taken)
}

fn hundredths(value: f64) -> i32 {
    (value * 100.0).round() as i32
}

fn damaged() -> Error {
    Error::new(ErrorKind::InvalidData, "the shared forecast is not from this version of HiveBox")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Sent {
        let fetched_at: Timestamp = "2026-11-30T12:00:00.5Z".parse().unwrap();
        let mut builder = ModelHoursBuilder::new(fetched_at, Some(Metres(38.25)));
        for hour in 0..240 {
            builder.push([Some(f64::from(hour) / 7.0 - 12.0), Some(81.0), Some(3.4), None, Some(0.2), None]);
        }
        let forecast = CellForecast {
            hours: builder.finish(),
            fetched_at,
            updated_at: None,
            expires_at: fetched_at + SignedDuration::from_hours(1),
        };
        Sent { forecast: Arc::new(forecast), validator: Some("Mon, 30 Nov 2026 11:00:00 GMT".into()) }
    }

    #[test]
    fn a_forecast_is_read_as_it_was_written() {
        let sent = sent();
        let bytes = encode(&sent).unwrap();
        assert_eq!(decode(&bytes).unwrap(), sent);
        assert!(bytes.len() < 3000, "{} bytes", bytes.len());
    }

    #[test]
    fn what_nobody_could_read_is_not_written() {
        let mut builder = ModelHoursBuilder::new(Timestamp::UNIX_EPOCH, None);
        for _ in 0..=MAX_HOURS {
            builder.push([None; ModelQuantity::ALL.len()]);
        }
        let forecast = CellForecast { hours: builder.finish(), ..CellForecast::clone(&sent().forecast) };
        assert!(encode(&Sent { forecast: Arc::new(forecast), validator: None }).is_err());
    }

    #[test]
    fn whatever_else_is_there_is_refused() {
        let bytes = encode(&sent()).unwrap();
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "cut off after {end} bytes");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            // A damaged byte may hit something that does not matter, but must not be read as another forecast.
            assert!(decode(&damaged).is_ok_and(|read| read == sent()) || decode(&damaged).is_err(), "{at}");
        }
        let bomb = zstd::encode_all(&*vec![0; 64 << 20], 1).unwrap();
        assert!(decode(&[&MAGIC[..], &[VERSION], &bomb].concat()).is_err());
        let nonsense = |plain: &[u8]| {
            let body = zstd::encode_all(plain, 1).unwrap();
            decode(&[&MAGIC[..], &[VERSION], &body].concat())
        };
        assert!(nonsense(&[0xff; 200]).is_err() && nonsense(&[0x7f; 200]).is_err() && nonsense(&[]).is_err());
    }
}
