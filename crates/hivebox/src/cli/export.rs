//! Where an answer goes: to a file, which is whole or not there, or to standard output.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write, stdout};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::output;
use crate::exit::{Code, Failure};

/// An answer in progress. Dropped before [`finish`](Self::finish), it takes back what it wrote, as far as it can: a cut CSV file
/// looks whole.
#[derive(Debug)]
pub(super) struct Export {
    to: Target,
    is_whole: bool,
}

#[derive(Debug)]
enum Target {
    /// The rows get the name of the file once all are there.
    File {
        path: PathBuf,
        part: PathBuf,
        file: File,
    },
    /// A device or a pipe, which cannot be replaced, and takes nothing back.
    Straight {
        path: PathBuf,
        file: File,
    },
    Stdout(Option<Redirected>),
}

/// Standard output, if it is a file (`> FILE`), and its state before the answer.
#[derive(Debug)]
struct Redirected {
    file: File,
    length: u64,
    position: u64,
}

impl Export {
    /// To a file at `path`, or to standard output. A link stays, and its target is written.
    ///
    /// # Errors
    /// The file cannot be created.
    pub(super) fn begin(path: Option<&Path>) -> Result<Self, Failure> {
        let to = match path {
            Some(path) => {
                let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
                    let file = OpenOptions::new().write(true).open(&path);
                    let file = file.map_err(|error| failed(&path, &error))?;
                    Target::Straight { path, file }
                } else {
                    let part = part_of(&path);
                    let file = File::create_new(&part).map_err(|error| failed(&part, &error))?;
                    Target::File { path, part, file }
                }
            }
            None => Target::Stdout(Redirected::begin()),
        };
        Ok(Self { to, is_whole: false })
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.to {
            Target::File { part: path, file, .. } | Target::Straight { path, file } => {
                file.write_all(bytes).map_err(|error| failed(path, &error))
            }
            Target::Stdout(_) => output::write(bytes),
        }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.write(text.as_bytes())?;
        self.write(b"\n")
    }

    /// The answer is whole: a file gets its name.
    ///
    /// # Errors
    /// The file cannot be renamed.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if let Target::File { path, part, file } = &self.to {
            file.sync_all().and_then(|()| fs::rename(part, path)).map_err(|error| failed(path, &error))?;
        }
        self.is_whole = true;
        Ok(())
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if self.is_whole {
            return;
        }
        // The command fails anyway, and says why. Nothing is left to do if this fails, too.
        let _ = match &mut self.to {
            Target::File { part, .. } => fs::remove_file(part),
            Target::Stdout(Some(redirected)) => redirected.take_back(),
            Target::Straight { .. } | Target::Stdout(None) => Ok(()),
        };
    }
}

impl Redirected {
    fn begin() -> Option<Self> {
        let mut file = File::from(stdout().as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok()?;
        let position = if metadata.is_file() { file.stream_position().ok()? } else { return None };
        Some(Self { file, length: metadata.len(), position })
    }

    fn take_back(&mut self) -> std::io::Result<()> {
        // What is still buffered must not come after the cut.
        stdout().flush()?;
        self.file.set_len(self.length)?;
        // Other commands of the shell write on from here. Beyond the end, they would leave a gap of zero bytes.
        self.file.seek(SeekFrom::Start(self.position)).map(|_| ())
    }
}

/// The file that holds the rows until all are there. Its name has the id of the process, so that no other run and no
/// user has it.
fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    PathBuf::from(part)
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Code::CannotCreate, format!("cannot write {}: {error}", path.display()))
}
