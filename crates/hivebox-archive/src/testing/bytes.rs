//! Readers of bytes that are not checked first, for the fuzz targets.

use bytes::Bytes;
use object_store::path::Path;

use crate::history::manifest::Manifest;
use crate::history::utc_day;
use crate::query::Files;
use crate::seal;
use crate::sealed::Sealed;
use crate::{Snapshot, SnapshotName};

/// Reads a manifest, and everything that is derived from it. What is read must be the same after it was written again.
pub fn read_manifest(text: &[u8]) {
    let Ok(manifest) = Manifest::from_json(&Path::from("manifest"), text) else { return };
    let files = Files::of(&manifest);
    assert_eq!((files.number, files.through), (manifest.number, manifest.through()));
    assert!(manifest.rows() >= manifest.days.iter().map(|day| day.readings.rows).max().unwrap_or(0));
    let again = Manifest::from_json(&Path::from("manifest"), &manifest.to_json().unwrap());
    assert_eq!(again.ok(), Some(manifest));
}

/// The UTC day of a moment.
pub fn day_of(moment: jiff::Timestamp) -> jiff::civil::Date {
    utc_day::day_of(moment)
}

/// Opens the bytes as a snapshot, whether or not their checksum is right.
pub fn open_snapshot(mut file: Vec<u8>) -> Option<Snapshot> {
    seal::seal_again(&mut file);
    let name = SnapshotName::at(jiff::Timestamp::UNIX_EPOCH);
    Sealed::open(name, Bytes::from(file.clone())).ok()?;
    Snapshot::open(name, file.into()).ok()
}
