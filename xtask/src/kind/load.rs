//! Load from several clients, whose requests must all succeed.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::tools::CURL;
use crate::workspace::Workspace;

const CLIENTS: usize = 8;
/// The number of requests of a client over one connection.
const PER_CONNECTION: usize = 50;
/// The status, and the exit code of curl: 28 for a timeout, 7 for no connection.
const GOOD: &str = "200 0";
/// Time under load before and after the action.
const LEAD: Duration = Duration::from_secs(3);

/// Puts HiveBox under load during an action, and counts the outcomes of requests.
///
/// # Errors
/// When the action or a request fails.
pub(super) fn during(
    workspace: &Workspace,
    url: &str,
    what: &str,
    action: impl FnOnce() -> Result<()>,
) -> Result<()> {
    step::heading(&format!("{CLIENTS} clients during {what}"));
    let over = AtomicBool::new(false);
    let (done, counts) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| client(workspace, url, &over))).collect();
        thread::sleep(LEAD);
        let done = action();
        thread::sleep(LEAD);
        over.store(true, Ordering::Relaxed);
        let counts =
            clients.into_iter().map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked")));
        (done, counts.collect::<Result<Vec<_>>>())
    });
    done?;
    let mut total: BTreeMap<String, usize> = BTreeMap::new();
    for (outcome, count) in counts?.into_iter().flatten() {
        *total.entry(outcome).or_default() += count;
    }
    let good = total.remove(GOOD).unwrap_or_default();
    if good == 0 || !total.is_empty() {
        bail!("{good} requests succeeded; others, by status and exit code of curl: {total:?}");
    }
    eprintln!("{good} requests, all successful");
    Ok(())
}

fn client(workspace: &Workspace, url: &str, over: &AtomicBool) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    while !over.load(Ordering::Relaxed) {
        let mut command = curl(workspace)?;
        command.args([
            "--max-time",
            "10",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{exitcode}\n",
        ]);
        // curl requests every number in turn, over one connection.
        let output = command.arg(format!("{url}/temperature?request=[1-{PER_CONNECTION}]")).output();
        for line in String::from_utf8_lossy(&output.context("cannot start curl")?.stdout).lines() {
            *counts.entry(line.trim().to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// curl without the user's configuration file.
pub(super) fn curl(workspace: &Workspace) -> Result<Command> {
    let mut command = CURL.command(workspace)?;
    command.args(["--disable", "--silent"]);
    Ok(command)
}
