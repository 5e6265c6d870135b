//! The signal that stops the service.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Tells the service to stop.
#[derive(Debug)]
pub enum ShutdownSignal {
    /// SIGTERM or SIGINT.
    Os(OsSignals),
    /// A message from inside the process, as tests send it.
    Channel(oneshot::Receiver<()>),
}

/// The handlers of the signals.
#[derive(Debug)]
pub struct OsSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl ShutdownSignal {
    /// Starts to listen for SIGTERM and SIGINT. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The system refuses a signal handler.
    pub fn on_signals() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self::Os(OsSignals { terminate, interrupt }))
    }

    /// Waits for the signal. Returns whether to skip the drain delay, which is for load balancers: after SIGINT, from
    /// a person at a keyboard.
    pub async fn wait(self) -> bool {
        match self {
            Self::Os(OsSignals { mut terminate, mut interrupt }) => {
                tokio::select! {
                    _ = terminate.recv() => false,
                    _ = interrupt.recv() => true,
                }
            }
            Self::Channel(message) => {
                // An error means that the sender is gone, which is a stop as well.
                let _ = message.await;
                false
            }
        }
    }
}
