//! Puts a checksum over all bytes of a Parquet file, or of a JSON object, into the file itself.
//!
//! The footer, or the last field of the object, has a text of 64 zeros. The SHA-256 of the file with these zeros replaces them, which changes no length. So
//! data and checksum are one object, and any changed bit is detected.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The key of the checksum.
pub(crate) const KEY: &str = "hivebox.sha256";
/// The text in place of the checksum while it is being computed.
pub(crate) const PLACEHOLDER: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Parquet's footer has a field header and the value's length between key and value, one byte each.
const PARQUET_GAP_BYTES: usize = 2;
/// Two quotes and a colon.
const JSON_GAP_BYTES: usize = 3;

/// Writes the checksum into a file with a [`PLACEHOLDER`]; returns whether it found one.
pub(crate) fn seal(file: &mut [u8]) -> bool {
    seal_behind(file, PARQUET_GAP_BYTES)
}

/// Replaces a wrong checksum; returns whether there was one.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn seal_again(file: &mut [u8]) -> bool {
    place(file, PARQUET_GAP_BYTES).is_some_and(|place| {
        file[place].copy_from_slice(PLACEHOLDER.as_bytes());
        seal(file)
    })
}

/// Adds the checksum to the text of a JSON object that has any field.
pub(crate) fn seal_json(object: &mut Vec<u8>) {
    object.pop();
    object.extend_from_slice(format!(",\"{KEY}\":\"{PLACEHOLDER}\"}}").as_bytes());
    seal_behind(object, JSON_GAP_BYTES);
}

fn seal_behind(file: &mut [u8], gap_bytes: usize) -> bool {
    let Some(place) = place(file, gap_bytes).filter(|place| &file[place.clone()] == PLACEHOLDER.as_bytes())
    else {
        return false;
    };
    let checksum = sha256_hex(&[file]);
    file[place].copy_from_slice(checksum.as_bytes());
    true
}

/// Whether a file is as it was when it was sealed.
pub(crate) fn is_whole(file: &[u8]) -> bool {
    is_whole_behind(file, PARQUET_GAP_BYTES).unwrap_or(false)
}

/// Whether the text of a JSON object is as it was when it was sealed; `None` if it never was.
pub(crate) fn is_whole_json(object: &[u8]) -> Option<bool> {
    memchr::memmem::rfind(object, KEY.as_bytes())?;
    Some(is_whole_behind(object, JSON_GAP_BYTES).unwrap_or(false))
}

fn is_whole_behind(file: &[u8], gap_bytes: usize) -> Option<bool> {
    place(file, gap_bytes).map(|place| {
        let parts = [&file[..place.start], PLACEHOLDER.as_bytes(), &file[place.end..]];
        sha256_hex(&parts).as_bytes() == &file[place]
    })
}

/// The SHA-256 of some bytes as 64 hex digits.
pub(crate) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().fold(String::with_capacity(PLACEHOLDER.len()), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn place(file: &[u8], gap_bytes: usize) -> Option<std::ops::Range<usize>> {
    let key = memchr::memmem::rfind(file, KEY.as_bytes())?;
    let start = key + KEY.len() + gap_bytes;
    let end = start + PLACEHOLDER.len();
    (end <= file.len()).then_some(start..end)
}
