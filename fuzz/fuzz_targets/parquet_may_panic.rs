//! The crates `parquet` and `arrow` may panic on damaged bytes. HiveBox checks checksums first, so only its own panics count.

use std::panic;

/// Lets panics of these crates unwind, and aborts at all others.
pub fn init() {
    panic::set_hook(Box::new(|panic| {
        let file = panic.location().map_or("", |place| place.file());
        if !["/parquet-", "/arrow-", "/bytes-", "/library/alloc/"]
            .iter()
            .any(|library| file.contains(library))
        {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

/// Runs a reader.
pub fn run(reader: impl FnOnce()) {
    // The hook has aborted unless a library panicked.
    let _ = panic::catch_unwind(panic::AssertUnwindSafe(reader));
}
