//! `cargo xtask lint`: the checks that need no test to run.
//!
//! Warnings are errors here and nowhere else, and never by `RUSTFLAGS`: cargo would build every dependency
//! again each time that variable changes.

mod dashboard;

use anyhow::Result;

use crate::step;
use crate::tools::{self, CARGO_DENY, PLAYWRIGHT};
use crate::workspace::{FEATURES, Workspace};

/// Runs the checks, the quickest first, up to the first that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure(workspace, &[&CARGO_DENY, &PLAYWRIGHT])?;
    step::run("Format", workspace.cargo().args(["fmt", "--all", "--check"]))?;
    step::run(
        "Format of fuzz/",
        workspace.cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]),
    )?;
    // Known vulnerabilities are checked where their database can be fetched, not on every machine.
    step::run(
        "Dependencies: bans, licences, sources",
        workspace.command(CARGO_DENY.path(workspace)?).args([
            "--locked",
            "--log-level=error",
            "check",
            "bans",
            "licenses",
            "sources",
        ]),
    )?;
    dashboard::run(workspace)?;
    step::run(
        "Lints",
        workspace.cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            FEATURES,
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    step::run(
        "Lints, as a first build is made",
        workspace.cargo().args(["clippy", "--package", "hivebox", "--", "-D", "warnings"]),
    )?;
    step::run(
        "Documentation",
        workspace
            .cargo()
            .args(["doc", "--workspace", "--no-deps", "--features", FEATURES])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
