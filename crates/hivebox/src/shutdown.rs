//! When to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The order to stop: a signal, or a word from inside the process.
#[derive(Debug)]
pub enum Stop {
    /// SIGTERM or SIGINT.
    Signals(Signals),
    /// A word from inside the process, as tests give it.
    Told(oneshot::Receiver<()>),
}

/// The signals that stop the service.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Waits for signals from now on.
    ///
    /// # Errors
    /// The system does not let them be waited for.
    pub fn on_signals() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self::Signals(Signals { terminate, interrupt }))
    }

    /// Waits for the order. Whether to stop at once: a person at a keyboard needs no drain delay, which is
    /// for load balancers.
    pub async fn wait(self) -> bool {
        match self {
            Self::Signals(Signals { mut terminate, mut interrupt }) => {
                tokio::select! {
                    _ = terminate.recv() => false,
                    _ = interrupt.recv() => true,
                }
            }
            Self::Told(told) => {
                // An error means that nobody can give the order any more, which is as good.
                let _ = told.await;
                false
            }
        }
    }
}
