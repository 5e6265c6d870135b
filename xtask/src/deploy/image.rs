//! The container image and the composition: checked by hadolint and by schema, built, looked into, and run.
//!
//! The program is built by the same script as in the Dockerfile, outside of a container, so that cargo's
//! cache serves it. What the Dockerfile's last stage makes of it is then done by buildah; where that does
//! not work, by hand in a plain folder. `--every-stage` runs all stages in buildah instead.

mod buildah;
mod compose;
mod contents;
mod dockerfile;
mod names;
mod plain;
mod program;
mod running;
mod sandbox;
mod stages;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step;
use crate::tools::{self, CHECK_JSONSCHEMA, HADOLINT, HAPROXY, PROMTOOL, PYTHON};
use crate::workspace::Workspace;
use dockerfile::Dockerfile;

#[derive(Debug, clap::Args)]
pub(super) struct ImageArgs {
    /// Profile of the program in the image: dist as in production, release for a quicker build.
    #[arg(long, default_value = "release", value_name = "PROFILE")]
    image_profile: String,
    /// Also build the program a second time in other directories and compare the two. Takes many minutes.
    #[arg(long)]
    reproducible: bool,
    /// Run every stage of the Dockerfile, on stand-ins of its base images. Takes many minutes.
    #[arg(long)]
    every_stage: bool,
}

/// An image, unpacked, and what it says about how to run it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Image {
    root: PathBuf,
    user: String,
    environment: Vec<String>,
    entrypoint: Vec<String>,
    command: Vec<String>,
    healthcheck: Vec<String>,
    working_directory: String,
    volumes: Vec<String>,
    ports: Vec<String>,
    stop_signal: String,
    /// Pairs of a label's name and its value.
    labels: Vec<(String, String)>,
}

/// What only root may do is started with these words before it: none for root itself, else `sudo -n`.
#[derive(Debug, Clone, Copy)]
struct Root(&'static [&'static str]);

impl Root {
    fn find() -> Result<Self> {
        tools::run_as_root().map(Self).context(
            "unpacking an image and running it takes root or a sudo that asks no password: run this as root, \
             or in a container",
        )
    }

    fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let Some((first, rest)) = self.0.split_first() else { return Command::new(program) };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        command
    }

    /// Removes a folder of files that belong to others.
    fn remove(self, folder: &Path) -> Result<()> {
        step::quiet(self.command("rm").arg("-rf").arg(folder))
    }
}

const DOCKERFILE: &str = "deploy/docker/Dockerfile";

pub(super) fn run(workspace: &Workspace, args: &ImageArgs) -> Result<()> {
    tools::ensure(workspace, &[&HADOLINT, &CHECK_JSONSCHEMA, &PYTHON, &HAPROXY, &PROMTOOL])?;
    let dockerfiles = dockerfile::find(&workspace.root().join("deploy"))?;
    step::run(
        "Dockerfiles",
        workspace.command(HADOLINT.path(workspace)?).arg("--failure-threshold=info").args(&dockerfiles),
    )?;
    compose::check(workspace)?;

    let dockerfile = Dockerfile::read(&workspace.root().join(DOCKERFILE))?;
    let root = Root::find()?;
    let directory = workspace.target().join("deploy/image");
    if args.every_stage {
        let image = stages::build(workspace, root, &directory, &args.image_profile)?;
        return check(workspace, root, &image, &directory, &args.image_profile);
    }
    let files = program::build(workspace, &args.image_profile, &directory)?;
    contents::check_bits(&files)?;
    compose::check_settings(workspace, &files.join("root/usr/local/bin/hivebox"))?;
    let image = if buildah::works(workspace, root, &directory)? {
        buildah::finish(workspace, root, &dockerfile, &files, &directory)?
    } else {
        step::heading(
            "buildah does not work here: the last stage is put together by hand, unlike any builder",
        );
        plain::finish(root, &dockerfile, &files, &directory)?
    };
    check(workspace, root, &image, &directory, &args.image_profile)?;
    if args.reproducible {
        program::compare(workspace, &args.image_profile, &directory)?;
    }
    Ok(())
}

fn check(workspace: &Workspace, root: Root, image: &Image, directory: &Path, profile: &str) -> Result<()> {
    contents::check(workspace, root, image, profile)?;
    running::check(root, image, directory)?;
    root.remove(&directory.join("sandbox"))?;
    buildah::clean(root, directory)
}

/// The version in Cargo.toml, which image and program must agree on.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
