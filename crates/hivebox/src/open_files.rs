//! How many files, and so connections, the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{info, warn};

/// Files that are open beside connections: the store, Redis, openSenseMap, the runtime's own.
const BESIDE_CONNECTIONS: u64 = 128;

/// Raises the limit as far as the system lets the process do it by itself, and says so if that is too low.
///
/// The lower limit that processes start with is for programs that still wait by `select`.
pub(crate) fn raise_limit(max_connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            warn!(%error, "the limit of open files cannot be raised");
            limit.current
        }
    };
    // No limit is as good as the highest.
    let open_files = limit.unwrap_or(u64::MAX);
    let wanted = max_connections as u64 + BESIDE_CONNECTIONS;
    if open_files < wanted {
        warn!(open_files, wanted, "fewer files may be open than max-connections needs; raise ulimit -n");
    } else {
        info!(open_files, "files that may be open");
    }
}
