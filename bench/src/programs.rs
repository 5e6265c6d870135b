//! The measured programs: how to build and start them, and the recorded answer that they read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::answer::Answer;
use crate::checkout::{self, Checkout};
use crate::machine::Pinning;
use crate::server::{Server, free_address};

/// How long HiveBox may serve an answer. It refreshes somewhat earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// Once at the start, and not again during a measurement.
    Never,
    /// Once a second.
    EverySecond,
}

/// Release builds and a recorded answer.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    hivebox: PathBuf,
    bare_axum: PathBuf,
    pub(super) redis_server: PathBuf,
    recording: PathBuf,
    directory: PathBuf,
    pub(super) boxes: u32,
    pub(super) pinning: Pinning,
}

impl Programs {
    /// Builds `hivebox` unless one is given, and records `boxes` senseBoxes.
    pub(super) fn prepare(
        checkout: &Checkout,
        pinning: Pinning,
        hivebox: Option<&Path>,
        boxes: u32,
    ) -> Result<Self> {
        if hivebox.is_none() {
            let arguments = ["build", "--release", "--package", "hivebox", "--bin", "hivebox"];
            checkout::run("Build", &mut checkout.cargo(&arguments))?;
        }
        let release = checkout.target().join("release");
        let hivebox = hivebox.map_or_else(|| Ok(release.join("hivebox")), std::path::absolute)?;
        let directory = checkout.target().join("bench");
        fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let recording = record(&hivebox, boxes, &directory)?;
        let bare_axum = release.join("examples/bare_axum");
        let redis_server = checkout::program("HIVEBOX_TEST_REDIS_SERVER")?;
        Ok(Self { hivebox, bare_axum, redis_server, recording, directory, boxes, pinning })
    }

    /// Builds the bare axum route for [`Programs::bare_axum`].
    pub(super) fn build_bare_axum(checkout: &Checkout) -> Result<()> {
        let arguments = ["build", "--release", "--package", "hivebox", "--example", "bare_axum"];
        checkout::run("Build the bare axum route", &mut checkout.cargo(&arguments))
    }

    /// The same programs after a build of `hivebox` with SQL, in the same place; a binary that was given stays as it is.
    pub(super) fn with_sql(&self, checkout: &Checkout, is_given: bool) -> Result<Self> {
        if !is_given {
            let arguments =
                ["build", "--release", "--package", "hivebox", "--bin", "hivebox", "--features", "sql"];
            checkout::run("Build with SQL", &mut checkout.cargo(&arguments))?;
        }
        Ok(self.clone())
    }

    /// The same programs with another number of senseBoxes.
    pub(super) fn with_boxes(&self, boxes: u32) -> Result<Self> {
        let recording = record(&self.hivebox, boxes, &self.directory)?;
        Ok(Self { recording, boxes, ..self.clone() })
    }

    /// Starts HiveBox on the cores of the servers, with an empty store.
    pub(super) fn hivebox(&self, refresh: Refresh) -> Result<Server> {
        self.hivebox_with(refresh, &[])
    }

    /// The same, with more environment variables.
    pub(super) fn hivebox_with(&self, refresh: Refresh, variables: &[(&str, String)]) -> Result<Server> {
        let ttl = if refresh == Refresh::Never { "5m" } else { "1s" };
        let mut all = vec![
            ("HIVEBOX_UPSTREAM", format!("file:{}", self.recording.display())),
            ("HIVEBOX_CACHE_TTL", ttl.to_owned()),
            ("HIVEBOX_STORE_INTERVAL", "off".to_owned()),
        ];
        all.extend_from_slice(variables);
        self.serve(&all)
    }

    /// Starts HiveBox on the cores of the servers, with an empty store and these environment variables.
    pub(super) fn serve(&self, variables: &[(&str, String)]) -> Result<Server> {
        let store = self.directory.join("store");
        if store.exists() {
            fs::remove_dir_all(&store).with_context(|| format!("cannot remove {}", store.display()))?;
        }
        let address = free_address()?;
        let mut command = self.pinning.server_command(&self.hivebox);
        command.args(["serve", "--listen", &address.to_string()]);
        command.env("HIVEBOX_STORE", format!("file:{}", store.display()));
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        // A `.env` file in the repository must not change the measurement.
        command.current_dir(&self.directory);
        Server::start(command, address, &self.directory.join("hivebox.log"))
    }

    /// Starts a simulated openSenseMap with generated senseBoxes, on the cores of the load.
    pub(super) fn simulation(&self) -> Result<Server> {
        let address = free_address()?;
        let mut command = self.pinning.load_command(&self.hivebox);
        command.args(["simulate", "--seed", "1", "--stations", &self.boxes.to_string()]);
        command.args(["--listen", &address.to_string()]);
        command.current_dir(&self.directory);
        Server::start(command, address, &self.directory.join("simulation.log"))
    }

    /// Starts a bare axum route that always returns `answer`, on the same cores.
    pub(super) fn bare_axum(&self, answer: &Answer) -> Result<Server> {
        let recorded = self.directory.join("answer.http");
        let bytes = [answer.head.as_bytes(), &answer.body].concat();
        fs::write(&recorded, bytes).with_context(|| format!("cannot write {}", recorded.display()))?;
        let address = free_address()?;
        let mut command = self.pinning.server_command(&self.bare_axum);
        command.arg(address.to_string()).arg(recorded);
        Server::start(command, address, &self.directory.join("bare_axum.log"))
    }
}

/// Records an answer of the simulation. Each run records anew: readings older than an hour do not count.
fn record(hivebox: &Path, boxes: u32, directory: &Path) -> Result<PathBuf> {
    let recording = directory.join(format!("boxes-{boxes}.json"));
    let mut record = Command::new(hivebox);
    record.args(["simulate", "--seed", "1", "--at", "now"]);
    record.args(["--stations", &boxes.to_string(), "--dump"]).arg(&recording);
    checkout::run(&format!("Record {boxes} senseBoxes"), &mut record)?;
    Ok(recording)
}
