//! What HiveBox is told: settings, read once at the start into types that need no further checking.

mod cache;
mod dot_env;
mod parse;
mod query;
mod quota;
mod redis;
pub mod setting;
mod source;
mod store;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hivebox_climate::status::Bands;
use hivebox_climate::verdict::VerdictRules;
use jiff::SignedDuration;
use opensensemap::BoxId;
use tracing_subscriber::filter::Targets;

pub use cache::{CacheAddress, CacheConfig};
pub use dot_env::DotEnvError;
pub use parse::{ConfigError, WrongSetting};
use parse::{Parser, duration, number};
pub use query::{BallistaAddress, BallistaAddressError, EngineAddress, QueryConfig};
pub use quota::Quota;
pub use redis::{RedisAddress, RedisNode, RedisTopology};
pub use source::{Origin, Source};
pub use store::{StoreAddress, StoreConfig, time_to_keep};

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How requests are served.
    pub http: HttpConfig,
    /// Where senseBoxes come from.
    pub upstream: UpstreamConfig,
    /// What the answers are made of.
    pub answer: AnswerConfig,
    /// Where the present is cached, and how replicas share it.
    pub cache: CacheConfig,
    /// Where and when snapshots are stored.
    pub store: StoreConfig,
    /// How questions about the past are answered.
    pub query: QueryConfig,
    /// When `/readyz` says 200.
    pub readiness: ReadinessRule,
    /// What is logged.
    pub log: LogConfig,
    /// Where spans are sent.
    pub traces: TracesConfig,
    /// How the service stops.
    pub shutdown: ShutdownConfig,
}

/// How requests are served.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `HIVEBOX_LISTEN`.
    pub listen: SocketAddr,
    /// `HIVEBOX_MAX_CONNECTIONS`.
    pub max_connections: usize,
    /// `HIVEBOX_MAX_STREAMS`; at most half of the connections, so that requests always find one.
    pub max_streams: usize,
    /// How often a stream is sent something at least. No setting; tests have it shorter.
    pub heartbeat: Duration,
    /// How long a client may take nothing of an answer. No setting; tests have it shorter.
    pub write_timeout: Duration,
    /// `HIVEBOX_REQUEST_TIMEOUT`.
    pub request_timeout: Duration,
    /// `HIVEBOX_RATE_LIMIT`; `None` means no limit.
    pub rate_limit: Option<Quota>,
    /// `HIVEBOX_TRUSTED_PROXIES`.
    pub trusted_proxies: usize,
}

/// Where senseBoxes come from.
#[derive(Debug, Clone)]
pub struct UpstreamConfig {
    /// `HIVEBOX_UPSTREAM`.
    pub address: UpstreamAddress,
    /// `HIVEBOX_BOXES`; `None` means all.
    pub boxes: Option<Vec<BoxId>>,
    /// `HIVEBOX_UPSTREAM_TIMEOUT`.
    pub timeout: Duration,
    /// `HIVEBOX_UPSTREAM_IDLE_TIMEOUT`.
    pub idle_timeout: Duration,
    /// `HIVEBOX_UPSTREAM_MAX_BYTES`.
    pub max_bytes: u64,
    /// `HIVEBOX_UPSTREAM_RETRIES`.
    pub retries: usize,
}

/// `HIVEBOX_UPSTREAM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamAddress {
    /// The base address of an openSenseMap API.
    Api(String),
    /// A recorded answer.
    File(PathBuf),
}

/// What the answers are made of.
#[derive(Debug, Clone)]
pub struct AnswerConfig {
    /// `HIVEBOX_CACHE_TTL`.
    pub ttl: Duration,
    /// `HIVEBOX_MAX_READING_AGE`, and how far clocks may go wrong.
    pub rules: VerdictRules,
    /// `HIVEBOX_STATUS`.
    pub bands: Bands,
}

/// `HIVEBOX_READINESS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadinessRule {
    /// Ready while there is an answer that may be served.
    Hive,
    /// Ready unless more than half of the boxes could not be fetched and the cache is older than 5 minutes.
    Roadmap,
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `HIVEBOX_LOG`.
    pub filter: Targets,
    /// `HIVEBOX_LOG_FORMAT`.
    pub format: LogFormat,
}

/// `HIVEBOX_LOG_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// Lines for people.
    Text,
    /// An object a line.
    Json,
}

/// Where spans are sent.
#[derive(Debug, Clone)]
pub struct TracesConfig {
    /// `HIVEBOX_OTLP_ENDPOINT`; `None` means nowhere. Always `None` without the feature `otlp`.
    pub endpoint: Option<String>,
}

/// How the service stops.
#[derive(Debug, Clone, Copy)]
pub struct ShutdownConfig {
    /// `HIVEBOX_DRAIN_DELAY`.
    pub drain_delay: Duration,
    /// `HIVEBOX_SHUTDOWN_GRACE`.
    pub grace: Duration,
}

/// How often a stream is sent something at least, so that proxies keep it open and clients that are gone are noticed.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take nothing of an answer before its connection is closed.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MAX_BOXES: usize = 500;

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    /// Some values are wrong; the error names all of them.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut parser = Parser::new(source);
        let http = HttpConfig::read(&mut parser);
        let upstream = UpstreamConfig::read(&mut parser);
        let answer = AnswerConfig::read(&mut parser);
        let expiry = answer.as_ref().map(AnswerConfig::longest_use);
        let cache = CacheConfig::read(&mut parser, expiry);
        let store = StoreConfig::read(&mut parser, source);
        let query = QueryConfig::read(&mut parser);
        let readiness = parser.read(setting::READINESS, readiness);
        let log = LogConfig::read(&mut parser);
        let endpoint = parser.read(setting::OTLP_ENDPOINT, otlp_endpoint);
        let shutdown = ShutdownConfig::read(&mut parser);
        let config = (|| {
            Some(Self {
                http: http?,
                upstream: upstream?,
                answer: answer?,
                cache: cache?,
                store: store?,
                query: query?,
                readiness: readiness?,
                log: log?,
                traces: TracesConfig { endpoint: endpoint? },
                shutdown: shutdown?,
            })
        })();
        parser.finish(config)
    }
}

impl HttpConfig {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let listen = parser.read(setting::LISTEN, |text| text.parse().map_err(|_| String::new()));
        let max_connections = parser.read(setting::MAX_CONNECTIONS, number(1, 1_000_000));
        let max_streams = parser.read(setting::MAX_STREAMS, number(0, 500_000));
        let request_timeout = parser.read(setting::REQUEST_TIMEOUT, duration(SECOND, 10 * MINUTE));
        let rate_limit = parser.read(setting::RATE_LIMIT, Quota::read);
        let trusted_proxies = parser.read(setting::TRUSTED_PROXIES, number(0, 10));
        let (max_connections, max_streams) = (max_connections?, max_streams?);
        if max_streams > max_connections / 2 {
            let reason = format!("more than half of max-connections, which is {max_connections}");
            parser.reject(setting::MAX_STREAMS, reason);
        }
        Some(Self {
            listen: listen?,
            max_connections: max_connections as usize,
            max_streams: max_streams as usize,
            heartbeat: HEARTBEAT,
            write_timeout: WRITE_TIMEOUT,
            request_timeout: request_timeout?,
            rate_limit: rate_limit?,
            trusted_proxies: trusted_proxies? as usize,
        })
    }
}

impl UpstreamConfig {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let address = parser.read(setting::UPSTREAM, upstream_address);
        let boxes = parser.read(setting::BOXES, boxes);
        let timeout = parser.read(setting::UPSTREAM_TIMEOUT, duration(SECOND, 10 * MINUTE));
        let idle_timeout =
            parser.read(setting::UPSTREAM_IDLE_TIMEOUT, duration(Duration::from_millis(100), 10 * MINUTE));
        let max_bytes = parser.read(setting::UPSTREAM_MAX_BYTES, number(1024, 1 << 32));
        let retries = parser.read(setting::UPSTREAM_RETRIES, number(0, 10));
        Some(Self {
            address: address?,
            boxes: boxes?,
            timeout: timeout?,
            idle_timeout: idle_timeout?,
            max_bytes: max_bytes?,
            retries: retries? as usize,
        })
    }
}

impl AnswerConfig {
    /// The longest time for which an answer may be served.
    fn longest_use(&self) -> Duration {
        // Never negative, since it was read as a `Duration`.
        Duration::try_from(self.rules.max_age).unwrap_or_default().max(self.ttl)
    }

    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let ttl = parser.read(setting::CACHE_TTL, duration(SECOND, HOUR));
        let max_age = parser.read(setting::MAX_READING_AGE, duration(MINUTE, 7 * DAY));
        let bands = parser.read(setting::STATUS, bands);
        let (ttl, max_age) = (ttl?, max_age?);
        if max_age < ttl {
            parser.reject(setting::MAX_READING_AGE, "shorter than cache-ttl".into());
        }
        // The longest allowed duration is seven days, so this does not overflow.
        let max_age = SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
        Some(Self { ttl, rules: VerdictRules { max_age, ..VerdictRules::default() }, bands: bands? })
    }
}

impl LogConfig {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let filter = parser.read(setting::LOG, |text| text.parse().map_err(|_| String::new()));
        let format = parser.read(setting::LOG_FORMAT, |text| match text {
            "auto" => Ok(LogFormat::Auto),
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(String::new()),
        });
        Some(Self { filter: filter?, format: format? })
    }
}

impl ShutdownConfig {
    fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let drain_delay = parser.read(setting::DRAIN_DELAY, duration(Duration::ZERO, 5 * MINUTE));
        let grace = parser.read(setting::SHUTDOWN_GRACE, duration(SECOND, 10 * MINUTE));
        Some(Self { drain_delay: drain_delay?, grace: grace? })
    }
}

fn upstream_address(text: &str) -> Result<UpstreamAddress, String> {
    if let Some(path) = file_path(text) {
        return path.map(UpstreamAddress::File);
    }
    if is_http(text) { Ok(UpstreamAddress::Api(text.to_owned())) } else { Err(String::new()) }
}

fn is_http(text: &str) -> bool {
    let is_http = text.starts_with("http://") || text.starts_with("https://");
    is_http && text.split("://").nth(1).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn otlp_endpoint(text: &str) -> Result<Option<String>, String> {
    if text == "off" {
        return Ok(None);
    }
    if !cfg!(feature = "otlp") {
        return Err("this hivebox was built without the feature otlp, so that it can only be off".into());
    }
    let base = text.trim_end_matches('/');
    let is_usable = is_http(base) && text.parse::<http::Uri>().is_ok_and(|uri| uri.query().is_none());
    if is_usable && !base.ends_with("/v1/traces") { Ok(Some(base.to_owned())) } else { Err(String::new()) }
}

/// The path in `file:PATH` or `file:///PATH`; `None` if the text is neither.
fn file_path(text: &str) -> Option<Result<PathBuf, String>> {
    let path = text.strip_prefix("file:")?;
    let path = path.strip_prefix("//").map_or(path, |rest| rest);
    Some(if path.is_empty() { Err("no path after file:".into()) } else { Ok(path.into()) })
}

fn boxes(text: &str) -> Result<Option<Vec<BoxId>>, String> {
    if text == "all" {
        return Ok(None);
    }
    let ids: Result<Vec<BoxId>, _> = text.split(',').map(|id| id.trim().parse()).collect();
    let mut ids = ids.map_err(|error: opensensemap::BoxIdError| error.to_string())?;
    ids.sort();
    ids.dedup();
    if ids.len() > MAX_BOXES { Err("too many".into()) } else { Ok(Some(ids)) }
}

fn bands(text: &str) -> Result<Bands, String> {
    match text {
        "hive" => Ok(Bands::hive()),
        "roadmap" => Ok(Bands::roadmap()),
        bands => bands.parse().map_err(|error: hivebox_climate::status::BandsError| error.to_string()),
    }
}

fn readiness(text: &str) -> Result<ReadinessRule, String> {
    match text {
        "hive" => Ok(ReadinessRule::Hive),
        "roadmap" => Ok(ReadinessRule::Roadmap),
        _ => Err(String::new()),
    }
}

/// Hides the user and password of an address, so that it can be shown.
#[must_use]
pub fn mask_secrets(value: &str) -> String {
    // Up to the last `@`, since a password may have any character that should have been encoded.
    match value.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, place)) => format!("{scheme}://***@{place}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(&Source::default().with_variables(Origin::Environment, variables))
    }

    #[test]
    fn the_defaults_are_right() {
        let config = read(&[]).unwrap();
        assert_eq!(config.http.listen, "127.0.0.1:5000".parse().unwrap());
        assert_eq!(config.upstream.address, UpstreamAddress::Api("https://api.opensensemap.org".into()));
        assert_eq!(config.answer.ttl, 5 * MINUTE);
        assert_eq!(config.answer.rules, VerdictRules::default());
        assert_eq!(config.store.interval, Some(5 * MINUTE));
    }

    #[test]
    fn all_wrong_values_are_told_at_once_with_what_is_allowed() {
        let error = read(&[
            ("HIVEBOX_LISTEN", "5000"),
            ("HIVEBOX_UPSTREAM", "ftp://x"),
            ("HIVEBOX_CACHE", "redis://user:secret@cache:6379/first"),
            ("HIVEBOX_CACHE_CA", "/nowhere/ca.pem"),
            ("HIVEBOX_RETENTION", "1s"),
            ("HIVEBOX_CACHE_TTL", "5x"),
            ("HIVEBOX_BOXES", "1234"),
            ("HIVEBOX_STATUS", "10:Cold"),
            ("HIVEBOX_MAX_READING_AGE", "-1h"),
            ("HIVEBOX_STORE", "file:"),
        ])
        .unwrap_err();
        insta::assert_snapshot!(error);
    }

    #[test]
    fn flags_win_over_variables_and_those_over_dot_env() {
        let layer = |value: &str| [("HIVEBOX_CACHE_TTL".to_owned(), value.to_owned())];
        let source = Source::default()
            .with_names(Origin::Flag, [("cache-ttl".to_owned(), "1m".to_owned())])
            .with_variables(Origin::Environment, layer("2m"))
            .with_variables(Origin::DotEnv, layer("3m"));
        assert_eq!(source.get(&setting::CACHE_TTL), ("1m", Origin::Flag));
        let source = Source::default()
            .with_variables(Origin::Environment, layer("2m"))
            .with_variables(Origin::DotEnv, layer("3m"));
        assert_eq!(source.get(&setting::CACHE_TTL), ("2m", Origin::Environment));
    }

    #[test]
    fn files_are_named_by_relative_and_absolute_paths() {
        for (text, path) in
            [("file:a/b.json", "a/b.json"), ("file:///a/b.json", "/a/b.json"), ("file:/a", "/a")]
        {
            assert_eq!(upstream_address(text), Ok(UpstreamAddress::File(path.into())));
        }
    }

    #[test]
    fn a_reading_may_not_grow_stale_before_the_answer_made_of_it() {
        assert!(read(&[("HIVEBOX_CACHE_TTL", "30m"), ("HIVEBOX_MAX_READING_AGE", "10m")]).is_err());
    }

    #[test]
    fn streams_leave_half_of_the_connections_to_requests() {
        let max_streams = |connections, streams| {
            let variables = [("HIVEBOX_MAX_CONNECTIONS", connections), ("HIVEBOX_MAX_STREAMS", streams)];
            read(&variables).map(|config| config.http.max_streams)
        };
        assert_eq!(read(&[]).unwrap().http.max_streams, 10_000);
        assert_eq!((max_streams("9", "4"), max_streams("1", "0")), (Ok(4), Ok(0)));
        let error = max_streams("9", "5").unwrap_err().to_string();
        assert!(error.contains("HIVEBOX_MAX_STREAMS cannot be \"5\": more than half of"), "{error}");
    }

    #[test]
    fn traces_go_nowhere_unless_the_binary_can_send_them() {
        assert_eq!(read(&[]).unwrap().traces.endpoint, None);
        let given = |text| read(&[("HIVEBOX_OTLP_ENDPOINT", text)]).map(|config| config.traces.endpoint);
        if cfg!(feature = "otlp") {
            assert_eq!(given("http://collector:4318/"), Ok(Some("http://collector:4318".into())));
            for wrong in ["collector:4318", "http://", "http://a b", "http://a/?b", "http://a/v1/traces"] {
                assert!(given(wrong).is_err(), "{wrong}");
            }
        } else {
            let error = given("http://collector:4318").unwrap_err().to_string();
            assert!(error.contains("built without the feature otlp"), "{error}");
        }
    }

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask_secrets("https://me:secret@host:1/x"), "https://***@host:1/x");
        for odd in [
            "redis://:sec/ret@host",
            "redis://:sec?ret@host",
            "redis://:sec#ret@host",
            "redis://:s@cret@host",
        ] {
            assert_eq!(mask_secrets(odd), "redis://***@host");
        }
        assert_eq!(mask_secrets("memory:"), "memory:");
    }

    #[test]
    fn no_two_settings_share_a_name() {
        let names: std::collections::HashSet<_> =
            setting::SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), setting::SETTINGS.len());
    }
}
