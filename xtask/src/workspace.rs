//! The repository: its folders, its features, and the way to call cargo from inside cargo.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::step;

/// The features of the tests.
pub(crate) const TEST_FEATURES: &str = "hivebox/otlp";

/// The repository that the task works on.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository by the variables that cargo sets.
    ///
    /// # Errors
    /// When something other than cargo started this program.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask has no parent directory")?.to_owned();
        // TARGET/debug/xtask: right for every way to choose the target directory.
        let program = env::current_exe().context("cannot find the path of this program")?;
        let target = program.ancestors().nth(2).context("this program is in no target directory")?.to_owned();
        Ok(Self { root, target })
    }

    /// The directory of the root `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The one directory for everything that is built, this program included.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Reads a file of the repository.
    ///
    /// # Errors
    /// When the file is missing or is not UTF-8.
    pub(crate) fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("cannot read {file}"))
    }

    /// The files that git tracks or would add, and that the filter wants.
    ///
    /// # Errors
    /// When git fails, or no file is wanted: a check of nothing proves nothing.
    pub(crate) fn files(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let listed = step::output(self.command("git").args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let listed = String::from_utf8(listed).context("a file name is not UTF-8")?;
        let exists = |file: &&str| self.root.join(file).is_file();
        let files: Vec<_> =
            listed.lines().filter(|file| wanted(file)).filter(exists).map(str::to_owned).collect();
        ensure!(!files.is_empty(), "git lists no file of this kind");
        Ok(files)
    }

    /// A call of cargo in the root of the repository.
    pub(crate) fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A call of a program in the root of the repository.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        // `cargo run` sets these for this program. Build scripts that watch them (ring's does) would run again
        // at each change between `cargo xtask test` and a plain `cargo test`.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name.as_ref());
            }
        }
        command
    }
}
