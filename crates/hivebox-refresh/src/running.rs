//! The one loop that keeps the present: it polls upstream, agrees with the other replicas, publishes, and
//! stores on the clock.
//!
//! It runs on a thread of its own, at a lower priority than requests: reading 20 MB of JSON or writing a
//! snapshot must not make anyone wait.

use std::io;
use std::thread::{self, JoinHandle};

use hivebox_present::Priority;
use tokio::sync::{oneshot, watch};

use crate::refresh::Refresh;
use crate::store::{self, StoreHandle, StoreRequests};
use crate::{agree, poll, recall};

/// The running loop.
#[derive(Debug)]
pub struct Running {
    thread: JoinHandle<()>,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

impl Refresh {
    /// Starts the loop.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(self) -> io::Result<(Running, StoreHandle)> {
        let (stop, stopped) = watch::channel(false);
        let (handle, requests) = StoreHandle::new();
        let (ending, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("refresh".into()).spawn(move || {
            Priority::Present.take();
            runtime.block_on(run(&self, stopped, requests));
            // What still hangs in the system, such as the look-up of a name, holds nobody up.
            runtime.shutdown_background();
            // Nobody waits any more if the receiver is gone.
            let _ = ending.send(());
        })?;
        Ok((Running { thread, stop, ended }, handle))
    }
}

/// Does all of it at once until the service stops.
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

/// Does the work until it is done or the service stops.
async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        // An error means that the other end is gone, which is a stop as well.
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

impl Running {
    /// Stops polling, lets a store that is running finish, and waits for both.
    pub async fn stop(self) {
        // Errors mean that the loop has ended already.
        let _ = self.stop.send(true);
        let _ = self.ended.await;
        if self.thread.join().is_err() {
            tracing::error!("the refresh loop ended by a panic");
        }
    }
}
