//! `hivebox demo`.

#[cfg(feature = "history")]
mod past;

use std::net::SocketAddr;

use opensensemap_sim::SimServer;
use tokio::net::TcpListener;

use super::output;
use super::serve::{block_on, serve};
use super::settings::{DEMO_STORE, Demonstrating, SettingFlags};
use super::simulate::SimulatedFlags;
use crate::exit::Failure;
use hivebox_config::{Config, setting};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    simulated: SimulatedFlags,
    /// How far the simulated past reaches back, 0s to 31d; a history that is already there stays
    #[cfg(feature = "history")]
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
    // Whatever the environment says, which is for the service: what is simulated must not get between what was measured.
    let settings = args.settings.clone().with_default(&setting::UPSTREAM, upstream.clone());
    let Demonstrating(config) = settings.with_default(&setting::STORE, DEMO_STORE).config()?;
    let simulating = tokio::spawn(opensensemap_sim::serve(listener, sim.clone(), std::future::pending()));
    let served = serve(&config, |address, app| {
        welcome(address, &upstream, &config)?;
        #[cfg(feature = "history")]
        past::begin(sim, std::sync::Arc::clone(app), config.answer.rules, args.past)?;
        #[cfg(not(feature = "history"))]
        let _ = app;
        Ok(())
    })
    .await;
    simulating.abort();
    served
}

fn welcome(address: SocketAddr, upstream: &str, config: &Config) -> Result<(), Failure> {
    output::line(&format!("HiveBox serves a simulated openSenseMap. Open http://{address}/"))?;
    output::line(&format!("  the number      http://{address}/temperature"))?;
    output::line(&format!("  all figures     http://{address}/metrics"))?;
    output::line(&format!("  is it ready?    http://{address}/readyz"))?;
    output::line(&format!("  stored so far   http://{address}/api/v1/snapshots"))?;
    if cfg!(feature = "history") {
        output::line(&format!("  the last days   http://{address}/api/v1/history (in half a minute)"))?;
    }
    output::line(&format!("  the simulation  {upstream}/_sim/ (how to make it fail)"))?;
    let store = config.store.access.address.setting();
    output::line(&format!("  its store       {store} (other commands take it by --store)"))?;
    output::line("Ctrl-C stops it.")
}
