//! `cargo xtask cluster`: tests the feature `ballista` against a real cluster. A task of its own, because the
//! cluster's programs take long to build.

use anyhow::Result;

use crate::step;
use crate::tools::{self, WEED};
use crate::workspace::Workspace;

const MANIFEST: &str = "tests/cluster/Cargo.toml";

/// Checks the format, then runs the tests.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let format = ["fmt", "--manifest-path", MANIFEST, "--check"];
    step::run("Format of tests/cluster/", workspace.cargo().args(format))?;
    tools::ensure(workspace, &[&WEED])?;
    let mut tests = workspace.cargo();
    // Each test starts a cluster of three processes.
    tests.args(["test", "--locked", "--manifest-path", MANIFEST, "--", "--test-threads=1"]);
    WEED.tell(&mut tests, workspace)?;
    step::run("Tests on a cluster", &mut tests)
}
