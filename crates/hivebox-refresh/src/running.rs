//! Starts and stops the refresh loop.
//!
//! The loop runs on its own thread, at a lower priority than requests: no request may wait while it reads 20 MB
//! of JSON or writes a snapshot.

use std::io;
use std::thread::{self, JoinHandle};

use hivebox_present::Priority;
use tokio::sync::{oneshot, watch};

use crate::refresh::Refresh;
use crate::store::{self, StoreHandle, StoreRequests};
use crate::{agree, poll, recall};

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
    pub fn start(self) -> io::Result<(Running, StoreHandle)> {
        let (stop, stopped) = watch::channel(false);
        let (handle, requests) = StoreHandle::new();
        let (ending, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("refresh".into()).spawn(move || {
            Priority::Present.take();
            runtime.block_on(run(&self, stopped, requests));
            // A blocking system call, such as a DNS lookup, must not delay the shutdown.
            runtime.shutdown_background();
            // Without a receiver, no one waits for the end.
            let _ = ending.send(());
        })?;
        Ok((Running { thread, stop, ended }, handle))
    }
}

/// Runs all tasks of the loop until the service stops.
async fn run(refresh: &Refresh, stopped: watch::Receiver<bool>, requests: StoreRequests) {
    tokio::join!(
        store::run(refresh, stopped.clone(), requests),
        until(stopped.clone(), store::check(refresh)),
        until(stopped.clone(), store::retain::run(refresh)),
        until(stopped.clone(), store::compact::run(refresh)),
        until(stopped.clone(), poll::run(refresh)),
        until(stopped.clone(), recall::follow(refresh)),
        until(stopped.clone(), recall::recall(refresh)),
        until(stopped, agree::run(refresh)),
    );
    agree::leave(refresh).await;
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
