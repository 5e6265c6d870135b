//! The history section: the past beside `DuckDB`, and whether requests feel it when somebody asks for all of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Effort;
use super::programs::{Programs, Refresh};
use super::report::{Report, Row};
use super::server::{PATH, Server};
use super::spread::Spread;
use super::wrk;
use crate::step;
use crate::tools::{self, PYTHON};
use crate::workspace::Workspace;

/// What may be left of the requests per second while somebody asks for the whole past.
const GOAL_RATIO: f64 = 0.9;

/// The mean of each hour of all that there is. The bounding box keeps it from being answered by the sums of hours.
const ALL: &str = "/api/v1/history?phenomenon=air_temperature&every=PT1H&bbox=-180,-90,180,90";

/// Makes the past of the workload, unless it is there, and runs the benchmark of the crate over it.
pub(super) fn beside_duckdb(workspace: &Workspace, is_quick: bool) -> Result<()> {
    tools::ensure(workspace, &[&PYTHON])?;
    let folder = folder(workspace.target());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut command = workspace.cargo();
    command.args(["bench", "--package", "hivebox", "--bench", "history", "--", "--folder"]).arg(folder);
    if is_quick {
        command.arg("--quick");
    }
    PYTHON.tell(&mut command, workspace)?;
    step::run("The past beside DuckDB", &mut command)
}

fn folder(target: &Path) -> PathBuf {
    target.join("bench/history")
}

/// Requests per second with and without somebody who asks for the whole past, again and again.
pub(super) fn run(
    programs: &Programs,
    workspace: &Workspace,
    effort: Effort,
    report: &mut Report,
) -> Result<()> {
    let past = folder(workspace.target()).join("store");
    let variables =
        [("HIVEBOX_STORE", format!("file:{}", past.display())), ("HIVEBOX_RATE_LIMIT", "off".to_owned())];
    let mut server = programs.hivebox_with(Refresh::Never, &variables)?;
    server.first_answer()?;
    let range =
        fs::read_to_string(past.join("range.txt")).context("the benchmark of the crate made no past")?;
    let url = format!("{ALL}&{}", range.trim());
    ensure!(ask(&server, &url)? < Duration::from_secs(10), "one question takes too long to measure");

    let measure = || wrk::requests_per_second(&programs.pinning, &server.url(), effort.seconds);
    let (mut with, mut without, mut answers) = (Vec::new(), Vec::new(), 0);
    for pair in 0..effort.pairs {
        let mut asked = || {
            let (rate, answered) = while_asking(&server, &url, measure)?;
            with.push(rate);
            answers += answered;
            anyhow::Ok(())
        };
        if pair % 2 == 0 {
            asked()?;
            without.push(measure()?);
        } else {
            without.push(measure()?);
            asked()?;
        }
        eprintln!("while asked {:.0}/s, else {:.0}/s", with[pair], without[pair]);
    }
    let ratio = Spread::of(with.iter().zip(&without).map(|(with, without)| with / without).collect());
    let (ratio, with) = (ratio.context("no pair was measured")?, Spread::of(with).context("not measured")?);
    let without = Spread::of(without).context("not measured")?;
    report.add(Row {
        what: format!("GET {PATH}, {}, while the whole past is asked for ({answers} answers)", wrk::load()),
        hivebox: format!("{with:.0} requests/s"),
        beside: format!("else: {without:.0} requests/s"),
        ..Row::default()
    });
    report.add(Row {
        what: format!("the same as a ratio, {} pairs", effort.pairs),
        hivebox: format!("{ratio:.3}"),
        beside: "else: 1".to_owned(),
        goal: format!("≥ {GOAL_RATIO}"),
        met: Some(ratio.median >= GOAL_RATIO),
    });
    Ok(())
}

/// Measures while a question is always being answered; tells also how many were.
fn while_asking(server: &Server, url: &str, measure: impl Fn() -> Result<f64>) -> Result<(f64, usize)> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut answers = 0;
            while !is_over.load(Ordering::Relaxed) {
                ask(server, url)?;
                answers += 1;
            }
            anyhow::Ok(answers)
        });
        let rate = measure();
        is_over.store(true, Ordering::Relaxed);
        let answers = asking.join().map_err(|_| anyhow::anyhow!("who asks for the past broke off"))??;
        Ok((rate?, answers))
    })
}

fn ask(server: &Server, url: &str) -> Result<Duration> {
    let started = Instant::now();
    let answer = server.connect()?.get(url)?;
    ensure!(answer.status() == "200", "{url}: {}{}", answer.head, String::from_utf8_lossy(&answer.body));
    Ok(started.elapsed())
}
