//! Measures while a client keeps asking HiveBox for something else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow};
use rustix::process::setpriority_process;

/// The priority of the client that asks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Client {
    /// That of every other client.
    Ordinary,
    /// It gives way to the client that measures, whose core it would take otherwise.
    GivesWay,
}

/// Measures while one `ask` after another is answered; also returns the number of answers. `ask` takes the number of
/// answers before it.
pub(super) fn while_asking<T>(
    client: Client,
    ask: impl Fn(usize) -> Result<()> + Sync,
    measure: impl FnOnce() -> Result<T>,
) -> Result<(T, usize)> {
    const LOWEST: i32 = 19;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            if matches!(client, Client::GivesWay) {
                setpriority_process(None, LOWEST).context("cannot lower the priority of a thread")?;
            }
            let mut answers = 0;
            while !is_over.load(Ordering::Relaxed) {
                ask(answers)?;
                answers += 1;
            }
            anyhow::Ok(answers)
        });
        let measured = measure();
        is_over.store(true, Ordering::Relaxed);
        let answers = asking.join().map_err(|_| anyhow!("the client that asks panicked"))??;
        Ok((measured?, answers))
    })
}
