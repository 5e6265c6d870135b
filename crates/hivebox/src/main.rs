//! The binary: parses the command line, runs the command, and reports a failure.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use hivebox::cli::Cli;
use hivebox::exit::Code;

#[expect(clippy::print_stderr, reason = "only here a command's failure is printed")]
fn main() -> ExitCode {
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nothing runs before main that could have installed a provider");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mut error) => {
            hivebox::cli::mask_secrets(&mut error);
            // If the terminal is gone, no one can read the message.
            let _ = error.print();
            let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_asked_for { ExitCode::SUCCESS } else { Code::Usage.into() };
        }
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("hivebox: {}", failure.message());
            failure.code().into()
        }
    }
}
