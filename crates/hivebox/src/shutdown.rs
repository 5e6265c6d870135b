//! When to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The order to stop: a signal, or a word from inside the process.
#[derive(Debug)]
pub enum ShutdownSignal {
    /// SIGTERM or SIGINT.
    Os(OsSignals),
    /// A word from inside the process, as tests give it.
    Channel(oneshot::Receiver<()>),
}

/// The signals that stop the service.
#[derive(Debug)]
pub struct OsSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl ShutdownSignal {
    /// Waits for signals from now on.
    ///
    /// # Errors
    /// The system does not let them be waited for.
    pub fn on_signals() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self::Os(OsSignals { terminate, interrupt }))
    }

    /// Waits for the order. Whether to stop at once: a person at a keyboard needs no drain delay, which is
    /// for load balancers.
    pub async fn wait(self) -> bool {
        match self {
            Self::Os(OsSignals { mut terminate, mut interrupt }) => {
                tokio::select! {
                    _ = terminate.recv() => false,
                    _ = interrupt.recv() => true,
                }
            }
            Self::Channel(told) => {
                // An error means that nobody can give the order any more, which is as good.
                let _ = told.await;
                false
            }
        }
    }
}
