//! SQL over made-up histories.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod agreement;
mod damage;
mod functions;
mod limits;
mod whole_way;

use std::sync::Arc;
use std::time::Duration;

use hivebox_archive::History;
use hivebox_archive::query::{Engine, EngineOptions};
use hivebox_sql::SqlEngine;

/// Engines with more room than any test needs.
fn engines(history: History) -> (Arc<Engine>, SqlEngine) {
    let options = EngineOptions {
        memory_bytes: 64 << 20,
        timeout: Duration::from_mins(10),
        running: 2,
        waiting: 2,
        threads: 2,
        on_thread_start: || {},
    };
    engines_with(history, options)
}

fn engines_with(history: History, options: EngineOptions) -> (Arc<Engine>, SqlEngine) {
    let engine = Arc::new(Engine::new(history, options).unwrap());
    (Arc::clone(&engine), SqlEngine::new(engine).unwrap())
}
