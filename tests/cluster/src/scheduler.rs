//! Ballista's scheduler as it is delivered: its program cannot be had from a dependency, but all that it consists of can.

use std::sync::Arc;

use ballista_core::error::{BallistaError, Result};
use ballista_core::object_store::{session_config_with_s3_support, session_state_with_s3_support};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{Config, SchedulerConfig};
use ballista_scheduler::scheduler_process::start_server;
use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_ansi(false).with_env_filter(EnvFilter::from_default_env()).init();
    let options = Config::parse();
    let address = format!("{}:{}", options.bind_host, options.bind_port).parse();
    let address = address.map_err(|error| BallistaError::Configuration(format!("no address: {error}")))?;
    let config = SchedulerConfig::try_from(options)?
        .with_override_config_producer(Arc::new(session_config_with_s3_support))
        .with_override_session_builder(Arc::new(session_state_with_s3_support));
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, address, Arc::new(config)).await
}
