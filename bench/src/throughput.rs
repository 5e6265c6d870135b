//! The throughput section: HiveBox compared with a bare axum route that gives the same answer.
//!
//! The two alternate, and each pair swaps the order, so that other load of the machine affects both. Each
//! pair gives one ratio.

use anyhow::{Context, Result, ensure};

use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::redis::Redis;
use crate::report::{Report, Row};
use crate::server::{PATH, Server};
use crate::spread::Spread;
use crate::wrk;

/// The rest is what routes, metrics and headers of HiveBox may cost.
const GOAL_RATIO: f64 = 0.95;

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    compare(programs, effort, &[], "", report)?;
    let redis = Redis::start(&programs.redis_server)?;
    compare(programs, effort, &[("HIVEBOX_CACHE", redis.url())], ", present shared by Redis", report)
}

fn compare(
    programs: &Programs,
    effort: Effort,
    variables: &[(&str, String)],
    how: &str,
    report: &mut Report,
) -> Result<()> {
    let mut hivebox = programs.hivebox_with(Refresh::Never, variables)?;
    let (answer, _) = hivebox.first_answer()?;
    let mut bare_axum = programs.bare_axum(&answer)?;
    let (copy, _) = bare_axum.first_answer()?;
    ensure!(answer.is_like(&copy), "the two answer differently:\n{answer:#?}\n{copy:#?}");

    let measure =
        |server: &Server, seconds| wrk::requests_per_second(&programs.pinning, &server.url(), seconds);
    for server in [&hivebox, &bare_axum] {
        measure(server, 1)?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 0..effort.pairs {
        if pair % 2 == 0 {
            ours.push(measure(&hivebox, effort.seconds)?);
            theirs.push(measure(&bare_axum, effort.seconds)?);
        } else {
            theirs.push(measure(&bare_axum, effort.seconds)?);
            ours.push(measure(&hivebox, effort.seconds)?);
        }
        eprintln!("HiveBox {:.0}/s, bare axum {:.0}/s", ours[pair], theirs[pair]);
    }

    let ratio = Spread::of(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect());
    let ratio = ratio.context("no pair was measured")?;
    let ours = Spread::of(ours).context("HiveBox was not measured")?;
    let theirs = Spread::of(theirs).context("bare axum was not measured")?;
    report.add(Row {
        what: format!("GET {PATH}, {}{how}", wrk::load()),
        hivebox: format!("{ours:.0} requests/s"),
        beside: format!("bare axum: {theirs:.0} requests/s"),
        ..Row::default()
    });
    report.add(Row {
        what: format!("the same as a ratio, {} pairs{how}", effort.pairs),
        hivebox: format!("{ratio:.3}"),
        beside: "bare axum: 1".to_owned(),
        goal: format!("≥ {GOAL_RATIO}"),
        met: Some(ratio.median >= GOAL_RATIO),
    });
    Ok(())
}
