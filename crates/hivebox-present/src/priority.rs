//! Which work gives way to which: requests go first, then the present, then the past.

/// How much the work of a thread gives way, where cores are short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Work that keeps the present: it gives way to requests, which are many times shorter, but gets a tenth of a
    /// core that other programs would have whole, since a present that comes too late is none.
    Present,
    /// Questions about the past, which may take what nobody else wants.
    Past,
}

impl Priority {
    /// Gives this thread this priority. On Linux a process id of none names the calling thread.
    pub fn take(self) {
        if let Err(error) = rustix::process::setpriority_process(None, self.nice()) {
            tracing::debug!(%error, "work in the background runs at normal priority");
        }
    }

    /// A nice value, of which each step is a quarter more or less of the core's time (sched(7)).
    const fn nice(self) -> i32 {
        match self {
            Self::Present => 10,
            Self::Past => 19,
        }
    }
}
