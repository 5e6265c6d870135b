//! How the service stops.

use std::time::Duration;

use hivebox_kinds::TimeSpan;

use super::definition::Setting;
use super::durations::SECOND;
use super::reader::{FromSettings, SettingReader};

/// How long the service goes on after SIGTERM.
pub const DRAIN_DELAY: Setting<TimeSpan> = Setting::new(
    "drain-delay",
    "1s",
    TimeSpan::within(Duration::ZERO, Duration::from_mins(5)),
    "How long to accept connections after SIGTERM while /routez says 503; behind a load balancer 5 s or more",
);
/// How long in-flight work may take after SIGTERM.
pub const SHUTDOWN_GRACE: Setting<TimeSpan> = Setting::new(
    "shutdown-grace",
    "20s",
    TimeSpan::within(SECOND, Duration::from_mins(10)),
    "How long requests and stores in flight may take after the drain delay",
);

/// How the service stops.
#[derive(Debug, Clone, Copy)]
pub struct ShutdownConfig {
    /// `HIVEBOX_DRAIN_DELAY`.
    pub drain_delay: Duration,
    /// `HIVEBOX_SHUTDOWN_GRACE`.
    pub grace: Duration,
}

impl FromSettings for ShutdownConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let drain_delay = reader.read(&DRAIN_DELAY);
        let grace = reader.read(&SHUTDOWN_GRACE);
        Some(Self { drain_delay: drain_delay?, grace: grace? })
    }
}
