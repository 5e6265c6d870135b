//! Sections that run the benchmarks of a crate, which print figures of their own.

use anyhow::Result;

use crate::checkout::{self, Checkout};
use crate::section::Section;

/// The package, the name of its benchmark, and a heading; `None` for other sections.
const fn benchmark(section: Section) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match section {
        Section::Decode => ("hivebox", "refresh", "From an answer of openSenseMap to averages"),
        Section::Quality => ("hivebox", "quality", "Quality checks of all readings"),
        Section::Sharing => ("hivebox", "sharing", "From one replica to another through Redis"),
        Section::Places => ("hivebox-climate", "places", "From readings to the climate of a place"),
        Section::Answers => ("hivebox", "answers", "From what is known of a place to answers about it"),
        Section::Store => ("hivebox-archive", "store", "From readings to a stored snapshot"),
        _ => return None,
    })
}

/// Whether the section runs a benchmark of a crate.
pub(crate) fn has(section: Section) -> bool {
    benchmark(section).is_some()
}

/// Runs the section's benchmark, if it has one.
///
/// # Errors
/// When the benchmark cannot be built or fails.
pub(crate) fn run(checkout: &Checkout, section: Section) -> Result<()> {
    let Some((package, name, title)) = benchmark(section) else { return Ok(()) };
    checkout::run(title, &mut checkout.cargo(&["bench", "--package", package, "--bench", name]))
}
