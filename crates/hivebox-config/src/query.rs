//! How questions about the history are answered, and within which limits.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use super::parse::{Parser, duration, number, switch};
use super::{MINUTE, SECOND, setting};

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
#[error("{0:?} is not the address of a scheduler, such as ballista://scheduler:50050")]
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

impl QueryConfig {
    pub(super) fn read(parser: &mut Parser<'_>) -> Option<Self> {
        let engine = parser.read(setting::ENGINE, engine);
        let memory_bytes = parser.read(setting::QUERY_MEMORY, number(16 << 20, 1 << 40));
        // Replaced files stay for longer than the longest question.
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
        _ if text.starts_with("ballista://") && !cfg!(feature = "ballista") => {
            Err("this hivebox was built without the feature ballista, so it can only be local".into())
        }
        _ if text.starts_with("ballista://") => {
            let address = text.parse::<BallistaAddress>().map_err(|error| error.to_string())?;
            Ok(EngineAddress::Ballista(address))
        }
        _ => Err(String::new()),
    }
}

fn sql(text: &str) -> Result<bool, String> {
    match switch(text)? {
        true if !cfg!(feature = "sql") => Err(
            "this hivebox was built without SQL, so it can only be off: build it with `--features sql`, or use the image"
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
        assert_eq!(engine("spark"), Err(String::new()));
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
        assert_eq!(sql("yes"), Err(String::new()));
    }
}
