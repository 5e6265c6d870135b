//! `DuckDB` in a Python process, which caches metadata of the files between questions.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

#[derive(Debug)]
pub(crate) struct DuckDb {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// The rows of an answer, and the time from the text of the question to the last row.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) took: Duration,
    pub(crate) rows: Vec<Vec<f64>>,
}

#[derive(Debug, Deserialize)]
struct Line {
    seconds: f64,
    rows: Vec<Vec<f64>>,
}

impl DuckDb {
    pub(crate) fn start(threads: usize) -> Self {
        let python =
            std::env::var_os("HIVEBOX_TEST_PYTHON").expect("`cargo xtask bench` sets HIVEBOX_TEST_PYTHON");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/history/ask_duckdb.py");
        let mut command = Command::new(python);
        command.arg(script).arg(threads.to_string());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, questions, answers }
    }

    /// Asks a question with only numbers in its answer.
    pub(crate) fn ask(&mut self, sql: &str) -> Answered {
        writeln!(self.questions, "{}", json!({ "sql": sql })).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let Line { seconds, rows } = serde_json::from_str(&line).unwrap();
        Answered { took: Duration::from_secs_f64(seconds), rows }
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
