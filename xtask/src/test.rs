//! `cargo xtask test`: everything that `cargo test` runs, with the programs that the tests look for.

use std::os::unix::process::CommandExt;

use anyhow::{Result, bail};

use crate::step;
use crate::tools::{self, FOR_TESTS};
use crate::workspace::{FEATURES, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Handed on to `cargo test`, such as `-p hivebox-climate` or a part of a test's name.
    #[arg(last = true, value_name = "CARGO TEST ARGUMENTS")]
    extra: Vec<String>,
}

/// Brings the tools and becomes `cargo test`, whose last lines and exit status are thus this task's.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    tools::ensure(workspace, &FOR_TESTS)?;
    let mut command = workspace.cargo();
    for tool in FOR_TESTS {
        tool.tell(&mut command, workspace)?;
    }
    let arguments = arguments(&args.extra);
    step::heading(&format!("cargo {}", arguments.join(" ")));
    let error = command.args(arguments).exec();
    bail!("cannot start cargo: {error}")
}

/// The whole workspace as it is delivered, unless a package was asked for: cargo would ignore that one beside `--workspace`.
fn arguments(extra: &[String]) -> Vec<&str> {
    let own = extra.iter().take_while(|argument| *argument != "--");
    let names_package = own.into_iter().any(|argument| {
        argument.starts_with("--package") || (argument.starts_with("-p") && !argument.starts_with("--"))
    });
    let mut arguments = vec!["test"];
    if !names_package {
        arguments.extend(["--workspace", "--features", FEATURES]);
    }
    arguments.extend(extra.iter().map(String::as_str));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments_of(extra: &[&str]) -> String {
        let extra: Vec<_> = extra.iter().map(ToString::to_string).collect();
        arguments(&extra).join(" ")
    }

    #[test]
    fn tests_the_whole_workspace_unless_a_package_is_named() {
        assert_eq!(arguments_of(&[]), "test --workspace --features hivebox/otlp");
        assert_eq!(arguments_of(&["average"]), "test --workspace --features hivebox/otlp average");
        assert_eq!(arguments_of(&["-p", "hivebox"]), "test -p hivebox");
        assert_eq!(arguments_of(&["-phivebox"]), "test -phivebox");
        assert_eq!(arguments_of(&["--package=hivebox", "x"]), "test --package=hivebox x");
        assert_eq!(
            arguments_of(&["--profile", "release"]),
            "test --workspace --features hivebox/otlp --profile release"
        );
        assert_eq!(arguments_of(&["--", "-p"]), "test --workspace --features hivebox/otlp -- -p");
    }
}
