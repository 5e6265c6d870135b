//! How questions about the past are answered, and what they may take.

use std::time::Duration;

#[cfg(feature = "ballista")]
use hivebox_archive::query::{Scheduler, SchedulerError};

use hivebox_kinds::{Formed, Integer, Kind, SWITCH, TimeSpan};

use super::SECOND;
use super::reader::{FromSettings, SettingReader};
use super::setting::Setting;

/// What answers questions about the past.
pub const ENGINE: Setting<Formed<EngineAddress>> = Setting::new(
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
    "Memory limit for all running history queries together",
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
    "How many history queries run at once",
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

/// How questions about the past are answered, and what they may take.
#[derive(Debug, Clone)]
pub struct QueryConfig {
    /// `HIVEBOX_ENGINE`.
    pub engine: EngineAddress,
    /// `HIVEBOX_QUERY_MEMORY`.
    pub memory_bytes: u64,
    /// `HIVEBOX_QUERY_TIMEOUT`, the time in the queue included.
    pub timeout: Duration,
    /// `HIVEBOX_QUERY_RUNNING`.
    pub running: usize,
    /// `HIVEBOX_QUERY_WAITING`.
    pub waiting: usize,
    /// `HIVEBOX_SQL`. Always off without the feature `history`.
    pub sql: bool,
}

/// `HIVEBOX_ENGINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineAddress {
    /// In this process.
    Local,
    /// A Ballista cluster, by its scheduler.
    #[cfg(feature = "ballista")]
    Ballista(Scheduler),
}

/// On or off. Only a binary with the feature `history` can switch SQL on.
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
        })
    }
}

impl FromSettings for QueryConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let query = Self::for_one_question(reader);
        let waiting = reader.read(&QUERY_WAITING);
        let sql = reader.read(&SQL);
        Some(Self { waiting: waiting? as usize, sql: sql?, ..query? })
    }
}

fn engine(text: &str) -> Result<EngineAddress, String> {
    match text {
        "local" => Ok(EngineAddress::Local),
        #[cfg(feature = "ballista")]
        _ if text.starts_with("ballista://") => text
            .parse()
            .map(EngineAddress::Ballista)
            .map_err(|error: SchedulerError| format!("is malformed ({error})")),
        #[cfg(not(feature = "ballista"))]
        _ if text.starts_with("ballista://") => {
            Err("can only be local, since this hivebox was built without the feature ballista".into())
        }
        _ => Err("is malformed".into()),
    }
}

fn sql(text: &str) -> Result<bool, String> {
    match SWITCH.read(text)? {
        true if !cfg!(feature = "history") => {
            Err("can only be off, since this hivebox was built without the feature history".into())
        }
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
    fn sql_takes_a_binary_that_has_it() {
        assert_eq!(sql("off"), Ok(false));
        assert_eq!(sql("on").is_ok(), cfg!(feature = "history"));
        assert!(sql("yes").is_err());
    }
}
