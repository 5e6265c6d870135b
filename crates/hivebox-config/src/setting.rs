//! All settings, each defined beside the struct that it goes into.

use hivebox_kinds::Described;

use super::reader::{FromSettings, looked_for};

pub use super::answer::{CACHE_TTL, MAX_READING_AGE, STATUS};
pub use super::cache::{CACHE, CACHE_CA, CACHE_PREFIX, CACHE_TIMEOUT, LEASE_TTL};
pub use super::definition::{AnySetting, Setting};
pub use super::forecast::{CONTACT, FORECAST, FORECAST_BUDGET, FORECAST_TIMEOUT};
pub use super::http::{
    KEEP_ALIVE, LISTEN, MAX_CONNECTIONS, MAX_STREAMS, RATE_LIMIT, REQUEST_TIMEOUT, TRUSTED_PROXIES,
};
pub use super::query::{ENGINE, QUERY_MEMORY, QUERY_RUNNING, QUERY_TIMEOUT, QUERY_WAITING, SQL, SQL_ROWS};
pub use super::readiness::READINESS;
pub use super::shutdown::{DRAIN_DELAY, SHUTDOWN_GRACE};
pub use super::store::{
    COMPACT_INTERVAL, COMPACTED_KEEP, RETENTION, SPOOL, SPOOL_MAX_BYTES, STORE, STORE_CREATE_BUCKET,
    STORE_INTERVAL, STORE_TIMEOUT,
};
pub use super::telemetry::{LOG, LOG_FORMAT, OTLP_ENDPOINT};
pub use super::tiles::{TILES, TILES_ATTRIBUTION};
pub use super::upstream::{
    BOXES, UPSTREAM, UPSTREAM_IDLE_TIMEOUT, UPSTREAM_MAX_BYTES, UPSTREAM_RETRIES, UPSTREAM_TIMEOUT,
};

/// All settings, in the order in which people meet them.
pub static SETTINGS: [&dyn AnySetting; 49] = [
    &LISTEN,
    &UPSTREAM,
    &BOXES,
    &CACHE,
    &CACHE_TTL,
    &MAX_READING_AGE,
    &STORE,
    &STORE_INTERVAL,
    &RETENTION,
    &COMPACT_INTERVAL,
    &COMPACTED_KEEP,
    &STATUS,
    &READINESS,
    &FORECAST,
    &CONTACT,
    &TILES,
    &TILES_ATTRIBUTION,
    &UPSTREAM_TIMEOUT,
    &UPSTREAM_IDLE_TIMEOUT,
    &UPSTREAM_MAX_BYTES,
    &UPSTREAM_RETRIES,
    &FORECAST_BUDGET,
    &FORECAST_TIMEOUT,
    &CACHE_PREFIX,
    &CACHE_CA,
    &CACHE_TIMEOUT,
    &LEASE_TTL,
    &STORE_TIMEOUT,
    &STORE_CREATE_BUCKET,
    &SPOOL,
    &SPOOL_MAX_BYTES,
    &QUERY_MEMORY,
    &QUERY_TIMEOUT,
    &QUERY_RUNNING,
    &QUERY_WAITING,
    &ENGINE,
    &SQL,
    &SQL_ROWS,
    &MAX_CONNECTIONS,
    &MAX_STREAMS,
    &KEEP_ALIVE,
    &REQUEST_TIMEOUT,
    &RATE_LIMIT,
    &TRUSTED_PROXIES,
    &DRAIN_DELAY,
    &SHUTDOWN_GRACE,
    &LOG,
    &LOG_FORMAT,
    &OTLP_ENDPOINT,
];

/// The settings that a type reads, in the order of [`SETTINGS`].
#[must_use]
pub fn heeded<S: FromSettings>() -> Vec<&'static dyn AnySetting> {
    let looked_for = looked_for::<S>();
    SETTINGS.iter().copied().filter(|setting| looked_for.contains(&setting.name())).collect()
}

/// All settings as rows of a Markdown table: the variable, the default, and what it is for and allows.
#[must_use]
pub fn markdown_rows() -> String {
    let row = |setting: &&dyn AnySetting| {
        let Described { help, allowed, .. } = setting.described();
        format!("| `{}` | `{}` | {help}. Allowed: {allowed} |\n", setting.variable(), setting.default())
    };
    SETTINGS.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_settings_share_a_name() {
        let names: std::collections::HashSet<_> = SETTINGS.iter().map(|setting| setting.name()).collect();
        assert_eq!(names.len(), SETTINGS.len());
    }

    #[test]
    fn the_docs_list_every_setting_as_it_is_defined() {
        let docs = include_str!("../../../docs/operating.md");
        let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `HIVEBOX_")).collect();
        let expected = markdown_rows();
        assert!(
            rows == expected.lines().collect::<Vec<_>>(),
            "the settings in docs/operating.md should be these rows:\n{expected}"
        );
    }
}
