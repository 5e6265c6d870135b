//! `cargo xtask test`: all tests, with the programs that they need. The last line says what failed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step;
use crate::tools::{self, FOR_TESTS};
use crate::workspace::{TEST_FEATURES, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments of `cargo test`, such as `-p hivebox-climate` or a part of a test's name.
    #[arg(last = true, value_name = "CARGO TEST ARGUMENTS")]
    extra: Vec<String>,
}

/// Runs all tests, even if some fail.
///
/// # Errors
/// When a test fails, or cannot be built.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    tools::ensure(workspace, &FOR_TESTS)?;
    let mut command = workspace.cargo();
    for tool in FOR_TESTS {
        tool.tell(&mut command, workspace)?;
    }
    let arguments = arguments(&args.extra);
    step::heading(&format!("cargo {}", arguments.join(" ")));
    let (outcome, is_success) = watch(command.args(arguments), &mut std::io::stdout().lock())?;
    if is_success {
        eprintln!();
        print(format!("{outcome}\n").as_bytes())
    } else if outcome.failed.is_empty() {
        bail!("cargo test failed, but no test did: see the messages above")
    } else {
        bail!("{outcome}: {}", outcome.failed.join(", "))
    }
}

/// The whole workspace with its features, unless the arguments name a package: cargo would ignore the package
/// beside `--workspace`.
fn arguments(extra: &[String]) -> Vec<&str> {
    let own = extra.iter().take_while(|argument| *argument != "--");
    let names_package = own.into_iter().any(|argument| {
        argument.starts_with("--package") || (argument.starts_with("-p") && !argument.starts_with("--"))
    });
    let mut arguments = vec!["test", "--no-fail-fast"];
    if !names_package {
        arguments.extend(["--workspace", "--features", TEST_FEATURES]);
    }
    arguments.extend(extra.iter().map(String::as_str));
    arguments
}

/// The results of all test binaries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    passed: u64,
    ignored: u64,
    failed: Vec<String>,
    /// Names since the last line `failures:`; the last such list before a result is that of the failed tests.
    listed: Vec<String>,
}

impl Outcome {
    /// Reads a line of cargo's standard output.
    fn read(&mut self, line: &str) {
        if line == "failures:" {
            self.listed.clear();
        } else if let Some(name) = line.strip_prefix("    ") {
            self.listed.push(name.to_owned());
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let mut parts = result.split([';', '.']).map(str::trim);
                parts.find_map(|part| part.strip_suffix(word)?.trim().parse::<u64>().ok()).unwrap_or_default()
            };
            self.passed += count("passed");
            self.ignored += count("ignored");
            if result.starts_with("FAILED") {
                self.failed.append(&mut self.listed);
            }
            self.listed.clear();
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed.len())?;
        if self.ignored > 0 {
            write!(f, ", {} skipped", self.ignored)?;
        }
        Ok(())
    }
}

/// Runs the command, passes its standard output on to `output`, and counts the results in it.
fn watch(command: &mut Command, output: &mut impl Write) -> Result<(Outcome, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut lines = BufReader::new(child.stdout.take().context("cargo has no standard output")?);
    let mut outcome = Outcome::default();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).context("cannot read the output of cargo")? > 0 {
        output.write_all(&line).and_then(|()| output.flush()).context("cannot write to standard output")?;
        outcome.read(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok((outcome, child.wait()?.success()))
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(bytes).and_then(|()| output.flush()).context("cannot write to standard output")
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
        let all = format!("test --no-fail-fast --workspace --features {TEST_FEATURES}");
        assert_eq!(arguments_of(&[]), all);
        assert_eq!(arguments_of(&["average"]), format!("{all} average"));
        assert_eq!(arguments_of(&["-p", "hivebox"]), "test --no-fail-fast -p hivebox");
        assert_eq!(arguments_of(&["-phivebox"]), "test --no-fail-fast -phivebox");
        assert_eq!(arguments_of(&["--package=hivebox", "x"]), "test --no-fail-fast --package=hivebox x");
        assert_eq!(arguments_of(&["--profile", "release"]), format!("{all} --profile release"));
        assert_eq!(arguments_of(&["--", "-p"]), format!("{all} -- -p"));
    }

    fn outcome_of(script: &str) -> (Outcome, bool) {
        watch(Command::new("sh").args(["-c", script]), &mut std::io::sink()).unwrap()
    }

    #[test]
    fn counts_the_results_of_all_binaries() {
        let script =
            "echo 'test a::b ... ok'; echo 'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured'
                      echo 'test c - (line 4) ... ok'; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'";
        let (outcome, is_success) = outcome_of(script);
        assert_eq!((outcome.to_string().as_str(), is_success), ("5 passed, 0 failed, 1 skipped", true));
    }

    #[test]
    fn names_the_tests_that_failed() {
        let script =
            "echo 'test a::b ... FAILED\n\nfailures:\n\n---- a::b stdout ----\n    not a name\n\nfailures:'
                      echo '    a::b\n    c\n\ntest result: FAILED. 1 passed; 2 failed; 0 ignored'
                      echo '    not a name\ntest result: ok. 4 passed; 0 failed'; exit 101";
        let (outcome, is_success) = outcome_of(script);
        assert_eq!((outcome.to_string().as_str(), is_success), ("5 passed, 2 failed", false));
        assert_eq!(outcome.failed, ["a::b", "c"]);
    }
}
