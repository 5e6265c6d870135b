//! `cargo xtask deploy`: checks the deployment files with the real tools.

use anyhow::Result;
use clap::ValueEnum;

use crate::workspace::Workspace;

mod image;
mod kubernetes;
mod rules;
mod workflows;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Check only this part; may be repeated.
    #[arg(long = "part", value_enum)]
    parts: Vec<Part>,
    #[command(flatten)]
    image: image::ImageArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The container image, and the composition of all services.
    Image,
    /// Kustomize and Helm.
    Kubernetes,
    /// Alerts, recording rules and the Grafana dashboard.
    Rules,
    /// GitHub's workflows, and all scripts.
    Workflows,
}

/// Checks the parts, up to the first that fails.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let wanted = |part: &&Part| args.parts.is_empty() || args.parts.contains(part);
    let mut program = None;
    for part in Part::value_variants().iter().filter(wanted) {
        match part {
            Part::Image => program = image::run(workspace, &args.image)?,
            Part::Kubernetes => kubernetes::run(workspace, program.as_deref())?,
            Part::Rules => rules::run(workspace)?,
            Part::Workflows => workflows::run(workspace)?,
        }
    }
    Ok(())
}
