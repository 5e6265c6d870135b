//! The history's objects in the store.

use bytes::Bytes;
use futures_util::TryStreamExt;
use jiff::civil::Date;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::History;
use super::manifest::{self, FOLDER, FileEntry, Manifest};
use crate::error::ArchiveError;
use crate::seal::sha256_hex;

/// How many of the newest manifests are kept: a reader that has listed them must still find one.
const KEPT_MANIFESTS: u64 = 16;
/// How often the newest manifest is looked for if it is gone between being listed and being read.
const LOOKS: usize = 3;
const EXTENSION: &str = ".parquet";
/// So many digits of its checksum are part of a file's name.
const NAMED_DIGITS: usize = 16;

/// What a file of the history holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Readings(Date),
    Hourly(Date),
    Boxes,
    Sensors,
}

impl Kind {
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
    /// The manifest in force, if it is another than `known`, the number of one that the caller has. An empty one if there is no
    /// history yet.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged or of a later version of HiveBox.
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
            let manifest = Manifest::from_json(&text);
            return manifest.map(Some).map_err(|reason| damaged(&path, reason));
        }
        Err(damaged(&manifest::folder(), "each manifest was gone when it was to be read"))
    }

    /// Makes `next` the manifest in force; whether it did, or another was faster.
    pub(super) async fn commit(&self, next: &Manifest) -> Result<bool, ArchiveError> {
        let path = next.path();
        let text = serde_json::to_vec(next).map_err(|error| damaged(&path, error.to_string()))?;
        let committed = self.store.create(&path, &text.into(), "commit a change of the history").await?;
        if committed {
            // It is done. What cannot be removed now is removed after another commit.
            for number in self.manifest_numbers().await.unwrap_or_default() {
                if number + KEPT_MANIFESTS <= next.number {
                    let _ = self.delete(&manifest::path(number)).await;
                }
            }
        }
        Ok(committed)
    }

    async fn manifest_numbers(&self) -> Result<Vec<u64>, ArchiveError> {
        let listed = self.store.folder(&manifest::folder()).await?;
        Ok(listed.objects.iter().filter_map(|object| manifest::number(&object.location)).collect())
    }

    /// Writes a file for the manifest with a number, unless it is the one that is there already. Files that no manifest up to the one in
    /// force names are told by that number.
    pub(super) async fn write(
        &self,
        kind: Kind,
        number: u64,
        known: Option<&FileEntry>,
        file: &Bytes,
        rows: u64,
    ) -> Result<FileEntry, ArchiveError> {
        let sha256 = sha256_hex(&[file]);
        if let Some(same) = known.filter(|known| known.sha256 == sha256) {
            return Ok(same.clone());
        }
        let name = format!("{number:010}-{}{EXTENSION}", &sha256[..NAMED_DIGITS]);
        let path = Path::from(format!("{}/{name}", kind.folder()));
        // If it is there already, an earlier attempt has got as far as this: its name tells what is in it.
        self.store.create(&path, file, "write a file of the history").await?;
        Ok(FileEntry { path: path.to_string(), bytes: file.len() as u64, rows, sha256 })
    }

    /// Reads a file that a manifest names, and checks it.
    pub(crate) async fn fetch(&self, entry: &FileEntry) -> Result<Bytes, ArchiveError> {
        let path = Path::from(entry.path.as_str());
        let file = self.read(&path).await?.ok_or_else(|| damaged(&path, "it is not there"))?;
        if sha256_hex(&[&file]) != entry.sha256 {
            return Err(damaged(&path, "its checksum is wrong"));
        }
        Ok(file)
    }

    /// The files that no manifest names and none ever will: those of attempts that did not come to an end.
    pub(super) async fn orphans(&self, manifest: &Manifest) -> Result<Vec<Path>, ArchiveError> {
        let named: std::collections::HashSet<&str> = (manifest.files().map(|file| file.path.as_str()))
            .chain(manifest.obsolete.iter().map(|obsolete| obsolete.path.as_str()))
            .collect();
        let mut orphans = Vec::new();
        for folder in Kind::FOLDERS {
            let folder = Path::from(format!("{FOLDER}/{folder}"));
            let listed = self.store.objects().list(Some(&folder)).try_collect::<Vec<_>>().await;
            let listed = listed.map_err(|error| self.store.failed("list the history", &error))?;
            // A file of a later number may be that of an attempt which is under way.
            let is_dead = |path: &Path| written_for(path).is_some_and(|number| number <= manifest.number);
            let paths = listed.into_iter().map(|object| object.location);
            orphans.extend(paths.filter(|path| !named.contains(path.as_ref()) && is_dead(path)));
        }
        Ok(orphans)
    }

    /// Removes an object of the history. One that is not there is as good as removed.
    pub(super) async fn delete(&self, path: &Path) -> Result<(), ArchiveError> {
        match self.store.objects().delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.store.failed("remove a file of the history", &error)),
        }
    }

    async fn read(&self, path: &Path) -> Result<Option<Bytes>, ArchiveError> {
        let failed = |error| self.store.failed("read the history", &error);
        match self.store.objects().get(path).await {
            Ok(object) => object.bytes().await.map(Some).map_err(failed),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

/// The number of the manifest that a file was written for; `None` if it is none of ours.
fn written_for(path: &Path) -> Option<u64> {
    let (number, digits) = path.filename()?.strip_suffix(EXTENSION)?.split_once('-')?;
    let is_ours = digits.len() == NAMED_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_ours { number.parse().ok() } else { None }
}

pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> ArchiveError {
    ArchiveError::History { object: path.to_string(), reason: reason.into() }
}
