//! Limits how many questions run at once and how many wait.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::QueryError;

/// Admits a bounded number of questions and lets a bounded number wait, first come, first served.
#[derive(Debug)]
pub(super) struct Gate {
    /// Permits for running questions.
    running: Arc<Semaphore>,
    /// Permits for running and waiting questions together.
    inside: Arc<Semaphore>,
    /// How many may run, and how many may wait.
    sizes: (usize, usize),
}

/// A place in the queue.
#[derive(Debug)]
pub(super) struct Queued {
    inside: OwnedSemaphorePermit,
    running: Arc<Semaphore>,
}

/// The right to run. Ends when dropped.
#[derive(Debug)]
pub struct Admitted {
    _running: OwnedSemaphorePermit,
    _inside: OwnedSemaphorePermit,
}

/// The upper bound of either limit.
const MOST: usize = 1 << 16;

impl Gate {
    pub(super) fn new(running: usize, waiting: usize) -> Self {
        let (running, waiting) = (running.clamp(1, MOST), waiting.min(MOST));
        Self {
            running: Arc::new(Semaphore::new(running)),
            inside: Arc::new(Semaphore::new(running + waiting)),
            sizes: (running, waiting),
        }
    }

    /// How many questions run now.
    pub(super) fn running(&self) -> usize {
        self.sizes.0 - self.running.available_permits()
    }

    /// How many questions wait now.
    pub(super) fn waiting(&self) -> usize {
        let inside = self.sizes.0 + self.sizes.1 - self.inside.available_permits();
        inside.saturating_sub(self.running())
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`QueryError::Busy`] if the queue is full.
    pub(super) fn queue(&self) -> Result<Queued, QueryError> {
        let (running, waiting) = self.sizes;
        match Arc::clone(&self.inside).try_acquire_owned() {
            Ok(inside) => Ok(Queued { inside, running: Arc::clone(&self.running) }),
            Err(_) => Err(QueryError::Busy { running, waiting }),
        }
    }
}

impl Queued {
    /// Waits for its turn.
    pub(super) async fn admitted(self) -> Result<Admitted, QueryError> {
        let running = self.running.acquire_owned().await;
        let running = running.map_err(|_| QueryError::Ended("the queue is closed".into()))?;
        Ok(Admitted { _running: running, _inside: self.inside })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_find_no_place_are_told_at_once() {
        let gate = Gate::new(1, 1);
        let first = gate.queue().unwrap().admitted().await.unwrap();
        let second = gate.queue().unwrap();
        assert_eq!((gate.running(), gate.waiting()), (1, 1));
        assert!(matches!(gate.queue(), Err(QueryError::Busy { running: 1, waiting: 1 })));
        drop(first);
        let third = gate.queue().unwrap();
        let second = second.admitted().await.unwrap();
        assert!(gate.queue().is_err());
        drop((second, third));
        assert!(gate.queue().is_ok());
    }
}
