//! The memory that questions take, all of them together.

use std::sync::Arc;

use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool, MemoryReservation};

use super::error::QueryError;

/// The memory that questions may take together. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pool: Arc<dyn MemoryPool>,
    limit_bytes: usize,
}

/// Memory that a question has taken; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Taken {
    reservation: MemoryReservation,
    limit_bytes: usize,
}

impl Memory {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self { pool: Arc::new(GreedyMemoryPool::new(limit_bytes)), limit_bytes }
    }

    pub(super) fn pool(&self) -> Arc<dyn MemoryPool> {
        Arc::clone(&self.pool)
    }

    pub(super) fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// None yet, for what is told.
    pub(super) fn take(&self, what: &'static str) -> Taken {
        Taken { reservation: MemoryConsumer::new(what).register(&self.pool), limit_bytes: self.limit_bytes }
    }
}

impl Taken {
    /// Takes so much, more or less than before; if there is less, what was taken stays.
    pub(super) fn resize(&self, bytes: usize) -> Result<(), QueryError> {
        self.reservation.try_resize(bytes).map_err(|_| self.exhausted())
    }

    /// That there is not enough.
    pub(super) fn exhausted(&self) -> QueryError {
        QueryError::OutOfMemory { limit_bytes: self.limit_bytes }
    }
}
