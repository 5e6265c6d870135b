//! The container image and the composition of all services.
//!
//! The script of the Dockerfile builds the program outside of a container, to use cargo's cache. buildah runs
//! the last stage of the Dockerfile on the result. `--every-stage` runs all stages in buildah instead.

mod buildah;
mod compose;
mod contents;
mod program;
mod stages;
mod unpacked;

use std::path::PathBuf;

use anyhow::Result;

use crate::step;
use crate::tools::{
    self, BATS, BUILDAH, CHECK_JSONSCHEMA, COMPOSE, CONTAINER_STRUCTURE_TEST, CURL, DNSMASQ, HADOLINT,
    HAPROXY, JQ, PROMTOOL,
};
use crate::workspace::Workspace;
use unpacked::{DOCKERFILES, Image, Root, VERSION};

#[derive(Debug, clap::Args)]
pub(super) struct ImageArgs {
    /// Profile of the program in the image: `dist` as in production, `dev` for a quick build.
    #[arg(long, default_value = "dev", value_name = "PROFILE")]
    image_profile: String,
    /// Also build the program again in other directories and compare the two. Takes many minutes.
    #[arg(long)]
    reproducible: bool,
    /// Run every stage of the Dockerfile, on substitutes of its base images. Takes many minutes.
    #[arg(long)]
    every_stage: bool,
}

/// Runs all checks, up to the first that fails. Returns the program in the image, if it was built outside of it.
pub(super) fn run(workspace: &Workspace, args: &ImageArgs) -> Result<Option<PathBuf>> {
    let needed: [&tools::Tool; 11] = [
        &BATS,
        &BUILDAH,
        &CHECK_JSONSCHEMA,
        &COMPOSE,
        &CONTAINER_STRUCTURE_TEST,
        &CURL,
        &DNSMASQ,
        &HADOLINT,
        &HAPROXY,
        &JQ,
        &PROMTOOL,
    ];
    tools::ensure(workspace, &needed)?;
    step::run("Dockerfiles", HADOLINT.command(workspace)?.arg("--failure-threshold=info").args(DOCKERFILES))?;
    compose::check(workspace)?;

    let root = Root::find()?;
    let directory = workspace.target().join("deploy/image");
    let profile = &args.image_profile;
    let mut program = None;
    let image = if args.every_stage {
        stages::build(workspace, root, &directory, profile)?
    } else {
        let files = program::build(workspace, profile, &directory)?;
        contents::check_bits(&files)?;
        let built = files.join("root/usr/local/bin/hivebox");
        compose::check_settings(workspace, &built)?;
        program = Some(built);
        buildah::finish(workspace, root, &files, &directory)?
    };
    contents::check(workspace, root, &image, profile)?;
    run_it(workspace, root, &image)?;
    buildah::clean(root, &directory)?;
    if args.reproducible {
        program::compare(workspace, profile, &directory)?;
    }
    Ok(program)
}

/// Runs the image as in production.
fn run_it(workspace: &Workspace, root: Root, image: &Image) -> Result<()> {
    let mut bats = root.command("env");
    // sudo passes no variables on, but `env` behind it sets them.
    for (name, value) in [("ROOT", &image.root), ("CONFIG", &image.config)] {
        bats.arg(format!("IMAGE_{name}={}", value.display()));
    }
    bats.arg(format!("IMAGE_VERSION={VERSION}"));
    bats.arg(BATS.path(workspace)?).arg("deploy/docker/image.bats").current_dir(workspace.root());
    step::run("The image, running", &mut bats)
}
