//! `hivebox serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use hivebox_present::Clock;
use tracing::{info, warn};

use super::settings::SettingFlags;
use crate::exit::{Code, Failure};
use crate::open_files::{self, Fitted};
use crate::service::Service;
use crate::shutdown::ShutdownSignal;
use hivebox_config::{Config, Unknown};
use hivebox_http::App;
use hivebox_telemetry::Telemetry;
use hivebox_telemetry::in_words;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: SettingFlags<Config>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let (config, unknown) = args.settings.config_and_unknown()?;
    block_on(serve(config, &unknown, |_, _| Ok(())))
}

/// Starts logs and traces, tells of `unknown` variables, and serves until a signal. Calls `listening` with the address and the state once the
/// service listens.
pub(super) async fn serve(
    mut config: Config,
    unknown: &[Unknown],
    listening: impl FnOnce(SocketAddr, &Arc<App>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let telemetry = Telemetry::start(&config.log, &config.traces)
        .map_err(|error| Failure::new(Code::Software, in_words(&error)))?;
    for unknown in unknown {
        warn!("{unknown}");
    }
    let files = open_files::fit(&mut config.http);
    let served = serve_seen(&config, files, listening).await;
    telemetry.stop().await;
    served
}

async fn serve_seen(
    config: &Config,
    files: Fitted,
    listening: impl FnOnce(SocketAddr, &Arc<App>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let stop = ShutdownSignal::on_signals()?;
    let service = Service::build(config, Clock::system()).await?;
    files.log();
    let address = service.address()?;
    info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    listening(address, service.app())?;
    if service.run(stop).await {
        Ok(())
    } else {
        Err(Failure::new(
            Code::Software,
            "some work was cut off because it did not finish within --shutdown-grace",
        ))
    }
}

/// Runs an asynchronous command.
pub(super) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command)
}
