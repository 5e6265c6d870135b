//! All settings of the service.

use super::answer::AnswerConfig;
use super::cache::CacheConfig;
use super::forecast::ForecastConfig;
use super::http::HttpConfig;
use super::query::QueryConfig;
use super::reader::{ConfigError, FromSettings, SettingReader, read};
use super::readiness::{READINESS, ReadinessRule};
use super::shutdown::ShutdownConfig;
use super::source::Source;
use super::store::StoreConfig;
use super::telemetry::{LogConfig, TracesConfig};
use super::tiles::TilesConfig;
use super::upstream::UpstreamConfig;

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How requests are served.
    pub http: HttpConfig,
    /// Where senseBoxes come from.
    pub upstream: UpstreamConfig,
    /// What the answers are made of.
    pub answer: AnswerConfig,
    /// Where forecasts come from.
    pub forecast: ForecastConfig,
    /// What the dashboard's map is drawn on.
    pub tiles: TilesConfig,
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

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    /// Some values are wrong; the error names all of them.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        read(source)
    }
}

impl FromSettings for Config {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let http = HttpConfig::from_settings(reader);
        let upstream = UpstreamConfig::from_settings(reader);
        let answer = AnswerConfig::from_settings(reader);
        let forecast = ForecastConfig::from_settings(reader);
        let tiles = TilesConfig::from_settings(reader);
        let expiry = answer.as_ref().map(AnswerConfig::longest_use);
        let cache = CacheConfig::read(reader, expiry);
        let store = StoreConfig::from_settings(reader);
        let query = QueryConfig::from_settings(reader);
        let readiness = reader.read(&READINESS);
        let log = LogConfig::from_settings(reader);
        let traces = TracesConfig::from_settings(reader);
        let shutdown = ShutdownConfig::from_settings(reader);
        Some(Self {
            http: http?,
            upstream: upstream?,
            answer: answer?,
            forecast: forecast?,
            tiles: tiles?,
            cache: cache?,
            store: store?,
            query: query?,
            readiness: readiness?,
            log: log?,
            traces: traces?,
            shutdown: shutdown?,
        })
    }
}

#[cfg(test)]
mod tests {
    use hivebox_climate::verdict::VerdictRules;

    use super::*;
    use crate::durations::MINUTE;
    use crate::{Origin, UpstreamAddress, reader, setting};

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
            ("HIVEBOX_FORECAST", "metno:https://me:secret@api.met.no"),
            ("HIVEBOX_FORECAST_BUDGET", "10"),
            ("HIVEBOX_FORECAST_TIMEOUT", "1h"),
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
        assert!(
            error.contains("HIVEBOX_MAX_STREAMS is more than half of max-connections, which is 9: \"5\""),
            "{error}"
        );
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
    fn every_setting_is_read() {
        let heeded: Vec<&str> = setting::heeded::<Config>().iter().map(|setting| setting.name()).collect();
        let all: Vec<&str> = setting::SETTINGS.iter().map(|setting| setting.name()).collect();
        assert_eq!(heeded, all);
        assert_eq!(reader::looked_for::<Config>().len(), all.len(), "each is read once, and listed");
    }

    #[test]
    fn settings_that_are_not_read_may_be_wrong() {
        let wrong = [("HIVEBOX_LISTEN", "5000"), ("HIVEBOX_STATUS", "10:Cold")];
        let wrong = wrong.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let source = Source::default().with_variables(Origin::Environment, wrong);
        assert!(crate::read::<UpstreamConfig>(&source).is_ok());
        assert!(crate::read::<AnswerConfig>(&source).is_err());
        assert!(crate::read::<HttpConfig>(&source).is_err());
    }
}
