//! The limit of open files, and so of connections.

use hivebox_config::HttpConfig;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

/// Open files beside client connections: the store, Redis, openSenseMap and the runtime.
const BESIDE_CONNECTIONS: u64 = 128;

/// How the limits of open files and connections fit together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fitted {
    open_files: u64,
    asked_for: usize,
    max_connections: usize,
    max_streams: usize,
    /// Why the limit of open files could not be raised.
    failure: Option<rustix::io::Errno>,
}

/// Raises the soft limit to the hard limit. If that is too low for `max-connections`, lowers `max-connections`: clients
/// would take the files that storing and polling need.
///
/// The soft limit is low only for the sake of programs that use `select`.
pub(crate) fn fit(http: &mut HttpConfig) -> Fitted {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let (limit, failure) = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => (raised.current, None),
        Err(error) => (limit.current, Some(error)),
    };
    // No limit counts as the highest one.
    let open_files = limit.unwrap_or(u64::MAX);
    let asked_for = http.max_connections;
    http.max_connections = connections(open_files).min(asked_for as u64) as usize;
    http.max_streams = http.max_streams.min(http.max_connections / 2);
    let HttpConfig { max_connections, max_streams, .. } = *http;
    Fitted { open_files, asked_for, max_connections, max_streams, failure }
}

impl Fitted {
    /// Logs the limits, with a warning if connections had to be lowered.
    pub(crate) fn log(self) {
        let Self { open_files, asked_for, max_connections, max_streams, failure } = self;
        if let Some(error) = failure {
            warn!(%error, "cannot raise the limit of open files");
        }
        if max_connections == asked_for {
            info!(open_files, "limit of open files");
        } else {
            warn!(
                open_files,
                asked_for,
                max_connections,
                max_streams,
                "the limit of open files is too low for max-connections, which is lowered; raise ulimit -n"
            );
        }
    }
}

/// The number of connections that leave enough files for everything else.
fn connections(open_files: u64) -> u64 {
    // With fewer files than that there is no good division, but a service without connections is none.
    open_files.saturating_sub(BESIDE_CONNECTIONS).max(open_files / 4).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        assert_eq!([20_128, 300, 64, 1].map(connections), [20_000, 172, 16, 1]);
    }
}
