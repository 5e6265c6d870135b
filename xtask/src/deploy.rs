//! `cargo xtask deploy`: checks what deploys HiveBox, by the real tools.

use anyhow::Result;
use clap::ValueEnum;

use crate::workspace::Workspace;

mod image;
mod kubernetes;
mod rules;
mod workflows;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these parts; may be given more than once.
    #[arg(long = "part", value_enum)]
    parts: Vec<Part>,
    #[command(flatten)]
    image: image::ImageArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The container image, and the composition of all services.
    Image,
    /// Kustomize, Helm, Kind.
    Kubernetes,
    /// Alerts, recordings and the dashboard.
    Rules,
    /// GitHub's workflows, and the scripts.
    Workflows,
}

/// Checks the parts, up to the first that fails.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let wanted = |part: &&Part| args.parts.is_empty() || args.parts.contains(part);
    for part in Part::value_variants().iter().filter(wanted) {
        match part {
            Part::Image => image::run(workspace, &args.image)?,
            Part::Kubernetes => kubernetes::run(workspace)?,
            Part::Rules => rules::run(workspace)?,
            Part::Workflows => workflows::run(workspace)?,
        }
    }
    Ok(())
}
