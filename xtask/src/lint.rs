//! `cargo xtask lint`: the checks that run no tests.
//!
//! Warnings are errors here and nowhere else, and never through `RUSTFLAGS`: cargo would build every dependency
//! again at each change of that variable.

mod dashboard;

use anyhow::Result;

use crate::step;
use crate::tools::{self, CARGO_DENY, MARKDOWNLINT, PLAYWRIGHT};
use crate::workspace::Workspace;

/// Runs the checks, the quickest first, up to the first that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&CARGO_DENY, &MARKDOWNLINT, &PLAYWRIGHT])?;
    step::run("Format", workspace.cargo().args(["fmt", "--all", "--check"]))?;
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    step::run("Format of fuzz/", workspace.cargo().args(fuzz))?;
    // The rules and the files are in .markdownlint-cli2.jsonc.
    step::run("Markdown: form and wording", &mut MARKDOWNLINT.command(workspace)?)?;
    // Known vulnerabilities are checked where their database is reachable: see .github/workflows/ci.yml.
    let deny = ["--locked", "--log-level=error", "check", "bans", "licenses", "sources"];
    step::run("Dependencies: bans, licences, sources", CARGO_DENY.command(workspace)?.args(deny))?;
    dashboard::run(workspace)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    step::run("Lints", workspace.cargo().args(clippy))?;
    let clippy = ["clippy", "--package", "hivebox", "--", "-D", "warnings"];
    step::run("Lints, with the default features", workspace.cargo().args(clippy))?;
    let mut doc = workspace.cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings");
    step::run("Documentation", &mut doc)
}
