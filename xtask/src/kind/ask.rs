//! Questions to a HiveBox, put by curl as a user would.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tools::CURL;
use crate::workspace::Workspace;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// What was asked, for complaints.
    question: String,
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Asks, with further arguments of curl.
///
/// # Errors
/// Without any answer.
pub(super) fn ask(workspace: &Workspace, url: &str, path: &str, arguments: &[&str]) -> Result<Answer> {
    let mut command = curl(workspace)?;
    command.args(["--show-error", "--max-time", "90", "--write-out", "\n%{http_code} %{content_type}"]);
    let output = command.args(arguments).arg(format!("{url}{path}")).stderr(Stdio::inherit()).output()?;
    let question = format!("{url}{path} {}", arguments.join(" "));
    if !output.status.success() {
        bail!("{question}: no answer ({})", output.status);
    }
    let end = output.stdout.iter().rposition(|byte| *byte == b'\n').context("curl told no status")?;
    let told = String::from_utf8_lossy(&output.stdout[end + 1..]).into_owned();
    let (status, content_type) = told.split_once(' ').context("curl told no type")?;
    Ok(Answer {
        question,
        status: status.parse().context("curl told a status that is no number")?,
        content_type: content_type.to_owned(),
        body: output.stdout[..end].to_vec(),
    })
}

/// curl without the configuration of whoever runs this.
pub(super) fn curl(workspace: &Workspace) -> Result<Command> {
    let mut command = workspace.command(CURL.path(workspace)?);
    command.args(["--disable", "--silent"]);
    Ok(command)
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer as JSON, if its status and type are as they should be.
    pub(super) fn json(&self) -> Result<Value> {
        self.expect(200, "application/json")?;
        serde_json::from_slice(&self.body)
            .with_context(|| format!("{}: no JSON: {}", self.question, self.text()))
    }

    /// Whether status and type are as they should be.
    pub(super) fn expect(&self, status: u16, content_type: &str) -> Result<()> {
        if self.status != status || !self.content_type.starts_with(content_type) {
            let start: String = self.text().chars().take(300).collect();
            bail!(
                "{}: {} {:?} instead of {status} {content_type:?}: {start}",
                self.question,
                self.status,
                self.content_type
            );
        }
        Ok(())
    }

    /// Whether something else about it is as it should be.
    pub(super) fn should(&self, is_so: bool, what: &str) -> Result<()> {
        if !is_so {
            let start: String = self.text().chars().take(300).collect();
            bail!("{} should {what}: {start}", self.question);
        }
        Ok(())
    }
}
