//! Many clients at once, of which none may be failed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::ask;
use crate::step;
use crate::workspace::Workspace;

const CLIENTS: usize = 8;
/// How many requests a client sends over one connection, after which it makes a new one.
const PER_CONNECTION: usize = 50;
/// The status, and the exit code of curl: 28 for too long a wait, 7 for no connection.
const GOOD: &str = "200 0";
/// How long the load goes on before and after what is done under it.
const LEAD: Duration = Duration::from_secs(3);

/// Puts the HiveBox under load while something is done, and counts what clients got.
///
/// # Errors
/// When that fails, or a request.
pub(super) fn while_doing(
    workspace: &Workspace,
    url: &str,
    what: &str,
    action: impl FnOnce() -> Result<()>,
) -> Result<()> {
    step::heading(&format!("{CLIENTS} clients, and {what}"));
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
        bail!("{good} requests were answered by 200, others by status and exit code of curl: {total:?}");
    }
    eprintln!("{good} requests, all answered by 200");
    Ok(())
}

fn client(workspace: &Workspace, url: &str, over: &AtomicBool) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    while !over.load(Ordering::Relaxed) {
        let mut command = ask::curl(workspace)?;
        command.args([
            "--max-time",
            "10",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{exitcode}\n",
        ]);
        // curl asks for each number in turn, and keeps the connection between.
        let output = command.arg(format!("{url}/temperature?request=[1-{PER_CONNECTION}]")).output();
        for line in String::from_utf8_lossy(&output.context("cannot start curl")?.stdout).lines() {
            *counts.entry(line.trim().to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}
