//! Where the files of the history are, and how they are written, read and named.

use bytes::Bytes;
use jiff::civil::Date;
use object_store::path::Path;

use super::blocks::BlockChecksums;
use super::manifest::{self, FOLDER, FileEntry, Manifest};
use crate::error::ArchiveError;
use crate::fault::StoreFault;
use crate::objects::Objects;
use crate::seal::sha256_hex;
use crate::store::SnapshotStore;

/// How many of the newest manifests to keep: a reader that has just listed them must still find one.
const KEPT_MANIFESTS: u64 = 16;
/// How often to look for the newest manifest if it disappears between being listed and being read.
const LOOKS: usize = 3;
const EXTENSION: &str = ".parquet";
/// This many digits of its checksum are part of a file's name.
const NAMED_DIGITS: usize = 16;

/// The history in a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    objects: Objects,
    snapshots: SnapshotStore,
}

/// What a file of the history contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Readings(Date),
    Hourly(Date),
    Boxes,
    Sensors,
}

impl FileKind {
    const FOLDERS: [&'static str; 4] = ["readings", "hourly", "boxes", "sensors"];

    fn folder(self) -> String {
        match self {
            Self::Readings(date) => format!("{FOLDER}/readings/date={date}"),
            Self::Hourly(date) => format!("{FOLDER}/hourly/date={date}"),
            Self::Boxes => format!("{FOLDER}/boxes"),
            Self::Sensors => format!("{FOLDER}/sensors"),
        }
    }
}

impl History {
    /// The history of the snapshots in a store, which is in the same store.
    #[must_use]
    pub fn of(snapshots: &SnapshotStore) -> Self {
        Self { objects: snapshots.objects().clone(), snapshots: snapshots.clone() }
    }

    /// The objects that its files are among.
    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The snapshots that it is made from.
    pub(super) fn snapshots(&self) -> &SnapshotStore {
        &self.snapshots
    }

    /// The manifest in force; an empty one if there is no history yet.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged or was written by a later version of HiveBox.
    pub async fn manifest(&self) -> Result<Manifest, ArchiveError> {
        Ok(self.newer_manifest(None).await?.unwrap_or_else(Manifest::empty))
    }

    /// The manifest in force, unless its number is `known`. An empty one if there is no history yet.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged or was written by a later version of HiveBox.
    pub async fn newer_manifest(&self, known: Option<u64>) -> Result<Option<Manifest>, ArchiveError> {
        for _ in 0..LOOKS {
            let Some(newest) = self.manifest_numbers().await?.into_iter().max() else {
                return Ok((known != Some(0)).then(Manifest::empty));
            };
            if known == Some(newest) {
                return Ok(None);
            }
            let path = manifest::path(newest);
            let Some(text) = self.read(&path).await? else { continue };
            return Manifest::from_json(&path, &text).map(Some);
        }
        Err(damaged(&manifest::folder(), "every manifest disappeared before it could be read"))
    }

    /// Puts `next` in force; returns whether it did, or another process committed first.
    pub(super) async fn commit(&self, next: &Manifest) -> Result<bool, ArchiveError> {
        let path = next.path();
        let text = next.to_json().map_err(|error| damaged(&path, error.to_string()))?;
        let committed = self.objects.create(&path, &text.into(), "commit a change of the history").await?;
        if committed {
            // The commit is done. A later commit removes what cannot be listed or removed now.
            for number in self.manifest_numbers().await.unwrap_or_default() {
                if number + KEPT_MANIFESTS <= next.number {
                    let _ = self.delete(&manifest::path(number)).await;
                }
            }
        }
        Ok(committed)
    }

    async fn manifest_numbers(&self) -> Result<Vec<u64>, ArchiveError> {
        let listed = self.objects.list_folder(&manifest::folder(), LIST).await?;
        Ok(listed.objects.iter().filter_map(|(path, _)| manifest::number(path)).collect())
    }

    /// Writes a file for the manifest with a number, unless `known` is the same file. The number is part of the file's
    /// name, so that files of abandoned attempts can be recognised.
    pub(super) async fn write(
        &self,
        kind: FileKind,
        number: u64,
        known: Option<&FileEntry>,
        file: &Bytes,
        rows: u64,
    ) -> Result<FileEntry, ArchiveError> {
        let sha256 = sha256_hex(&[file]);
        let checksums = Some(BlockChecksums::of(file));
        if let Some(same) = known.filter(|known| known.sha256 == sha256) {
            // An earlier version may have written it.
            return Ok(FileEntry { checksums, ..same.clone() });
        }
        let name = format!("{number:010}-{}{EXTENSION}", &sha256[..NAMED_DIGITS]);
        let path = Path::from(format!("{}/{name}", kind.folder()));
        // If it exists, an earlier attempt wrote the same content: the name contains its checksum.
        self.objects.create(&path, file, "write a file of the history").await?;
        Ok(FileEntry { path: path.to_string(), bytes: file.len() as u64, rows, sha256, checksums })
    }

    /// Reads a file that a manifest lists, and verifies its checksum.
    pub(crate) async fn fetch(&self, entry: &FileEntry) -> Result<Bytes, ArchiveError> {
        let path = Path::from(entry.path.as_str());
        let file = self.read(&path).await?.ok_or_else(|| damaged(&path, "it is missing"))?;
        if sha256_hex(&[&file]) != entry.sha256 {
            return Err(damaged(&path, "its checksum is wrong"));
        }
        Ok(file)
    }

    /// Reads an object of the history; `None` if there is none. One that is no file is damaged.
    async fn read(&self, path: &Path) -> Result<Option<Bytes>, ArchiveError> {
        match self.objects.read(path, READ).await {
            Err(ArchiveError::Store { source: StoreFault::Unreadable { reason }, .. }) => {
                Err(damaged(path, reason))
            }
            read => read,
        }
    }

    /// Lists the files of abandoned attempts: no manifest lists them, and none ever will.
    pub(super) async fn orphans(&self, manifest: &Manifest) -> Result<Vec<Path>, ArchiveError> {
        let named: std::collections::HashSet<&str> = (manifest.files().map(|file| file.path.as_str()))
            .chain(manifest.obsolete.iter().map(|obsolete| obsolete.path.as_str()))
            .collect();
        let mut orphans = Vec::new();
        for folder in FileKind::FOLDERS {
            let folder = Path::from(format!("{FOLDER}/{folder}"));
            let listed = self.objects.list_two_levels(&folder, LIST).await?;
            // A file with a later number may belong to an attempt that is still running.
            let is_dead = |path: &Path| written_for(path).is_some_and(|number| number <= manifest.number);
            orphans.extend(listed.into_iter().filter(|path| !named.contains(path.as_ref()) && is_dead(path)));
        }
        Ok(orphans)
    }

    /// Removes a file of the history. One that does not exist counts as removed.
    pub(super) async fn delete(&self, path: &Path) -> Result<(), ArchiveError> {
        self.objects.delete(path, "remove a file of the history").await
    }
}

/// What reading and listing do, in the words of an error.
const READ: &str = "read the history";
const LIST: &str = "list the history";

/// The number of the manifest that a file was written for; `None` if HiveBox did not name it.
fn written_for(path: &Path) -> Option<u64> {
    let (number, digits) = path.filename()?.strip_suffix(EXTENSION)?.split_once('-')?;
    let is_ours = digits.len() == NAMED_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_ours { number.parse().ok() } else { None }
}

fn damaged(path: &Path, reason: impl Into<String>) -> ArchiveError {
    ArchiveError::History { object: path.to_string(), reason: reason.into() }
}
