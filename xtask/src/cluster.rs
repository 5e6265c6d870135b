//! `cargo xtask cluster`: tests the feature `ballista` against a real cluster. A task of its own, because the
//! cluster's programs take long to build.

use anyhow::Result;

use crate::step;
use crate::tools::{self, WEED};
use crate::workspace::Workspace;

/// Runs the tests of the cluster.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&WEED])?;
    let mut tests = workspace.cargo();
    // With the packages and features of `cargo xtask test -- --all-features`, so that CI builds nothing twice.
    tests.args(["test", "--workspace", "--all-features", "--test", "cluster"]);
    WEED.tell(&mut tests, workspace)?;
    step::run("Tests on a cluster", &mut tests)
}
