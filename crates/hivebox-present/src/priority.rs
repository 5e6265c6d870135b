//! Priorities of threads: requests come first, then the refresh loop, then questions about the past.

/// The priority of a background thread, below that of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// The refresh loop. It gives way to requests, which are many times shorter, but still gets a tenth of a core
    /// beside busy programs of normal priority, because a late present is useless.
    Present,
    /// Questions about the past. They get only idle time.
    Past,
}

impl Priority {
    /// Sets the priority of the calling thread, which Linux means by process id 0. Logs a failure.
    pub fn take(self) {
        if let Err(error) = rustix::process::setpriority_process(None, self.nice()) {
            tracing::debug!(%error, "cannot lower the priority of a background thread");
        }
    }

    /// The nice value. One step changes the share of a core by a quarter (sched(7)).
    const fn nice(self) -> i32 {
        match self {
            Self::Present => 10,
            Self::Past => 19,
        }
    }
}
