//! `cargo xtask kind`: HiveBox in a Kubernetes cluster on this machine, and its tests from outside.

use anyhow::{Context, Result};
use clap::Subcommand;
use serde_json::Value;

use crate::step;
use crate::tools::{self, BATS, CURL, JQ};
use crate::workspace::Workspace;

mod cluster;
mod load;

const ENDPOINTS: &str = "deploy/kind/endpoints.bats";

#[derive(Debug, Subcommand)]
pub(crate) enum Args {
    /// Build the image, create the cluster, and install everything.
    Up,
    /// Test every endpoint, and a rolling restart under load.
    Test {
        /// Test the HiveBox at this address instead, without the tests that need the cluster.
        #[arg(long)]
        url: Option<String>,
    },
    /// Delete the cluster and everything in it.
    Down,
}

/// Runs the task.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    match args {
        Args::Up => cluster::up(workspace),
        Args::Test { url } => test(workspace, url.as_deref().map(|url| url.trim_end_matches('/'))),
        Args::Down => cluster::down(workspace),
    }
}

fn test(workspace: &Workspace, other: Option<&str>) -> Result<()> {
    tools::ensure(workspace, &[&BATS, &CURL, &JQ])?;
    if other.is_none() {
        cluster::programs()?;
    }
    let url = other.unwrap_or(cluster::INGRESS);
    let mut endpoints = BATS.command(workspace)?;
    endpoints.arg(ENDPOINTS).env("HIVEBOX_URL", url);
    step::run(&format!("Every endpoint of {url}"), &mut endpoints)?;
    if other.is_some() {
        eprintln!("skipped because of --url: the snapshot in MinIO, and the rolling restart");
        return load::during(workspace, url, "no change", || Ok(()));
    }
    let path = "/api/v1/snapshots?limit=1";
    let listed = step::output(load::curl(workspace)?.arg("--fail").arg(format!("{url}{path}")))?;
    let listed: Value = serde_json::from_slice(&listed).with_context(|| format!("{path}: malformed JSON"))?;
    cluster::minio_holds(
        workspace,
        listed["snapshots"][0]["name"].as_str().context("no snapshot is listed")?,
    )?;
    load::during(workspace, url, "a rolling restart", || cluster::restart(workspace))
}
