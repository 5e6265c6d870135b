//! Where an answer goes: to a file, which is whole or not there, or to standard output.

use std::fs::{self, File};
use std::io::{Write, stdout};
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
    File { path: PathBuf, part: PathBuf, file: File },
    /// Standard output. If it is a file, its length before the answer.
    Stdout(Option<(File, u64)>),
}

impl Export {
    /// To a file at `path`, or to standard output.
    ///
    /// # Errors
    /// The file cannot be created.
    pub(super) fn begin(path: Option<&Path>) -> Result<Self, Failure> {
        let to = match path {
            Some(path) => {
                let mut part = path.as_os_str().to_owned();
                part.push(".part");
                let part = PathBuf::from(part);
                let file = File::create(&part).map_err(|error| failed(&part, &error))?;
                Target::File { path: path.to_owned(), part, file }
            }
            None => Target::Stdout(redirected()),
        };
        Ok(Self { to, is_whole: false })
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.to {
            Target::File { part, file, .. } => file.write_all(bytes).map_err(|error| failed(part, &error)),
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
        let _ = match &self.to {
            Target::File { part, .. } => fs::remove_file(part),
            // What is still buffered must not come after the cut.
            Target::Stdout(Some((file, length))) => stdout().flush().and_then(|()| file.set_len(*length)),
            Target::Stdout(None) => Ok(()),
        };
    }
}

/// Standard output and its length, if it is a file (`> FILE`).
fn redirected() -> Option<(File, u64)> {
    let file = File::from(stdout().as_fd().try_clone_to_owned().ok()?);
    let metadata = file.metadata().ok()?;
    let length = metadata.len();
    metadata.is_file().then_some((file, length))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Code::CannotCreate, format!("cannot write {}: {error}", path.display()))
}
