//! `cargo xtask cluster`: the feature `ballista`, checked and tested against a real cluster. A task of its own, since it takes all of
//! `DataFusion` to be built once more.

use anyhow::Result;

use crate::step;
use crate::tools::{self, WEED};
use crate::workspace::Workspace;

const MANIFEST: &str = "tests/cluster/Cargo.toml";
/// What the tests of a whole hivebox leave out.
const FEATURES: &str = "hivebox/ballista";

/// Runs the checks, the quickest first, up to the first that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    step::run(
        "Format of tests/cluster/",
        workspace.cargo().args(["fmt", "--manifest-path", MANIFEST, "--check"]),
    )?;
    tools::ensure(workspace, &[&WEED])?;
    let mut tests = workspace.cargo();
    // Each test has a cluster of three processes.
    tests.args(["test", "--locked", "--manifest-path", MANIFEST, "--", "--test-threads=1"]);
    WEED.tell(&mut tests, workspace)?;
    step::run("Tests on a cluster", &mut tests)?;
    step::run(
        "Lints, with the feature ballista",
        workspace.cargo().args([
            "clippy",
            "--package",
            "hivebox-archive",
            "--package",
            "hivebox",
            "--features",
            FEATURES,
            "--",
            "-D",
            "warnings",
        ]),
    )
}
