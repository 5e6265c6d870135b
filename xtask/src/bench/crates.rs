//! Sections that are benchmarks of a crate itself, which print figures of their own.

use anyhow::Result;

use crate::step;
use crate::tools::{self, REDIS_SERVER};
use crate::workspace::Workspace;

pub(super) fn decode(workspace: &Workspace) -> Result<()> {
    let arguments = ["bench", "--package", "hivebox", "--bench", "refresh"];
    step::run("From an answer of openSenseMap to averages", workspace.cargo().args(arguments))
}

pub(super) fn quality(workspace: &Workspace) -> Result<()> {
    let arguments = ["bench", "--package", "hivebox", "--bench", "quality"];
    step::run("Checking all readings", workspace.cargo().args(arguments))
}

pub(super) fn sharing(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&REDIS_SERVER])?;
    let mut command = workspace.cargo();
    command.args(["bench", "--package", "hivebox", "--bench", "sharing"]);
    REDIS_SERVER.tell(&mut command, workspace)?;
    step::run("From one replica to another by way of Redis", &mut command)
}

pub(super) fn places(workspace: &Workspace) -> Result<()> {
    let arguments = ["bench", "--package", "hivebox-climate", "--bench", "places"];
    step::run("From readings to what it is like somewhere", workspace.cargo().args(arguments))
}

pub(super) fn store(workspace: &Workspace) -> Result<()> {
    let arguments = ["bench", "--package", "hivebox-archive", "--bench", "store"];
    step::run("From readings to a stored snapshot", workspace.cargo().args(arguments))
}
