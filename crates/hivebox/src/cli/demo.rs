//! `hivebox demo`.

mod past;

use std::net::SocketAddr;

use opensensemap_sim::SimServer;
use tokio::net::TcpListener;

use super::output;
use super::serve::{block_on, serve};
use super::settings::{DEMO_STORE, Demonstrating, SettingFlags};
use super::simulate::SimulatedFlags;
use crate::exit::Failure;
use hivebox_config::setting;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    simulated: SimulatedFlags,
    /// Length of the simulated past, 0s to 31d; ignored if the store already has a history
    #[arg(long, value_name = "DURATION", default_value = "2d", value_parser = super::values::of(past::REACH))]
    past: std::time::Duration,
    #[command(flatten)]
    settings: SettingFlags<Demonstrating>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let sim = SimServer::new(args.simulated.simulation());
    block_on(demonstrate(sim, args))
}

async fn demonstrate(sim: SimServer, args: &Args) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let upstream = format!("http://{}", listener.local_addr()?);
    // The environment is meant for the service. Simulated readings must not mix with measured ones.
    let settings = args.settings.clone().with_default(&setting::UPSTREAM, upstream.clone());
    let settings = settings.with_default(&setting::FORECAST, format!("open-meteo:{upstream}"));
    let (Demonstrating(config), unknown) =
        settings.with_default(&setting::STORE, DEMO_STORE).config_and_unknown()?;
    let (store, rules) = (config.store.access.address.setting(), config.answer.rules);
    let simulating = tokio::spawn(opensensemap_sim::serve(listener, sim.clone(), std::future::pending()));
    let served = serve(config, &unknown, |address, app| {
        welcome(address, &upstream, &store)?;
        past::begin(sim, std::sync::Arc::clone(app), rules, args.past)?;
        Ok(())
    })
    .await;
    simulating.abort();
    served
}

fn welcome(address: SocketAddr, upstream: &str, store: &str) -> Result<(), Failure> {
    output::line(&format!("HiveBox serves simulated readings. Open http://{address}/"))?;
    output::line(&format!("  temperature     http://{address}/temperature"))?;
    let place = "lat=52.52&lon=13.405";
    output::line(&format!("  chores          http://{address}/api/v1/chores?{place}"))?;
    output::line(&format!("  forecast        http://{address}/api/v1/forecast?{place}"))?;
    output::line(&format!("  metrics         http://{address}/metrics"))?;
    output::line(&format!("  readiness       http://{address}/readyz"))?;
    output::line(&format!("  snapshots       http://{address}/api/v1/snapshots"))?;
    output::line(&format!("  history         http://{address}/api/v1/history (ready in half a minute)"))?;
    output::line(&format!("  simulation      {upstream}/_sim/ (how to inject faults)"))?;
    output::line(&format!("  store           {store} (use it in other commands with --store)"))?;
    output::line("The same in another terminal:")?;
    for command in ["chores", "forecast"] {
        let sources = format!("--upstream {upstream} --forecast open-meteo:{upstream}");
        output::line(&format!("  hivebox {command} --lat 52.52 --lon 13.405 {sources}"))?;
    }
    output::line("Press Ctrl-C to stop.")
}
