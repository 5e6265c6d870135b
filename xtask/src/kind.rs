//! `cargo xtask kind`: HiveBox in a Kubernetes cluster on this machine, and the test of the whole from outside.

use anyhow::Result;
use clap::Subcommand;

use crate::tools::{self, CURL};
use crate::workspace::Workspace;

mod ask;
mod cluster;
mod endpoints;
mod load;

/// Where the cluster's ingress is on this machine, by `deploy/kind/cluster.yaml`.
const INGRESS: &str = "http://127.0.0.1:8080";

#[derive(Debug, Subcommand)]
pub(crate) enum Args {
    /// Build the image, make the cluster, and install everything.
    Up,
    /// Test every endpoint, a store, and a rolling restart under load.
    Test {
        /// Test the HiveBox at this address instead; what needs the cluster is left out.
        #[arg(long)]
        url: Option<String>,
    },
    /// Remove the cluster and all that is in it.
    Down,
}

/// Does what is asked.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    match args {
        Args::Up => cluster::up(workspace),
        Args::Test { url: Some(url) } => test_outside(workspace, url.trim_end_matches('/')),
        Args::Test { url: None } => test_cluster(workspace),
        Args::Down => cluster::down(workspace),
    }
}

fn test_outside(workspace: &Workspace, url: &str) -> Result<()> {
    tools::ensure(workspace, &[&CURL])?;
    let stored = endpoints::test(workspace, url)?;
    eprintln!(
        "left out, since --url is given: whether MinIO holds {}, and the rolling restart",
        stored.object
    );
    load::while_doing(workspace, url, "nothing else", || Ok(()))
}

fn test_cluster(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&CURL])?;
    cluster::programs()?;
    let stored = endpoints::test(workspace, INGRESS)?;
    cluster::minio_holds(workspace, &stored)?;
    load::while_doing(workspace, INGRESS, "a rolling restart", || cluster::restart(workspace))
}
