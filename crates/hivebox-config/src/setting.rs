//! Every setting there is: one row each, from which flags, variables, help and documentation are made.

/// A setting: a flag `--name`, a variable `HIVEBOX_NAME`, or a line of `.env`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The name, as the flag has it.
    pub name: &'static str,
    /// The value where none is given.
    pub default: &'static str,
    /// What `--help` says.
    pub help: &'static str,
    /// Which values are allowed, as errors say it.
    pub allowed: &'static str,
}

impl Setting {
    /// The environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("HIVEBOX_{}", self.name.replace('-', "_").to_uppercase())
    }
}

const fn setting(
    name: &'static str,
    default: &'static str,
    allowed: &'static str,
    help: &'static str,
) -> Setting {
    Setting { name, default, help, allowed }
}

/// The address to listen on.
pub const LISTEN: Setting = setting(
    "listen",
    "127.0.0.1:5000",
    "an IP address and a port, such as 0.0.0.0:5000",
    "Address to listen on",
);
/// Where senseBoxes come from.
pub const UPSTREAM: Setting = setting(
    "upstream",
    "https://api.opensensemap.org",
    "the http(s) address of an openSenseMap API, or file:PATH of a recorded answer (also .gz)",
    "Where senseBoxes come from",
);
/// The time for one upstream attempt.
pub const UPSTREAM_TIMEOUT: Setting = setting(
    "upstream-timeout",
    "60s",
    "a duration from 1s to 10m",
    "Longest time for one upstream attempt; its first answer after idling can take 11 s",
);
/// The time without a byte from upstream.
pub const UPSTREAM_IDLE_TIMEOUT: Setting = setting(
    "upstream-idle-timeout",
    "20s",
    "a duration from 100ms to 10m",
    "Longest time without a byte from upstream",
);
/// The size of an upstream answer.
pub const UPSTREAM_MAX_BYTES: Setting = setting(
    "upstream-max-bytes",
    "268435456",
    "a number of bytes from 1024 to 4294967296",
    "Largest upstream answer, after decompression",
);
/// How often upstream is asked again.
pub const UPSTREAM_RETRIES: Setting = setting(
    "upstream-retries",
    "2",
    "a number from 0 to 10",
    "How often a failed upstream attempt is repeated at once, with jittered pauses",
);
/// Where replicas share the present.
pub const CACHE: Setting = setting(
    "cache",
    "memory:",
    "memory:, redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], or with rediss, redis+sentinel (…/SERVICE) or redis+cluster",
    "Where the present is cached: in this process, or in a Redis or Valkey that replicas share",
);
/// What the keys of the cache begin with.
pub const CACHE_PREFIX: Setting = setting(
    "cache-prefix",
    "hivebox",
    "1 to 64 letters, digits or - _ . : /",
    "What keys in Redis begin with; replicas with the same prefix act as one",
);
/// Whom TLS connections to the cache trust.
pub const CACHE_CA: Setting = setting(
    "cache-ca",
    "system",
    "system, or the path of a file of certificates in PEM",
    "Certificate authorities that TLS connections to Redis trust",
);
/// How long Redis may take.
pub const CACHE_TIMEOUT: Setting = setting(
    "cache-timeout",
    "2s",
    "a duration from 50ms to 1m, and no longer than half of lease-ttl",
    "Longest time to wait for Redis; requests never do",
);
/// How long the lease lasts.
pub const LEASE_TTL: Setting = setting(
    "lease-ttl",
    "15s",
    "a duration from 1s to 5m",
    "How long the one replica that polls may be silent before another takes over",
);
/// How long an answer is fresh.
pub const CACHE_TTL: Setting = setting(
    "cache-ttl",
    "5m",
    "a duration from 1s to 1h",
    "How long an answer is fresh; it is renewed before that",
);
/// How old a reading may be.
pub const MAX_READING_AGE: Setting = setting(
    "max-reading-age",
    "1h",
    "a duration from 1m to 7d, and no shorter than cache-ttl",
    "Oldest reading that counts, and how long the last good answer is served in an outage",
);
/// Which boxes are asked.
pub const BOXES: Setting = setting(
    "boxes",
    "all",
    "all, or ids of 24 hex digits with commas between (at most 500)",
    "senseBoxes that make up the answers",
);
/// Where snapshots are kept.
pub const STORE: Setting = setting(
    "store",
    "file:./hivebox-data",
    "file:PATH of a folder, or s3://BUCKET[/PREFIX] with AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "Where snapshots of readings are kept",
);
/// How long the store may take.
pub const STORE_TIMEOUT: Setting = setting(
    "store-timeout",
    "30s",
    "a duration from 1s to 1h",
    "Longest time for a request to S3, with all its retries",
);
/// Whether a bucket is made.
pub const STORE_CREATE_BUCKET: Setting =
    setting("store-create-bucket", "on", "on or off", "Whether a bucket that is missing is made");
/// Where snapshots wait that could not be stored.
pub const SPOOL: Setting = setting(
    "spool",
    "./hivebox-spool",
    "the path of a folder",
    "Where snapshots wait that S3 did not take, until it does",
);
/// How much may wait.
pub const SPOOL_MAX_BYTES: Setting = setting(
    "spool-max-bytes",
    "268435456",
    "a number of bytes from 1048576 to 1099511627776",
    "Most bytes of waiting snapshots; the oldest are dropped for newer ones",
);
/// How long snapshots are kept.
pub const RETENTION: Setting = setting(
    "retention",
    "off",
    "a duration from 1h, such as 90d, or off",
    "How long snapshots are kept before they are removed",
);
/// How often snapshots are taken into the history.
pub const COMPACT_INTERVAL: Setting = setting(
    "compact-interval",
    "10m",
    "a duration from 1s to 1d, or off",
    "How often new snapshots are taken into the history",
);
/// How long a snapshot stays once the history has it.
pub const COMPACTED_KEEP: Setting = setting(
    "compacted-keep",
    "7d",
    "a duration from 1h, such as 7d, or off",
    "How long a snapshot stays once the history has all of its readings; off: for ever",
);
/// How often a snapshot is stored.
pub const STORE_INTERVAL: Setting = setting(
    "store-interval",
    "5m",
    "a duration from 1s to 1d, or off",
    "How often a snapshot is stored by itself",
);
/// The words for temperatures.
pub const STATUS: Setting = setting(
    "status",
    "hive",
    "hive, roadmap, or bands such as 10:Cold,32:Good,:Hot",
    "Words that go with a temperature",
);
/// The rule of `/readyz`.
pub const READINESS: Setting = setting(
    "readiness",
    "hive",
    "hive or roadmap",
    "When /readyz says 200: hive: there is an answer to serve; roadmap: unless over half of the boxes failed and the cache is over 5m old",
);
/// What is logged.
pub const LOG: Setting = setting(
    "log",
    "info",
    "off, error, warn, info, debug or trace, also by module: info,hivebox::http=debug",
    "What is logged to standard error",
);
/// How it is logged.
pub const LOG_FORMAT: Setting =
    setting("log-format", "auto", "auto (text on a terminal, else json), text or json", "How it is logged");
/// Where spans are sent.
pub const OTLP_ENDPOINT: Setting = setting(
    "otlp-endpoint",
    "off",
    "off, or the http(s) address of a collector without /v1/traces, such as http://collector:4318",
    "Where traces are sent, by OTLP over HTTP",
);
/// How many connections there may be.
pub const MAX_CONNECTIONS: Setting = setting(
    "max-connections",
    "20000",
    "a number from 1 to 1000000",
    "Most connections at once; further ones wait to be accepted",
);
/// How many streams there may be.
pub const MAX_STREAMS: Setting = setting(
    "max-streams",
    "10000",
    "a number from 0 to 500000, and no more than half of max-connections",
    "Most streams of /api/v1/live at once; further ones are refused",
);
/// How long a request may take.
pub const REQUEST_TIMEOUT: Setting = setting(
    "request-timeout",
    "60s",
    "a duration from 1s to 10m",
    "Longest time for a request that waits for something",
);
/// How often a client may ask.
pub const RATE_LIMIT: Setting = setting(
    "rate-limit",
    "600/m",
    "off, or a number from 1 to 1000000 per second, minute or hour: 10/s, 600/m or 36000/h",
    "How often a client may ask what is under /api/v1; /temperature is not limited",
);
/// How many proxies are believed.
pub const TRUSTED_PROXIES: Setting = setting(
    "trusted-proxies",
    "0",
    "a number from 0 to 10",
    "How many proxies in front say truly in X-Forwarded-For whose request it is; 0: believe none",
);
/// How long the service goes on after SIGTERM.
pub const DRAIN_DELAY: Setting = setting(
    "drain-delay",
    "1s",
    "a duration from 0s to 5m",
    "After SIGTERM: how long new connections are still accepted while /readyz says 503",
);
/// How long in-flight work may take after SIGTERM.
pub const SHUTDOWN_GRACE: Setting = setting(
    "shutdown-grace",
    "20s",
    "a duration from 1s to 10m",
    "After the drain delay: how long requests and stores in flight may take to finish",
);

/// What answers questions about the past.
pub const ENGINE: Setting = setting(
    "engine",
    "local",
    "local; in a build with the feature ballista also ballista://HOST:PORT",
    "What answers questions about the past: this process, or a Ballista cluster",
);
/// How much memory questions may take.
pub const QUERY_MEMORY: Setting = setting(
    "query-memory",
    "268435456",
    "a number of bytes from 16777216 to 1099511627776",
    "Most memory that all questions about the past take at once; one that needs more is given up",
);
/// How long a question may take.
pub const QUERY_TIMEOUT: Setting = setting(
    "query-timeout",
    "30s",
    "a duration from 1s to 10m",
    "Longest time for a question about the past, waiting included",
);
/// How many questions are worked on.
pub const QUERY_RUNNING: Setting = setting(
    "query-running",
    "1",
    "a number from 1 to 64",
    "Questions about the past that are worked on at once",
);
/// How many questions may wait.
pub const QUERY_WAITING: Setting = setting(
    "query-waiting",
    "16",
    "a number from 0 to 1000",
    "Questions about the past that may wait for that; further ones are refused",
);
/// Whether SQL is answered.
pub const SQL: Setting = setting(
    "sql",
    "off",
    "on or off",
    "Whether POST /api/v1/sql answers: anyone who may ask may then ask anything",
);

/// All settings, in the order in which people meet them.
pub const SETTINGS: [Setting; 41] = [
    LISTEN,
    UPSTREAM,
    BOXES,
    CACHE,
    CACHE_TTL,
    MAX_READING_AGE,
    STORE,
    STORE_INTERVAL,
    RETENTION,
    COMPACT_INTERVAL,
    COMPACTED_KEEP,
    STATUS,
    READINESS,
    UPSTREAM_TIMEOUT,
    UPSTREAM_IDLE_TIMEOUT,
    UPSTREAM_MAX_BYTES,
    UPSTREAM_RETRIES,
    CACHE_PREFIX,
    CACHE_CA,
    CACHE_TIMEOUT,
    LEASE_TTL,
    STORE_TIMEOUT,
    STORE_CREATE_BUCKET,
    SPOOL,
    SPOOL_MAX_BYTES,
    QUERY_MEMORY,
    QUERY_TIMEOUT,
    QUERY_RUNNING,
    QUERY_WAITING,
    ENGINE,
    SQL,
    MAX_CONNECTIONS,
    MAX_STREAMS,
    REQUEST_TIMEOUT,
    RATE_LIMIT,
    TRUSTED_PROXIES,
    DRAIN_DELAY,
    SHUTDOWN_GRACE,
    LOG,
    LOG_FORMAT,
    OTLP_ENDPOINT,
];
