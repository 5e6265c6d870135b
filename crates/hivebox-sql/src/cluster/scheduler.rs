//! The scheduler of a cluster.

use std::fmt;
use std::time::Duration;

use hivebox_archive::query::QueryError;
use tokio::net::TcpStream;

/// The address of a cluster's scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduler {
    /// The host name, or an IP address. An IPv6 address is in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Long enough for a distant host, and short compared to the time limit of a question.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

impl fmt::Display for Scheduler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ballista://{}:{}", self.host, self.port)
    }
}

impl Scheduler {
    /// The URL for gRPC.
    pub(super) fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Checks that it accepts connections, so that an unreachable scheduler fails at once, and not like a failed plan.
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
