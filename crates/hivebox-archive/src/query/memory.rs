//! Counts the memory that all questions take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::QueryError;

/// The memory that all questions may take together: a counter with a limit. Cheap to clone; all clones count together.
///
/// It allocates nothing itself. Whoever is about to allocate much takes the bytes here first.
#[derive(Debug, Clone)]
pub struct Memory {
    used_bytes: Arc<AtomicUsize>,
    limit_bytes: usize,
    /// What it is a part of: bytes count there, too.
    whole: Option<Arc<Memory>>,
}

/// Some bytes of [`Memory`]. Gives them back when dropped.
#[derive(Debug)]
pub struct MemoryShare {
    memory: Memory,
    bytes: usize,
}

impl Memory {
    /// A counter at zero.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        Self { used_bytes: Arc::default(), limit_bytes, whole: None }
    }

    /// A part of it with a lower limit. What the part takes also counts here, and whatever it takes leaves the rest to others.
    #[must_use]
    pub fn part(&self, limit_bytes: usize) -> Self {
        Self { used_bytes: Arc::default(), limit_bytes, whole: Some(Arc::new(self.clone())) }
    }

    /// The most bytes that may be in use at once.
    #[must_use]
    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// The bytes in use.
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.used_bytes.load(Ordering::Relaxed)
    }

    /// Takes some bytes. Give them back by [`give_back`](Self::give_back), or use [`share`](Self::share), which does.
    ///
    /// # Errors
    /// [`QueryError::OutOfMemory`] if they would exceed the limit; then it takes none.
    pub fn take(&self, bytes: usize) -> Result<(), QueryError> {
        if let Some(whole) = &self.whole {
            whole.take(bytes)?;
        }
        // The counter guards no other memory, so no ordering is needed.
        let within_limit = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.limit_bytes);
        let taken = self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within_limit);
        taken.map(drop).map_err(|_| {
            if let Some(whole) = &self.whole {
                whole.give_back(bytes);
            }
            self.exhausted()
        })
    }

    /// Takes some bytes even if they exceed the limit, for memory that has already been allocated.
    pub fn take_beyond_limit(&self, bytes: usize) {
        if let Some(whole) = &self.whole {
            whole.take_beyond_limit(bytes);
        }
        self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Gives back bytes that were taken before.
    pub fn give_back(&self, bytes: usize) {
        if let Some(whole) = &self.whole {
            whole.give_back(bytes);
        }
        self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A share of no bytes yet.
    #[must_use]
    pub fn share(&self) -> MemoryShare {
        MemoryShare { memory: self.clone(), bytes: 0 }
    }

    /// The error for a question that needs more than the limit.
    pub(super) fn exhausted(&self) -> QueryError {
        QueryError::OutOfMemory { limit_bytes: self.limit_bytes }
    }
}

impl MemoryShare {
    /// Grows or shrinks the share to `bytes`.
    ///
    /// # Errors
    /// [`QueryError::OutOfMemory`] if it would exceed the limit; then the share stays as it was.
    pub fn resize(&mut self, bytes: usize) -> Result<(), QueryError> {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.memory.take(more)?,
            None => self.memory.give_back(self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_together_stay_within_the_limit_and_give_back_when_dropped() {
        let memory = Memory::new(100);
        let (mut one, mut other) = (memory.share(), memory.clone().share());
        one.resize(60).unwrap();
        assert!(matches!(other.resize(41), Err(QueryError::OutOfMemory { limit_bytes: 100 })));
        assert!(other.resize(usize::MAX).is_err());
        assert_eq!(memory.used_bytes(), 60);
        other.resize(40).unwrap();
        one.resize(10).unwrap();
        assert_eq!(memory.used_bytes(), 50);
        drop((one, other));
        assert_eq!(memory.used_bytes(), 0);
    }

    #[test]
    fn a_part_leaves_the_rest_to_others() {
        let memory = Memory::new(100);
        let part = memory.part(50);
        assert!(matches!(part.take(51), Err(QueryError::OutOfMemory { limit_bytes: 50 })));
        assert_eq!((part.used_bytes(), memory.used_bytes()), (0, 0));
        part.take(50).unwrap();
        assert_eq!((part.used_bytes(), memory.used_bytes()), (50, 50));
        assert!(part.take(1).is_err());
        memory.take(50).unwrap();
        part.give_back(50);
        assert!(part.take(51).is_err());
        assert_eq!((part.used_bytes(), memory.used_bytes()), (0, 50));
    }

    #[test]
    fn memory_that_is_already_allocated_counts_beyond_the_limit() {
        let memory = Memory::new(100);
        memory.take_beyond_limit(150);
        assert!(memory.take(1).is_err());
        memory.give_back(150);
        assert!(memory.take(100).is_ok());
    }
}
