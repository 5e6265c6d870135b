//! Where the scheduler of a cluster is.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;

use crate::query::error::QueryError;

/// The address of a cluster's scheduler, such as `ballista://scheduler:50050`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduler {
    host: String,
    port: u16,
}

/// A text is no address of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address of a scheduler, such as ballista://scheduler:50050")]
pub struct SchedulerError(String);

/// The port of a scheduler unless it was told another.
const PORT: u16 = 50_050;
/// Long enough for a host far away, and short beside the time that an answer may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

impl FromStr for Scheduler {
    type Err = SchedulerError;

    /// Reads `ballista://HOST` or `ballista://HOST:PORT`.
    fn from_str(text: &str) -> Result<Self, SchedulerError> {
        let refused = || SchedulerError(text.into());
        let url = Url::parse(text).map_err(|_| refused())?;
        let has_more = !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        match url.host_str() {
            Some(host) if url.scheme() == "ballista" && !host.is_empty() && !has_more => {
                Ok(Self { host: host.into(), port: url.port().unwrap_or(PORT) })
            }
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Scheduler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ballista://{}:{}", self.host, self.port)
    }
}

impl Scheduler {
    /// The address as gRPC takes it.
    pub(super) fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Fails at once if nobody listens there, and with a reason that can be told from a plan that failed.
    pub(super) async fn reach(&self) -> Result<(), QueryError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let connected = tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect((host, self.port))).await;
        let reason = match connected {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no connection within {} s", CONNECT_WITHIN.as_secs()),
        };
        Err(QueryError::NoCluster { scheduler: self.to_string(), reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_perhaps_a_port() {
        let told = |text: &str| text.parse::<Scheduler>().map(|scheduler| scheduler.to_string());
        assert_eq!(told("ballista://scheduler").unwrap(), "ballista://scheduler:50050");
        assert_eq!(told("ballista://10.0.0.1:7000/").unwrap(), "ballista://10.0.0.1:7000");
        assert_eq!(told("ballista://[::1]:7000").unwrap(), "ballista://[::1]:7000");
        for wrong in ["", "ballista://", "ballista://h:x", "http://h:1", "ballista://h/p", "ballista://u:p@h"]
        {
            assert_eq!(told(wrong), Err(SchedulerError(wrong.into())));
        }
    }
}
