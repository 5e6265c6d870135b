//! An unpacked image, and the rights that handling it needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{step, tools};

/// The Dockerfiles: that of HiveBox, then others.
pub(super) const DOCKERFILES: [&str; 2] = ["deploy/docker/Dockerfile", "deploy/compose/minio/Dockerfile"];
/// The version in Cargo.toml, which image and program must have too.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An image as buildah made it.
#[derive(Debug)]
pub(super) struct Image {
    /// The folder with its files.
    pub(super) root: PathBuf,
    /// A tar archive in Docker's format.
    pub(super) archive: PathBuf,
    /// A file with its configuration in Docker's format, as JSON.
    pub(super) config: PathBuf,
}

/// The words before a command that run it as root: none for root itself, otherwise `sudo -n`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root(&'static [&'static str]);

impl Root {
    /// Finds the words.
    ///
    /// # Errors
    /// Without root or a sudo without password.
    pub(super) fn find() -> Result<Self> {
        tools::run_as_root().map(Self).context(
            "unpacking and running an image needs root or a sudo without password: run this as root, or in a container",
        )
    }

    /// A call of a program as root.
    pub(super) fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let Some((first, rest)) = self.0.split_first() else { return Command::new(program) };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        command
    }

    /// Removes a folder with files of other users.
    pub(super) fn remove(self, folder: &Path) -> Result<()> {
        step::quiet(self.command("rm").arg("-rf").arg(folder))
    }
}
