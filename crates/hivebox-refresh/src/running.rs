//! Starts and stops the refresh loop.
//!
//! The loop runs on its own thread, at a lower priority than requests: no request may wait while it reads 20 MB
//! of JSON or writes a snapshot. It consists of tasks. A task that panics restarts, and the others go on.

use std::io;
use std::thread::{self, JoinHandle};

use hivebox_present::{Priority, Supervisor, Task};
use tokio::sync::{oneshot, watch};

use crate::forecast::{Fetcher, ForecastParts, Surroundings};
use crate::recall::{self, Recall};
use crate::refresh::Refresh;
use crate::store::{self, StoreHandle, StoreRequests, Storing};
use crate::{agree, poll};

/// The running refresh loop.
#[derive(Debug)]
pub struct Running {
    thread: JoinHandle<()>,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

impl Refresh {
    /// Starts the loop. The handle requests snapshots from it.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn start(mut self) -> io::Result<(Running, StoreHandle)> {
        let (stop, stopped) = watch::channel(false);
        let (handle, requests) = StoreHandle::new();
        let (ending, ended) = oneshot::channel();
        let tasks = Tasks::of(&self.supervisor);
        let forecast = self.take_forecast();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("refresh".into()).spawn(move || {
            Priority::Present.take();
            runtime.block_on(run(&self, &tasks, stopped, requests, forecast));
            // A blocking system call, such as a DNS lookup, must not delay the shutdown.
            runtime.shutdown_background();
            // Without a receiver, no one waits for the end.
            let _ = ending.send(());
        })?;
        Ok((Running { thread, stop, ended }, handle))
    }
}

/// The tasks of the loop.
struct Tasks {
    agree: Task,
    check_store: Task,
    compact: Task,
    days: Task,
    forecast: Task,
    poll: Task,
    recall: Task,
    retain: Task,
    store: Task,
}

impl Tasks {
    fn of(supervisor: &Supervisor) -> Self {
        Self {
            agree: supervisor.task("agree"),
            check_store: supervisor.task("check_store"),
            compact: supervisor.task("compact"),
            days: supervisor.task("days"),
            forecast: supervisor.task("forecast"),
            poll: supervisor.task("poll"),
            recall: supervisor.task("recall"),
            retain: supervisor.task("retain"),
            store: supervisor.task("store"),
        }
    }
}

/// Runs all tasks of the loop until the service stops.
async fn run(
    refresh: &Refresh,
    tasks: &Tasks,
    stopped: watch::Receiver<bool>,
    requests: StoreRequests,
    forecast: Option<ForecastParts>,
) {
    // What a task keeps here outlives its panics.
    let (mut storing, mut recalled) = (Storing::new(refresh, requests), Recall::new(refresh));
    let mut added_last = None;
    let mut fetching = forecast.map(|parts| Fetcher::new(surroundings(refresh), parts));
    let nothing = || ();
    tokio::join!(
        async {
            until(stopped.clone(), tasks.store.run(nothing, async || storing.run().await)).await;
            tasks.store.run(nothing, async || storing.finish().await).await;
        },
        until(stopped.clone(), tasks.check_store.run(nothing, async || store::check(refresh).await)),
        until(stopped.clone(), tasks.retain.run(nothing, async || store::retain::run(refresh).await)),
        until(stopped.clone(), tasks.compact.run(nothing, async || store::compact::run(refresh).await)),
        until(
            stopped.clone(),
            tasks.poll.run(|| poll::record_panic(refresh), async || poll::run(refresh).await)
        ),
        until(
            stopped.clone(),
            tasks.days.run(nothing, async || recall::follow(refresh, &mut added_last).await)
        ),
        until(
            stopped.clone(),
            tasks.forecast.run(
                || refresh.forecasts.forget_wanted(),
                async || {
                    if let Some((fetcher, wanted)) = &mut fetching {
                        fetcher.run(wanted).await;
                    }
                }
            )
        ),
        until(stopped.clone(), tasks.recall.run(nothing, async || recalled.run().await)),
        until(
            stopped.clone(),
            tasks.agree.run(|| agree::stand_alone(refresh), async || agree::run(refresh).await)
        ),
    );
    agree::leave(refresh).await;
}

/// What fetching forecasts shares with the rest of the loop.
fn surroundings(refresh: &Refresh) -> Surroundings<'_> {
    Surroundings {
        clock: &refresh.clock,
        cache: &refresh.cache,
        forecasts: &refresh.forecasts,
        shared: &refresh.shared,
        metrics: &refresh.metrics.forecast,
        cache_metrics: &refresh.metrics.cache,
    }
}

/// Runs `work` until it ends or the service stops.
async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        // An error means that the sender is gone, which is a stop as well.
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

impl Running {
    /// Stops polling, and waits until a running upload has finished.
    pub async fn stop(self) {
        // Errors mean that the loop has ended already.
        let _ = self.stop.send(true);
        let _ = self.ended.await;
        if self.thread.join().is_err() {
            tracing::error!("the refresh loop panicked");
        }
    }
}
