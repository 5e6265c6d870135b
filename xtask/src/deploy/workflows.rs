use anyhow::Result;

use crate::workspace::Workspace;

pub(super) fn run(_workspace: &Workspace) -> Result<()> {
    Ok(())
}
