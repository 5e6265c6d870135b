//! `hivebox openapi`.

use super::output;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> Result<(), Failure> {
    output::json(&hivebox_http::document())
}
