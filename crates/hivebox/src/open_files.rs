//! The limit of open files, and so of connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

/// Open files beside client connections: the store, Redis, openSenseMap and the runtime.
const BESIDE_CONNECTIONS: u64 = 128;

/// Raises the soft limit to the hard limit, and warns if that is too low for `max_connections`.
///
/// The soft limit is low only for the sake of programs that use `select`.
pub(crate) fn raise_limit(max_connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            warn!(%error, "cannot raise the limit of open files");
            limit.current
        }
    };
    // No limit counts as the highest one.
    let open_files = limit.unwrap_or(u64::MAX);
    let wanted = max_connections as u64 + BESIDE_CONNECTIONS;
    if open_files < wanted {
        warn!(open_files, wanted, "the limit of open files is too low for max-connections; raise ulimit -n");
    } else {
        info!(open_files, "limit of open files");
    }
}
