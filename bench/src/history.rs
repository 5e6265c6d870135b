//! The history section: the history compared with `DuckDB`, and request rates during a question over all of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::asking::{Client, while_asking};
use crate::checkout::{self, Checkout};
use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::server::{PATH, Server};
use crate::spread::Spread;
use crate::stopwatch;
use crate::wrk;

/// The least share of the usual request rate during a question over the whole history.
const GOAL_RATIO: f64 = 0.9;

/// Hourly means of everything. The bounding box keeps the engine from answering with precomputed hourly sums.
const ALL: &str = "/api/v1/history?phenomenon=air_temperature&every=PT1H&bbox=-180,-90,180,90";

/// Generates the history of the workload if it is missing, then runs the crate's benchmark over it.
pub(super) fn beside_duckdb(checkout: &Checkout, is_quick: bool) -> Result<()> {
    let folder = folder(checkout.target());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let arguments = ["bench", "--package", "hivebox", "--bench", "history", "--", "--folder"];
    let mut command = checkout.cargo(&arguments);
    command.arg(folder);
    if is_quick {
        command.arg("--quick");
    }
    checkout::run("The history compared with DuckDB", &mut command)
}

fn folder(target: &Path) -> PathBuf {
    target.join("bench/history")
}

/// Measures requests per second with and without a client that keeps asking for the whole history.
pub(super) fn run(
    programs: &Programs,
    checkout: &Checkout,
    effort: Effort,
    report: &mut Report,
) -> Result<()> {
    let past = folder(checkout.target()).join("store");
    let variables =
        [("HIVEBOX_STORE", format!("file:{}", past.display())), ("HIVEBOX_RATE_LIMIT", "off".to_owned())];
    let mut server = programs.hivebox_with(Refresh::Never, &variables)?;
    server.first_answer()?;
    let range =
        fs::read_to_string(past.join("range.txt")).context("the crate's benchmark generated no history")?;
    let url = format!("{ALL}&{}", range.trim());
    ensure!(
        ask(&server, &url)? < Duration::from_secs(10),
        "one question takes more than 10 s, too long to measure"
    );

    let measure = || wrk::requests_per_second(&programs.pinning, &server.url(), effort.seconds);
    let (mut with, mut without, mut answers) = (Vec::new(), Vec::new(), 0);
    for pair in 0..effort.pairs {
        let mut asked = || {
            let ask = |_| ask(&server, &url).map(drop);
            let (rate, answered) = while_asking(Client::Ordinary, ask, measure)?;
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
        eprintln!("during questions {:.0}/s, otherwise {:.0}/s", with[pair], without[pair]);
    }
    let ratio = Spread::of(with.iter().zip(&without).map(|(with, without)| with / without).collect());
    let (ratio, with) = (ratio.context("no pair was measured")?, Spread::of(with).context("not measured")?);
    let without = Spread::of(without).context("not measured")?;
    report.add(Row {
        what: format!(
            "GET {PATH}, {}, during questions over the whole history ({answers} answers)",
            wrk::load()
        ),
        hivebox: format!("{with:.0} requests/s"),
        beside: format!("otherwise: {without:.0} requests/s"),
        ..Row::default()
    });
    report.add(Row {
        what: format!("the same as a ratio, {} pairs", effort.pairs),
        hivebox: format!("{ratio:.3}"),
        beside: "otherwise: 1".to_owned(),
        goal: format!("≥ {GOAL_RATIO}"),
        met: Some(ratio.median >= GOAL_RATIO),
    });
    Ok(())
}

fn ask(server: &Server, url: &str) -> Result<Duration> {
    let started = stopwatch::now();
    let answer = server.connect()?.get(url)?;
    ensure!(answer.status() == "200", "{url}: {}{}", answer.head, String::from_utf8_lossy(&answer.body));
    Ok(started.elapsed())
}
