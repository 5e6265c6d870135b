//! Progress bars on a terminal, nothing in a pipe.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar. `beside` is the text beside it, an indicatif template.
pub(super) fn bar(length: u64, beside: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {beside}, {{eta}} to go"));
    ProgressBar::new(length).with_style(style.expect("each command gives a well-formed template"))
}

/// A spinner, for work of unknown length.
pub(super) fn spinner(words: &'static str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(words);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
