//! Restarts tasks that panic.
//!
//! The long-lived tasks of the process each do one job, such as polling or storing. A bug in one of them must not end
//! that job for ever, nor any other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tokio::time::{Instant, sleep};
use tracing::error;

/// The pause after the first panic; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A task that ran for so long since its last panic begins again with the shortest pause.
const WELL_AFTER: Duration = Duration::from_mins(10);

/// Counts the restarts of all tasks. Cheap to clone; clones share their counters.
#[derive(Debug, Clone)]
pub struct Supervisor {
    restarts: Family<[(&'static str, &'static str); 1], Counter>,
}

/// A long-lived task.
#[derive(Debug, Clone)]
pub struct Task {
    name: &'static str,
    restarts: Counter,
}

impl Supervisor {
    /// Registers the counter of restarts, without tasks.
    pub fn register(registry: &mut Registry) -> Self {
        let restarts = Family::default();
        registry.register(
            "task_restarts",
            "Restarts of a task after a panic, by task",
            Family::clone(&restarts),
        );
        Self { restarts }
    }

    /// The task of this name, with its restarts at zero.
    #[must_use]
    pub fn task(&self, name: &'static str) -> Task {
        Task { name, restarts: self.restarts.get_or_create(&[("task", name)]).clone() }
    }
}

impl Task {
    /// Runs `work` until it ends. If it panics, this counts and logs that, calls `recover`, pauses, and runs it again.
    ///
    /// What both use must be in order at every point where `work` can panic.
    pub async fn run(&self, recover: impl Fn(), mut work: impl AsyncFnMut()) {
        let mut pause = Duration::ZERO;
        loop {
            let begun = Instant::now();
            let Err(panic) = AssertUnwindSafe(work()).catch_unwind().await else { return };
            self.restarts.inc();
            pause = next_pause(pause, begun.elapsed());
            error!(task = self.name, panic = panic_message(&*panic), ?pause, "a task panicked; it restarts");
            if catch_unwind(AssertUnwindSafe(&recover)).is_err() {
                error!(task = self.name, "the recovery after the panic panicked as well");
            }
            sleep(pause).await;
        }
    }
}

/// The pause after a task panicked that ran for `ran` since the last pause.
fn next_pause(last: Duration, ran: Duration) -> Duration {
    if ran >= WELL_AFTER { FIRST_PAUSE } else { (last * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE) }
}

/// The message of a panic.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_restarts_even_if_its_recovery_panics() {
        let supervisor = Supervisor::register(&mut Registry::default());
        let (runs, recoveries, begun) = (Cell::new(0), Cell::new(0), Instant::now());
        let work = async || {
            runs.set(runs.get() + 1);
            assert!(runs.get() > 2, "run {}", runs.get());
        };
        let recover = || {
            recoveries.set(recoveries.get() + 1);
            assert!(recoveries.get() > 1, "again");
        };
        supervisor.task("store").run(recover, work).await;
        assert_eq!((runs.get(), recoveries.get(), supervisor.task("store").restarts.get()), (3, 2, 2));
        assert!(begun.elapsed() >= FIRST_PAUSE * 3, "it paused");
    }

    #[test]
    fn pauses_grow_up_to_a_limit_until_the_task_runs_well() {
        let pauses: Vec<u64> =
            std::iter::successors(Some(Duration::ZERO), |last| Some(next_pause(*last, *last)))
                .map(|pause| pause.as_secs())
                .take(9)
                .collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(next_pause(LONGEST_PAUSE, WELL_AFTER), FIRST_PAUSE);
    }

    #[test]
    fn the_message_of_a_panic_is_known() {
        for (panic, message) in [
            (catch_unwind(|| panic!("literal")), "literal"),
            (catch_unwind(|| panic!("number {}", 1)), "number 1"),
            (catch_unwind(|| std::panic::panic_any(1)), "no message"),
        ] {
            assert_eq!(panic_message(&*panic.unwrap_err()), message);
        }
    }
}
