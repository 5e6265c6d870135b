//! The faults section: latency of requests while a dependency of HiveBox hangs.

use std::net::TcpListener;

use anyhow::{Context, Result};

use crate::effort::Effort;
use crate::latency::{self, Latency, RATE};
use crate::programs::{Programs, Refresh};
use crate::redis::Redis;
use crate::report::Report;
use crate::server::{self, PATH, Server};

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    let redis = Redis::start(&programs.redis_server)?;
    let shared = [("HIVEBOX_CACHE", redis.url())];
    let quiet = sample(programs.hivebox_with(Refresh::EverySecond, &shared)?, effort)?;
    let mut paused = programs.hivebox_with(Refresh::EverySecond, &shared)?;
    paused.first_answer()?;
    redis.pause()?;
    add(report, "Redis is paused", latency::sample(&paused, requests(effort))?, quiet);
    drop((paused, redis));

    // Accepts connections and never answers.
    let silent = TcpListener::bind(server::free_address()?).context("cannot stand in for S3")?;
    let hanging = [
        ("HIVEBOX_STORE", "s3://hivebox".to_owned()),
        ("HIVEBOX_STORE_INTERVAL", "1s".to_owned()),
        ("HIVEBOX_STORE_TIMEOUT", "2s".to_owned()),
        ("AWS_ENDPOINT_URL", format!("http://{}", silent.local_addr()?)),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
    ];
    let hangs = sample(programs.hivebox_with(Refresh::EverySecond, &hanging)?, effort)?;
    add(report, "S3 hangs, a store each second", hangs, quiet);
    Ok(())
}

fn requests(effort: Effort) -> u32 {
    RATE * latency::PATIENCE * effort.seconds
}

fn sample(mut server: Server, effort: Effort) -> Result<Latency> {
    server.first_answer()?;
    latency::sample(&server, requests(effort))
}

fn add(report: &mut Report, fault: &str, during: Latency, quiet: Latency) {
    let what = format!("latency of GET {PATH} at {RATE} requests/s while {fault}");
    report.add(latency::row(what, during, "all well", quiet));
}
