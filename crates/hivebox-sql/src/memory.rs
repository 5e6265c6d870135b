//! Lets `DataFusion` take its memory from the share of all questions.

use std::fmt;

use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{MemoryLimit, MemoryPool, MemoryReservation};
use hivebox_archive::query::Memory;

/// The memory of all questions as a pool of `DataFusion`.
#[derive(Debug)]
pub(crate) struct SharedPool(pub(crate) Memory);

impl fmt::Display for SharedPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({} of {} bytes)", self.name(), self.0.used_bytes(), self.0.limit_bytes())
    }
}

impl MemoryPool for SharedPool {
    fn name(&self) -> &'static str {
        "questions"
    }

    fn grow(&self, _reservation: &MemoryReservation, additional: usize) {
        self.0.take_beyond_limit(additional);
    }

    fn shrink(&self, _reservation: &MemoryReservation, shrink: usize) {
        self.0.give_back(shrink);
    }

    fn try_grow(&self, _reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.0.take(additional).map_err(|error| resources_datafusion_err!("{error}"))
    }

    fn reserved(&self) -> usize {
        self.0.used_bytes()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.0.limit_bytes())
    }
}
