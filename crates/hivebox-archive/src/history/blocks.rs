//! Checksums of a file's blocks, by which each read of a part of the file is checked.
//!
//! A question reads a small part of a file, so the checksum of the whole file cannot tell whether that part is undamaged.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

/// The length of a block. A read fetches whole blocks, and the manifest has six bytes for each.
pub(crate) const BLOCK_BYTES: u64 = 32 << 10;

/// The CRC-32C of each block of a file, in order. Cheap to clone.
///
/// Parquet has checksums of pages, but the crate `parquet` cannot write them, and they cover neither the footer nor the indexes.
/// These cover every byte, and the manifest has them, where damage to the file cannot reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlockChecksums(Arc<[u32]>);

impl BlockChecksums {
    /// The checksums of a file.
    #[must_use]
    pub fn of(file: &[u8]) -> Self {
        Self(file.chunks(BLOCK_BYTES as usize).map(crc32c::crc32c).collect())
    }

    /// Whether `bytes` are what the file had at `from`, which is where a block begins. They end with a block or the file.
    pub(crate) fn are_right(&self, from: u64, bytes: &[u8]) -> bool {
        let first = (from / BLOCK_BYTES) as usize;
        let blocks = bytes.chunks(BLOCK_BYTES as usize);
        let expected = self.0.get(first..first + blocks.len());
        expected.is_some_and(|expected| blocks.map(crc32c::crc32c).eq(expected.iter().copied()))
    }
}

/// The blocks that have these bytes of a file of `length` bytes: adjacent ones as one range, in order.
pub(crate) fn spans(ranges: &[Range<u64>], length: u64) -> Vec<Range<u64>> {
    let widen = |range: &Range<u64>| {
        range.start / BLOCK_BYTES * BLOCK_BYTES..(range.end.div_ceil(BLOCK_BYTES) * BLOCK_BYTES).min(length)
    };
    let mut widened: Vec<Range<u64>> = ranges.iter().filter(|range| !range.is_empty()).map(widen).collect();
    widened.sort_unstable_by_key(|range| range.start);
    let mut spans: Vec<Range<u64>> = Vec::with_capacity(widened.len());
    for range in widened {
        match spans.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => spans.push(range),
        }
    }
    spans
}

impl From<BlockChecksums> for String {
    fn from(BlockChecksums(checksums): BlockChecksums) -> Self {
        let bytes: Vec<u8> = checksums.iter().flat_map(|checksum| checksum.to_le_bytes()).collect();
        STANDARD_NO_PAD.encode(bytes)
    }
}

impl TryFrom<String> for BlockChecksums {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| "the checksums are not in base64")?;
        let (checksums, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err("a checksum has fewer than four bytes");
        }
        Ok(Self(checksums.iter().map(|checksum| u32::from_le_bytes(*checksum)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(length: u64) -> Vec<u8> {
        (0..length).map(|byte| ((byte * 7919) >> 3) as u8).collect()
    }

    #[test]
    fn any_flipped_bit_of_a_block_is_found() {
        let mut file = file(2 * BLOCK_BYTES + 100);
        let checksums = BlockChecksums::of(&file);
        let tail = 2 * BLOCK_BYTES as usize;
        assert!(checksums.are_right(0, &file) && checksums.are_right(2 * BLOCK_BYTES, &file[tail..]));
        for bit in 0..800 {
            file[tail + bit / 8] ^= 1 << (bit % 8);
            assert!(!checksums.are_right(2 * BLOCK_BYTES, &file[tail..]), "bit {bit}");
            file[tail + bit / 8] ^= 1 << (bit % 8);
        }
        assert!(!checksums.are_right(0, &file[..tail - 1]), "too short");
        assert!(!checksums.are_right(BLOCK_BYTES, &[&file[..], &file[..]].concat()), "too long");
    }

    #[test]
    fn they_come_back_from_text() {
        let checksums = BlockChecksums::of(&file(5 * BLOCK_BYTES));
        let text = String::from(checksums.clone());
        assert_eq!(BlockChecksums::try_from(text.clone()), Ok(checksums));
        assert!(BlockChecksums::try_from(text[1..].to_owned()).is_err());
        assert!(BlockChecksums::try_from("Grüße".to_owned()).is_err());
    }

    #[test]
    fn a_read_takes_whole_blocks_once_each() {
        let block = BLOCK_BYTES;
        assert_eq!(spans(&[block + 5..block + 6, 3..4, 7..9], 10 * block), vec![(0..2 * block)]);
        assert_eq!(
            spans(&[0..1, 5 * block..5 * block + 1], 5 * block + 1),
            [0..block, 5 * block..5 * block + 1]
        );
        assert_eq!(spans(std::slice::from_ref(&(4..4)), block), []);
    }
}
