//! The decode section: a benchmark of the crate itself, which prints figures of its own.

use anyhow::Result;

use crate::step;
use crate::workspace::Workspace;

pub(super) fn run(workspace: &Workspace) -> Result<()> {
    step::run(
        "From an answer of openSenseMap to averages",
        workspace.cargo().args(["bench", "--package", "hivebox", "--bench", "refresh"]),
    )
}
