//! How questions about the history are answered, and within which limits.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use hivebox_kinds::{Formed, Integer, Kind, SWITCH, TimeSpan};

use super::definition::Setting;
use super::durations::SECOND;
use super::mask::mask_address;
use super::reader::{FromSettings, SettingReader};

/// What answers questions about the past.
pub const ENGINE: Setting<Formed<EngineAddress>> = Setting::address(
    "engine",
    "local",
    Formed::by(engine, "local; in a build with the feature ballista also ballista://HOST:PORT"),
    "What runs history queries: this process, or a Ballista cluster",
);
/// How much memory questions may take.
pub const QUERY_MEMORY: Setting<Integer> = Setting::new(
    "query-memory",
    "268435456",
    Integer { range: 16 << 20..=1 << 40, unit: "bytes" },
    "Memory limit for all running history queries and SQL together; SQL takes at most half",
);
/// How long a question may take. Files that are replaced are kept for longer than the longest query.
pub const QUERY_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "query-timeout",
    "30s",
    TimeSpan::within(SECOND, Duration::from_mins(10)),
    "Timeout of a history query, waiting included",
);
/// How many questions are worked on.
pub const QUERY_RUNNING: Setting<Integer> = Setting::new(
    "query-running",
    "1",
    Integer { range: 1..=64, unit: "" },
    "How many history queries run at once; SQL has as many places of its own",
);
/// How many questions may wait.
pub const QUERY_WAITING: Setting<Integer> = Setting::new(
    "query-waiting",
    "16",
    Integer { range: 0..=1000, unit: "" },
    "How many history queries may wait; HiveBox refuses further ones",
);
/// Whether SQL is answered.
pub const SQL: Setting<SqlSwitch> = Setting::new(
    "sql",
    "off",
    SqlSwitch,
    "Whether POST /api/v1/sql answers everyone who can reach it; keep it from the public",
);
/// How long an answer to SQL may be.
pub const SQL_ROWS: Setting<Integer> = Setting::new(
    "sql-rows",
    "1000000",
    Integer { range: 1..=1_000_000_000, unit: "" },
    "Most rows of an answer by POST /api/v1/sql; HiveBox breaks off a longer one",
);

/// How questions about the history are answered, and within which limits.
#[derive(Debug, Clone)]
pub struct QueryConfig {
    /// `HIVEBOX_ENGINE`.
    pub engine: EngineAddress,
    /// `HIVEBOX_QUERY_MEMORY`.
    pub memory_bytes: u64,
    /// `HIVEBOX_QUERY_TIMEOUT`, including the time in the queue.
    pub timeout: Duration,
    /// `HIVEBOX_QUERY_RUNNING`.
    pub running: usize,
    /// `HIVEBOX_QUERY_WAITING`.
    pub waiting: usize,
    /// `HIVEBOX_SQL`. Always off without the feature `sql`.
    pub sql: bool,
    /// `HIVEBOX_SQL_ROWS`.
    pub sql_rows: usize,
}

/// `HIVEBOX_ENGINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineAddress {
    /// In this process.
    Local,
    /// On a Ballista cluster, by the address of its scheduler. Only with the feature `ballista`.
    Ballista(BallistaAddress),
}

/// The address of a Ballista cluster's scheduler, such as `ballista://scheduler:50050`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BallistaAddress {
    /// The host name, or an IP address. An IPv6 address is in brackets.
    pub host: String,
    /// The port, by default 50050.
    pub port: u16,
}

/// A text is not the address of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{:?} is not the address of a scheduler, such as ballista://scheduler:50050", mask_address(.0))]
pub struct BallistaAddressError(String);

/// The default port of a scheduler.
const BALLISTA_PORT: u16 = 50_050;

impl FromStr for BallistaAddress {
    type Err = BallistaAddressError;

    /// Reads `ballista://HOST` or `ballista://HOST:PORT`.
    fn from_str(text: &str) -> Result<Self, BallistaAddressError> {
        let refused = || BallistaAddressError(text.into());
        let url = Url::parse(text).map_err(|_| refused())?;
        let has_more = !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        match url.host_str() {
            Some(host) if url.scheme() == "ballista" && !host.is_empty() && !has_more => {
                Ok(Self { host: host.into(), port: url.port().unwrap_or(BALLISTA_PORT) })
            }
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for BallistaAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ballista://{}:{}", self.host, self.port)
    }
}

/// On or off. Only a binary with the feature `sql` can switch SQL on.
#[derive(Debug, Clone, Copy)]
pub struct SqlSwitch;

impl Kind for SqlSwitch {
    type Value = bool;

    fn read(&self, text: &str) -> Result<bool, String> {
        sql(text)
    }

    fn allowed(&self) -> String {
        SWITCH.allowed()
    }
}

impl QueryConfig {
    /// The same for a command, which asks one question and serves no SQL: nothing waits.
    pub fn for_one_question(reader: &mut SettingReader<'_>) -> Option<Self> {
        let engine = reader.read(&ENGINE);
        let memory_bytes = reader.read(&QUERY_MEMORY);
        let timeout = reader.read(&QUERY_TIMEOUT);
        let running = reader.read(&QUERY_RUNNING);
        Some(Self {
            engine: engine?,
            memory_bytes: memory_bytes?,
            timeout: timeout?,
            running: running? as usize,
            waiting: 0,
            sql: false,
            sql_rows: 0,
        })
    }
}

impl FromSettings for QueryConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let query = Self::for_one_question(reader);
        let waiting = reader.read(&QUERY_WAITING);
        let sql = reader.read(&SQL);
        let sql_rows = reader.read(&SQL_ROWS);
        Some(Self { waiting: waiting? as usize, sql: sql?, sql_rows: sql_rows? as usize, ..query? })
    }
}

fn engine(text: &str) -> Result<EngineAddress, String> {
    match text {
        "local" => Ok(EngineAddress::Local),
        _ if text.starts_with("ballista://") && !cfg!(feature = "ballista") => {
            Err("can only be local, because this hivebox was built without the feature ballista".into())
        }
        _ if text.starts_with("ballista://") => {
            let address =
                text.parse::<BallistaAddress>().map_err(|error| format!("is malformed ({error})"))?;
            Ok(EngineAddress::Ballista(address))
        }
        _ => Err("is malformed".into()),
    }
}

fn sql(text: &str) -> Result<bool, String> {
    match SWITCH.read(text)? {
        true if !cfg!(feature = "sql") => Err(
            "can only be off, because this hivebox was built without SQL: build it with `--features sql`, or use the image"
                .into(),
        ),
        is_on => Ok(is_on),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_engine_takes_a_binary_that_has_it() {
        assert_eq!(engine("local"), Ok(EngineAddress::Local));
        let ballista = engine("ballista://scheduler:50050");
        assert_eq!(ballista.is_ok(), cfg!(feature = "ballista"));
        assert!(ballista.err().is_none_or(|reason| reason.contains("feature ballista")));
        assert!(engine("spark").is_err());
    }

    #[test]
    fn an_address_is_a_host_and_perhaps_a_port() {
        let told = |text: &str| text.parse::<BallistaAddress>().map(|address| address.to_string());
        assert_eq!(told("ballista://scheduler").unwrap(), "ballista://scheduler:50050");
        assert_eq!(told("ballista://10.0.0.1:7000/").unwrap(), "ballista://10.0.0.1:7000");
        assert_eq!(told("ballista://[::1]:7000").unwrap(), "ballista://[::1]:7000");
        for wrong in ["", "ballista://", "ballista://h:x", "http://h:1", "ballista://h/p", "ballista://u:p@h"]
        {
            assert_eq!(told(wrong), Err(BallistaAddressError(wrong.into())));
        }
    }

    #[test]
    fn sql_takes_a_binary_that_has_it() {
        assert_eq!(sql("off"), Ok(false));
        assert_eq!(sql("on").is_ok(), cfg!(feature = "sql"));
        assert!(sql("yes").is_err());
    }
}
