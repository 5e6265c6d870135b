//! Where the repository and its build products are, and how cargo is called from inside of cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// What the image is built with beside the defaults, and what is thus checked and tested.
pub(crate) const FEATURES: &str = "hivebox/otlp";

/// The checkout that the running task works on.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout from what cargo tells the programs that it runs.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask has no parent directory")?.to_owned();
        // TARGET/debug/xtask: right however the target directory was chosen.
        let program = env::current_exe().context("cannot tell where this program is")?;
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

    /// A call of cargo in the root of the checkout.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.env("CARGO_TARGET_DIR", &self.target);
        // `cargo run` sets these for its program. Build scripts that watch them (ring's does) would run
        // again at each change between `cargo xtask test` and a plain `cargo test`.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name.as_ref());
            }
        }
        command
    }

    /// A call of another program in the root of the checkout.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}
