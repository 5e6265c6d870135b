//! How questions about the past are answered, and what they may take.

use std::time::Duration;

#[cfg(feature = "ballista")]
use hivebox_archive::query::{Scheduler, SchedulerError};

use super::parse::{Parser, duration, number, switch};
use super::{MINUTE, SECOND, setting};

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

impl QueryConfig {
    pub(super) fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let engine = parser.read(setting::ENGINE, engine);
        let memory_bytes = parser.read(setting::QUERY_MEMORY, number(16 << 20, 1 << 40));
        // Files that are replaced are kept for longer than the longest query.
        let timeout = parser.read(setting::QUERY_TIMEOUT, duration(SECOND, 10 * MINUTE));
        let running = parser.read(setting::QUERY_RUNNING, number(1, 64));
        let waiting = parser.read(setting::QUERY_WAITING, number(0, 1000));
        let sql = parser.read(setting::SQL, sql);
        Some(Self {
            engine: engine?,
            memory_bytes: memory_bytes?,
            timeout: timeout?,
            running: running? as usize,
            waiting: waiting? as usize,
            sql: sql?,
        })
    }
}

fn engine(text: &str) -> Result<EngineAddress, String> {
    match text {
        "local" => Ok(EngineAddress::Local),
        #[cfg(feature = "ballista")]
        _ if text.starts_with("ballista://") => {
            text.parse().map(EngineAddress::Ballista).map_err(|error: SchedulerError| error.to_string())
        }
        #[cfg(not(feature = "ballista"))]
        _ if text.starts_with("ballista://") => {
            Err("this hivebox was built without the feature ballista, so that it can only be local".into())
        }
        _ => Err(String::new()),
    }
}

fn sql(text: &str) -> Result<bool, String> {
    match switch(text)? {
        true if !cfg!(feature = "history") => {
            Err("this hivebox was built without the feature history, so that it can only be off".into())
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
        assert_eq!(engine("spark"), Err(String::new()));
    }

    #[test]
    fn sql_takes_a_binary_that_has_it() {
        assert_eq!(sql("off"), Ok(false));
        assert_eq!(sql("on").is_ok(), cfg!(feature = "history"));
        assert_eq!(sql("yes"), Err(String::new()));
    }
}
