//! How requests are served.

use std::net::SocketAddr;
use std::time::Duration;

use hivebox_kinds::{Formed, Integer, Or, TimeSpan, parse};

use super::definition::Setting;
use super::durations::{HOUR, SECOND};
use super::quota::{Quota, QuotaKind};
use super::reader::{FromSettings, SettingReader};

/// The address to listen on.
pub const LISTEN: Setting<Formed<SocketAddr>> = Setting::address(
    "listen",
    "127.0.0.1:5000",
    Formed::by(parse, "an IP address and a port, such as 0.0.0.0:5000"),
    "Address to listen on",
);
/// How many connections there may be.
pub const MAX_CONNECTIONS: Setting<Integer> = Setting::new(
    "max-connections",
    "20000",
    Integer { range: 1..=1_000_000, unit: "" },
    "Maximum number of connections; further ones wait to be accepted",
);
/// How many streams there may be.
pub const MAX_STREAMS: Setting<Integer> = Setting {
    besides: "and no more than half of max-connections",
    ..Setting::new(
        "max-streams",
        "10000",
        Integer { range: 0..=500_000, unit: "" },
        "Maximum number of streams of /api/v1/live; HiveBox refuses further ones",
    )
};
/// How long a connection may wait for its next request.
pub const KEEP_ALIVE: Setting<TimeSpan> = Setting::new(
    "keep-alive",
    "75s",
    TimeSpan::within(SECOND, HOUR),
    "How long a connection may idle; longer than proxies in front reuse one (nginx: 60 s)",
);
/// How long a request may take.
pub const REQUEST_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "request-timeout",
    "60s",
    TimeSpan::within(SECOND, Duration::from_mins(10)),
    "Timeout of a request that has to wait",
);
/// How often a client may ask.
pub const RATE_LIMIT: Setting<Or<QuotaKind>> = Setting::new(
    "rate-limit",
    "600/m",
    Or { word: "off", kind: QuotaKind },
    "Requests per client under /api/v1; /temperature has no limit",
);
/// How many proxies are believed.
pub const TRUSTED_PROXIES: Setting<Integer> = Setting::new(
    "trusted-proxies",
    "0",
    Integer { range: 0..=10, unit: "" },
    "How many trusted proxies add to X-Forwarded-For; 1 behind one load balancer",
);

/// The interval in which each stream sends at least something, so that proxies keep it open and clients that are
/// gone are noticed.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may read nothing of an answer before its connection is closed.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How requests are served.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `HIVEBOX_LISTEN`.
    pub listen: SocketAddr,
    /// `HIVEBOX_MAX_CONNECTIONS`.
    pub max_connections: usize,
    /// `HIVEBOX_MAX_STREAMS`; at most half of the connections, so that requests always find one.
    pub max_streams: usize,
    /// The interval in which each stream sends at least something. Not a setting; tests shorten it.
    pub heartbeat: Duration,
    /// How long a client may read nothing of an answer. Not a setting; tests shorten it.
    pub write_timeout: Duration,
    /// `HIVEBOX_KEEP_ALIVE`.
    pub keep_alive: Duration,
    /// `HIVEBOX_REQUEST_TIMEOUT`.
    pub request_timeout: Duration,
    /// `HIVEBOX_RATE_LIMIT`; `None` means no limit.
    pub rate_limit: Option<Quota>,
    /// `HIVEBOX_TRUSTED_PROXIES`.
    pub trusted_proxies: usize,
}

impl FromSettings for HttpConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let listen = reader.read(&LISTEN);
        let max_connections = reader.read(&MAX_CONNECTIONS);
        let max_streams = reader.read(&MAX_STREAMS);
        let keep_alive = reader.read(&KEEP_ALIVE);
        let request_timeout = reader.read(&REQUEST_TIMEOUT);
        let rate_limit = reader.read(&RATE_LIMIT);
        let trusted_proxies = reader.read(&TRUSTED_PROXIES);
        let (max_connections, max_streams) = (max_connections?, max_streams?);
        if max_streams > max_connections / 2 {
            let reason = format!("is more than half of max-connections, which is {max_connections}");
            reader.reject(&MAX_STREAMS, reason);
        }
        Some(Self {
            listen: listen?,
            max_connections: max_connections as usize,
            max_streams: max_streams as usize,
            heartbeat: HEARTBEAT,
            write_timeout: WRITE_TIMEOUT,
            keep_alive: keep_alive?,
            request_timeout: request_timeout?,
            rate_limit: rate_limit?,
            trusted_proxies: trusted_proxies? as usize,
        })
    }
}
