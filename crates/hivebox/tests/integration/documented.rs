//! The examples of the docs, run as a reader runs them: those of docs/api.md against a demo, those of docs/history.md on a store, one
//! after the other.
//!
//! An example is a block of `sh` or `python`. A block of `json` or `text` right after it is what it prints:
//! JSON of the same shape, or the same text but for its numbers. `…` stands for what is left out: a line, the rest
//! of a line, an element of an array, or further fields of an object.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::SnapshotStore;
use serde_json::Value;

use crate::app::TestUpstream;
use crate::commands::{Running, address_in, hivebox};
use crate::history::{half_hours, remember_in};

const API: &str = include_str!("../../../../docs/api.md");
const HISTORY: &str = include_str!("../../../../docs/history.md");
const OPERATING: &str = include_str!("../../../../docs/operating.md");
/// The sections of docs/history.md whose examples are run.
const RUN_OF_HISTORY: [&str; 3] = ["Compaction", "Asking", "By other engines"];
/// The address in the document.
const DOCUMENTED_ADDRESS: &str = "127.0.0.1:5000";
const ELISION: &str = "…";
const PATIENCE: Duration = Duration::from_mins(5);
/// Between two attempts: the demo limits what a client may ask for in a minute.
const PAUSE: Duration = Duration::from_millis(300);

struct Block<'a> {
    /// The number of the block's first line in the document.
    line: usize,
    language: &'a str,
    /// The heading above it.
    section: &'a str,
    text: String,
    /// Whether only blank lines are between it and the block before.
    follows: bool,
}

#[test]
fn the_examples_of_the_docs_do_what_they_show() {
    let folder = tempfile::tempdir().unwrap();
    // The past of two days takes longer than the examples need it.
    let demo = ["demo", "--listen", "127.0.0.1:0", "--past", "3h", "--sql", "on"];
    let (_demo, welcome) = Running::start(hivebox(folder.path()).args(demo));
    let address = address_in(&welcome);
    wait_for(folder.path(), &format!("curl -sf http://{address}/temperature"));
    let of_past =
        format!("curl -sf 'http://{address}/api/v1/history?from=-PT2H&format=csv' | sed -n 2p | grep .");
    wait_for(folder.path(), &of_past);
    let wrong = wrong_in("docs/api.md", &blocks(API), folder.path(), address);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_read_as_the_docs_show() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = TestUpstream::of(60).await;
    let store = SnapshotStore::open_folder(&folder.path().join("hivebox-data")).unwrap();
    remember_in(&store, &upstream, half_hours(36, "2026-11-26T12:00:00Z".parse().unwrap())).await;
    let mut blocks = blocks(HISTORY);
    // The others build HiveBox anew, ask openSenseMap itself, or are about far more than a test has; and Spark is too large for the
    // machines that run tests.
    blocks.retain(|block| RUN_OF_HISTORY.contains(&block.section) && !block.text.contains("spark"));
    for section in RUN_OF_HISTORY {
        assert!(blocks.iter().any(|block| block.section == section), "{section} has no example");
    }
    let wrong = wrong_in("docs/history.md", &blocks, folder.path(), DOCUMENTED_ADDRESS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_backup_of_a_running_service_is_made_and_restored_as_the_docs_show() {
    let folder = tempfile::tempdir().unwrap();
    let demo = "demo --listen 127.0.0.1:0 --past 2h --store file:hivebox-data --store-interval 1s --cache-ttl 1s \
                --compact-interval 1s";
    let (_demo, _) = Running::start(hivebox(folder.path()).args(demo.split_whitespace()));
    // Some commits, so that the service changes the history during the backup.
    wait_for(folder.path(), "test $(ls hivebox-data/history/manifest | wc -l) -ge 4");
    let mut blocks = blocks(OPERATING);
    blocks.retain(|block| block.section == "Backup and restore");
    assert_eq!(blocks.len(), 2, "one to make it, one to restore it");
    for block in &blocks {
        let printed = run(folder.path(), block.language, &block.text).unwrap();
        assert_eq!(printed.contains("good: verified"), block.text.contains("verify"), "{printed}");
    }
    let restored = run(folder.path(), "sh", "hivebox archive verify --json --store file:restored").unwrap();
    let restored: Value = serde_json::from_str(&restored).unwrap();
    assert!(restored["readings"].as_u64().unwrap() > 0 && restored["snapshots"].as_u64().unwrap() > 0);
}

/// Runs the examples, which the service at this address answers; how they fail, and how what they print is not what is shown.
fn wrong_in(document: &str, blocks: &[Block<'_>], folder: &Path, address: &str) -> Vec<String> {
    assert!(blocks.iter().filter(|block| is_example(block.language)).count() > 3, "{document} has examples");
    let mut wrong = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, block)| is_example(block.language)) {
        let shown = blocks.get(index + 1).filter(|next| next.follows && !is_example(next.language));
        let text = block.text.replace(DOCUMENTED_ADDRESS, address);
        let outcome = run(folder, block.language, &text).and_then(|printed| {
            let printed = printed.replace(address, DOCUMENTED_ADDRESS);
            shown.map_or(Ok(()), |shown| compare(shown, &printed))
        });
        if let Err(reason) = outcome {
            wrong.push(format!("{document}, line {}: {reason}", block.line));
        }
    }
    wrong
}

fn is_example(language: &str) -> bool {
    matches!(language, "sh" | "python")
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let (mut open, mut follows, mut section) = (false, false, "");
    for (line, number) in document.lines().zip(1..) {
        if let Some(language) = line.strip_prefix("```") {
            if !open {
                blocks.push(Block { line: number, language, section, text: String::new(), follows });
            }
            (open, follows) = (!open, true);
        } else if open {
            // There is one, since a block is open.
            let text = &mut blocks.last_mut().unwrap().text;
            text.push_str(line);
            text.push('\n');
        } else if !line.trim().is_empty() {
            section = line.strip_prefix("## ").unwrap_or(section);
            follows = false;
        }
    }
    blocks
}

fn wait_for(folder: &Path, ask: &str) {
    let started = Instant::now();
    while run(folder, "sh", ask).is_err() {
        assert!(started.elapsed() < PATIENCE, "the demo does not answer to {ask}");
        std::thread::sleep(PAUSE);
    }
}

/// What the example prints, if it ends well.
fn run(folder: &Path, language: &str, text: &str) -> Result<String, String> {
    let mut command = if language == "sh" {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", text]);
        command
    } else {
        let python =
            std::env::var_os("HIVEBOX_TEST_PYTHON").expect("`cargo xtask test` sets HIVEBOX_TEST_PYTHON");
        fs::write(folder.join("example.py"), text).unwrap();
        let mut command = Command::new(python);
        command.arg("example.py");
        command
    };
    let binaries = Path::new(env!("CARGO_BIN_EXE_hivebox")).parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(binaries).chain(std::env::split_paths(&path))).unwrap();
    let output = command.current_dir(folder).env("PATH", path).stdin(Stdio::null()).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(printed)
    } else {
        Err(format!("{}\n{printed}{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }
}

fn compare(shown: &Block<'_>, printed: &str) -> Result<(), String> {
    if shown.language == "json" {
        let shown: Value =
            serde_json::from_str(&shown.text).map_err(|error| format!("what is shown: {error}"))?;
        let printed: Value =
            serde_json::from_str(printed).map_err(|error| format!("what is printed: {error}\n{printed}"))?;
        same_shape("", &shown, &printed)
            .map_err(|difference| format!("{difference}\nprinted was {printed:#}"))
    } else {
        same_text(&shown.text, printed)
    }
}

fn same_shape(at: &str, shown: &Value, printed: &Value) -> Result<(), String> {
    match (shown, printed) {
        (Value::Object(shown), Value::Object(printed)) => {
            let is_part = shown.contains_key(ELISION);
            for (key, value) in shown.iter().filter(|(key, _)| *key != ELISION) {
                let other =
                    printed.get(key).ok_or_else(|| format!("{at}/{key} is shown, and not printed"))?;
                same_shape(&format!("{at}/{key}"), value, other)?;
            }
            match printed.keys().find(|key| !is_part && !shown.contains_key(*key)) {
                Some(key) => Err(format!("{at}/{key} is printed, and not shown")),
                None => Ok(()),
            }
        }
        (Value::Array(shown), Value::Array(printed)) => {
            for (index, value) in shown.iter().enumerate().filter(|(_, value)| *value != ELISION) {
                let at = format!("{at}/{index}");
                let fits = |other: &Value| same_shape(&at, value, other);
                if !printed.iter().any(|other| fits(other).is_ok()) {
                    printed
                        .first()
                        .map_or_else(|| Err(format!("{at} is shown, but nothing is printed")), fits)?;
                }
            }
            Ok(())
        }
        (Value::Null, _) | (_, Value::Null) => Ok(()),
        _ if std::mem::discriminant(shown) == std::mem::discriminant(printed) => Ok(()),
        _ => Err(format!("{at} is shown as {shown}, and printed as {printed}")),
    }
}

fn same_text(shown: &str, printed: &str) -> Result<(), String> {
    let mut lines = printed.lines().map(str::trim_end).peekable();
    let mut shown = shown.lines().map(str::trim_end).peekable();
    while let Some(line) = shown.next() {
        if line.trim() == ELISION {
            let next = shown.peek().copied();
            while lines.peek().is_some_and(|line| next.is_none_or(|next| !same_line(next, line))) {
                lines.next();
            }
            continue;
        }
        match lines.next() {
            Some(other) if same_line(line, other) => {}
            Some(other) => return Err(format!("shown is\n  {line}\nprinted is\n  {other}\nof\n{printed}")),
            None => return Err(format!("{line:?} is shown, and not printed:\n{printed}")),
        }
    }
    match lines.next() {
        Some(line) => Err(format!("{line:?} is printed, and not shown")),
        None => Ok(()),
    }
}

fn same_line(shown: &str, printed: &str) -> bool {
    match shown.strip_suffix(ELISION) {
        Some(begin) => without_numbers(printed).starts_with(&without_numbers(begin)),
        None => without_numbers(shown) == without_numbers(printed),
    }
}

/// The line with a `0` for each number, and one space for each run of spaces or of a frame's dashes.
fn without_numbers(line: &str) -> String {
    let mut text = String::new();
    for character in line.chars() {
        let (class, is_run) = match character {
            '0'..='9' | '.' | '-' | '+' => ('0', true),
            ' ' | '─' => (' ', true),
            other => (other, false),
        };
        if !(is_run && text.ends_with(class)) {
            text.push(class);
        }
    }
    text
}
