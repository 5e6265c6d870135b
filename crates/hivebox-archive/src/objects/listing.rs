//! What is directly below a folder of the store.
//!
//! `object_store` ends a list at the first entry that it does not understand, and reads a FIFO until somebody writes to
//! it. One such entry must not hide all others. So a folder on disk is listed here, entry by entry.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path as FilePath;

use object_store::ListResult;
use object_store::path::Path;
use serde::Serialize;

use crate::fault::StoreFault;

/// An entry of the store that HiveBox does not use: it is told and left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stray {
    /// Where it is in the store. Characters that are no text are escaped.
    pub object: String,
    /// Why it is not used.
    pub reason: String,
}

/// What is directly below a folder of the store.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The folders in it.
    pub(crate) folders: Vec<Path>,
    /// The objects in it, with their sizes in bytes. Some may be unreadable, which reading them tells.
    pub(crate) objects: Vec<(Path, u64)>,
    /// What cannot be an object.
    pub(crate) strays: Vec<Stray>,
}

impl Stray {
    pub(crate) fn at(path: &Path, reason: impl Into<String>) -> Self {
        Self { object: escaped(OsStr::new(path.as_ref())), reason: reason.into() }
    }
}

impl From<ListResult> for Listing {
    fn from(listed: ListResult) -> Self {
        let objects = listed.objects.into_iter().map(|object| (object.location, object.size));
        Self { folders: listed.common_prefixes, objects: objects.collect(), strays: Vec::new() }
    }
}

/// Lists a folder on disk. One that does not exist is empty.
pub(super) fn list(root: &FilePath, path: &Path) -> std::io::Result<Listing> {
    let mut listing = Listing::default();
    let folder = root.join(path.as_ref());
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(listing),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        let at = |name: &str| Path::parse(format!("{path}/{name}")).ok();
        let Some(object) = name.to_str().and_then(at) else {
            let object = format!("{path}/{}", escaped(&name));
            listing.strays.push(Stray { object, reason: "its name is not one of an object".into() });
            continue;
        };
        if is_staged(&name) {
            continue;
        }
        match std::fs::metadata(folder.join(&name)) {
            Ok(metadata) if metadata.is_dir() => listing.folders.push(object),
            Ok(metadata) => listing.objects.push((object, metadata.len())),
            // Another process has removed it.
            Err(error) if error.kind() == ErrorKind::NotFound && !is_link(&folder.join(&name)) => {}
            Err(_) => listing.objects.push((object, 0)),
        }
    }
    listing.folders.sort_unstable();
    Ok(listing)
}

/// Refuses what would not end when it is read, such as a FIFO.
pub(super) fn check_readable(file: &FilePath) -> Result<(), StoreFault> {
    let unreadable = |reason: String| Err(StoreFault::Unreadable { reason });
    match std::fs::metadata(file) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => unreadable("it is not a file".into()),
        Err(error) if error.kind() == ErrorKind::NotFound && is_link(file) => {
            unreadable("it is a link to nothing".into())
        }
        // The read itself says so.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => unreadable(error.to_string()),
    }
}

fn is_link(file: &FilePath) -> bool {
    std::fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_symlink())
}

/// Whether `object_store` is writing this file: it writes to `NAME#1` first.
pub(crate) fn is_staged(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.rsplit_once('#').is_some_and(|(name, number)| !name.is_empty() && number.parse::<u32>().is_ok())
}

/// A name as text without control characters.
fn escaped(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) => text.escape_debug().to_string(),
        None => name.as_encoded_bytes().escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_without_control_characters() {
        assert_eq!(escaped(OsStr::new("süd\u{1b}[31m")), "süd\\u{1b}[31m");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            assert_eq!(escaped(OsStr::from_bytes(b"a\xffb")), "a\\xffb");
        }
    }
}
