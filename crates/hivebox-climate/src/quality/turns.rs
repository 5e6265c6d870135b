//! Sharing a core with other work.

/// Yields to other work now and then.
pub(super) struct Turns<F> {
    work: usize,
    give_way: F,
}

impl<F: FnMut()> Turns<F> {
    /// About 100 µs of work. The unit is looking at one row.
    const WORK_AT_A_TIME: usize = 2048;

    pub(super) fn new(give_way: F) -> Self {
        Self { work: 0, give_way }
    }

    /// Adds to the work done since the last call of `give_way`, and calls it if that is enough.
    pub(super) fn worked(&mut self, work: usize) {
        self.work += work;
        if self.work >= Self::WORK_AT_A_TIME {
            self.work = 0;
            (self.give_way)();
        }
    }
}
