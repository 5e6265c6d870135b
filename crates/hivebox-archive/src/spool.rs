//! Keeps snapshots on the local disk while the store is down.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::sealed::Sealed;

const EXTENSION: &str = ".parquet";
/// The extension of a file that is being written.
const UNFINISHED: &str = ".part";
/// A process locks this file to use the folder alone.
const LOCK: &str = ".lock";

/// A folder on the local disk where snapshots wait until they can be stored, oldest first. Its size is limited: new snapshots
/// push out the oldest ones. Snapshots survive the process. Only one process at a time can use a folder.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
    limit_bytes: u64,
    // A `std` mutex: it is held during short work on the file system, never across an await.
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Sizes by name, and so by time.
    files: BTreeMap<SnapshotName, u64>,
    bytes: u64,
    dropped: u64,
    damaged: u64,
}

impl Waiting {
    /// Takes a snapshot off the list.
    fn drop_out(&mut self, name: SnapshotName) {
        if let Some(size) = self.files.remove(&name) {
            self.bytes -= size;
        }
    }
}

/// What [`Spool::keep`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Whether the snapshot waits now. Otherwise it was itself dropped.
    pub is_kept: bool,
    /// How many snapshots were dropped, including itself.
    pub dropped: u64,
}

/// The content of a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SpoolStatus {
    /// The number of waiting snapshots.
    pub waiting: u64,
    /// Their total size in bytes.
    pub waiting_bytes: u64,
    /// The limit of the total size in bytes.
    pub limit_bytes: u64,
    /// How many were dropped for newer ones since the spool was opened.
    pub dropped: u64,
    /// How many were damaged, and removed, since the spool was opened.
    pub damaged: u64,
}

impl Spool {
    /// Opens the folder. Creates it if it is missing. Removes unfinished files and, if the limit is smaller than before, the
    /// oldest snapshots beyond it.
    ///
    /// # Errors
    /// The folder cannot be created, read or written to, or another process uses it.
    pub fn open(folder: &Path, max_bytes: u64) -> Result<Self, ArchiveError> {
        let failed = |source| ArchiveError::Folder { folder: folder.into(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::InUse { folder: folder.into() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let waiting = Mutex::new(Waiting::default());
        let spool = Self { folder: folder.into(), _lock: lock, limit_bytes: max_bytes, waiting };
        let mut waiting = spool.lock();
        waiting.files = spool.scan().map_err(|error| spool.failed(error))?;
        waiting.bytes = waiting.files.values().sum();
        while waiting.bytes > max_bytes {
            spool.drop_oldest(&mut waiting)?;
        }
        drop(waiting);
        Ok(spool)
    }

    /// The number of waiting snapshots in a folder and their total size in bytes, without opening it: another process may be
    /// using it.
    ///
    /// # Errors
    /// The folder exists and cannot be read.
    pub fn look_into(folder: &Path) -> Result<(u64, u64), ArchiveError> {
        let failed = |source| ArchiveError::Folder { folder: folder.into(), source };
        let (mut waiting, mut bytes) = (0, 0);
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, 0)),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_str().is_some_and(|name| name.ends_with(EXTENSION)) {
                waiting += 1;
                // If it is gone by now, it has no bytes.
                bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            }
        }
        Ok((waiting, bytes))
    }

    /// Keeps a snapshot, whole or not at all. Drops the oldest ones to make room. Does not keep a snapshot that would itself
    /// be dropped, or is larger than the limit. Does not change a snapshot that already waits.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn keep(&self, sealed: &Sealed) -> Result<Kept, ArchiveError> {
        let (name, size) = (sealed.name(), sealed.file().len() as u64);
        let mut waiting = self.lock();
        if waiting.files.contains_key(&name) {
            return Ok(Kept { is_kept: true, dropped: 0 });
        }
        let newer: u64 = waiting.files.range(name..).map(|(_, size)| size).sum();
        if newer.saturating_add(size) > self.limit_bytes {
            waiting.dropped += 1;
            return Ok(Kept { is_kept: false, dropped: 1 });
        }
        let mut dropped = 0;
        while waiting.bytes + size > self.limit_bytes {
            self.drop_oldest(&mut waiting)?;
            dropped += 1;
        }
        self.write(name, sealed.file()).map_err(|error| self.failed(error))?;
        waiting.files.insert(name, size);
        waiting.bytes += size;
        Ok(Kept { is_kept: true, dropped })
    }

    /// The oldest waiting snapshot. Removes damaged ones, and counts them. One that cannot be read now, or that a newer HiveBox
    /// wrote, counts too and blocks none behind it, but its file stays for the next start.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn oldest(&self) -> Result<Option<Sealed>, ArchiveError> {
        let mut waiting = self.lock();
        while let Some((&name, _)) = waiting.files.first_key_value() {
            let sealed = match fs::read(self.path(name)) {
                Ok(file) => Sealed::open(name, file.into()),
                Err(error) => {
                    // If it is the folder, the files in it may be fine.
                    fs::read_dir(&self.folder).map_err(|error| self.failed(error))?;
                    Err(self.failed(error))
                }
            };
            let is_damaged = match sealed {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(error) => matches!(error, ArchiveError::Corrupt { .. }),
            };
            if is_damaged {
                // If this fails, the file stays on the disk, but no longer blocks the others either.
                let _ = fs::remove_file(self.path(name));
            }
            waiting.drop_out(name);
            waiting.damaged += 1;
        }
        Ok(None)
    }

    /// Removes a snapshot after it was stored.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn remove(&self, name: SnapshotName) -> Result<(), ArchiveError> {
        self.forget(&mut self.lock(), name)
    }

    /// The content of the spool.
    pub fn status(&self) -> SpoolStatus {
        let waiting = self.lock();
        SpoolStatus {
            waiting: waiting.files.len() as u64,
            waiting_bytes: waiting.bytes,
            limit_bytes: self.limit_bytes,
            dropped: waiting.dropped,
            damaged: waiting.damaged,
        }
    }

    /// Lists the waiting snapshots. Leaves other files alone.
    fn scan(&self) -> io::Result<BTreeMap<SnapshotName, u64>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str() else { continue };
            let name = |end| file_name.strip_suffix(end).and_then(|name| name.parse().ok());
            // What is no file, such as a folder or a FIFO, is not ours.
            if !entry.file_type()?.is_file() {
                continue;
            }
            if let Some(name) = name(EXTENSION) {
                files.insert(name, entry.metadata()?.len());
            } else if name(UNFINISHED).is_some() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(files)
    }

    /// Writes a file. It gets its name only after its bytes are on disk, so that it is whole even after a power cut.
    fn write(&self, name: SnapshotName, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.folder.join(format!("{name}{UNFINISHED}"));
        let written = File::create(&unfinished)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&unfinished, self.path(name)))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        if written.is_err() {
            // The first error tells more than one from cleaning up, and the next start cleans up too.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn drop_oldest(&self, waiting: &mut Waiting) -> Result<(), ArchiveError> {
        if let Some((&name, _)) = waiting.files.first_key_value() {
            self.forget(waiting, name)?;
            waiting.dropped += 1;
        }
        Ok(())
    }

    fn forget(&self, waiting: &mut Waiting, name: SnapshotName) -> Result<(), ArchiveError> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(self.failed(error)),
            _ => {}
        }
        waiting.drop_out(name);
        Ok(())
    }

    fn path(&self, name: SnapshotName) -> PathBuf {
        self.folder.join(format!("{name}{EXTENSION}"))
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Folder { folder: self.folder.clone(), source }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic cannot leave a change half done: each is complete before the next call that can fail.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
