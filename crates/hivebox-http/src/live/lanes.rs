//! When which stream is woken up.
//!
//! Ten thousand streams that wake up at once would make each request wait for all of them. So they stand in
//! lanes of a few, which are woken one after the other; and since all timing is here, a stream needs no timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, sleep_until};

/// With 10,000 streams there are five in a lane, whose events together take less time than a request may wait.
const LANES: usize = 2000;
/// The pause between two lanes: as short as the clock of the runtime can tell. All lanes take 2 s.
const PAUSE: Duration = Duration::from_millis(1);

/// The lanes in which streams stand.
#[derive(Debug)]
pub(super) struct Lanes {
    all: Box<[Lane]>,
    next: AtomicUsize,
    streams: AtomicUsize,
    joined: Notify,
}

#[derive(Debug, Default)]
struct Lane {
    streams: AtomicUsize,
    turn: Notify,
}

/// A stream's stand in a lane, which it leaves when dropped.
#[derive(Debug)]
pub(super) struct Stand {
    lanes: Arc<Lanes>,
    index: usize,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            all: (0..LANES).map(|_| Lane::default()).collect(),
            next: AtomicUsize::new(0),
            streams: AtomicUsize::new(0),
            joined: Notify::new(),
        }
    }
}

impl Lanes {
    /// A stand in the lane whose turn it is to take one.
    pub(super) fn join(self: &Arc<Self>) -> Stand {
        let index = self.next.fetch_add(1, Ordering::Relaxed) % LANES;
        // The lane before the sum, and the other way round on leaving: where the sum is not zero, some lane
        // is not empty.
        self.all[index].streams.fetch_add(1, Ordering::SeqCst);
        self.streams.fetch_add(1, Ordering::SeqCst);
        self.joined.notify_one();
        Stand { lanes: Arc::clone(self), index }
    }

    /// Wakes up all streams.
    pub(super) fn wake_all(&self) {
        for lane in &self.all {
            lane.turn.notify_waiters();
        }
    }
}

impl Stand {
    /// The next turn of this lane, which is not missed once it is enabled.
    pub(super) fn turn(&self) -> Notified<'_> {
        self.lanes.all[self.index].turn.notified()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.lanes.streams.fetch_sub(1, Ordering::SeqCst);
        self.lanes.all[self.index].streams.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Wakes up the lanes in rounds: at once where there is something new, else when a heartbeat is due.
#[derive(Debug)]
pub(super) struct Rounds<'a> {
    lanes: &'a Lanes,
    heartbeat: Duration,
    /// When each lane had its turn, and what was new then. The one in front has waited longest.
    turns: Vec<Turn>,
    front: usize,
    news: u64,
    next_at: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    at: Instant,
    news: u64,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(lanes: &'a Lanes, heartbeat: Duration) -> Self {
        let now = Instant::now();
        let turns = vec![Turn { at: now, news: 0 }; LANES];
        Self { lanes, heartbeat, turns, front: 0, news: 0, next_at: now }
    }

    /// There is something new: a round begins, wherever the last one has come to.
    pub(super) fn restart(&mut self) {
        self.news += 1;
    }

    /// Waits until a lane is due, and wakes it up. Nothing is lost if this is given up half-way.
    pub(super) async fn turn(&mut self) {
        while self.lanes.streams.load(Ordering::SeqCst) == 0 {
            self.lanes.joined.notified().await;
            // Whoever joins is sent what is new at once.
            let turn = self.this_turn();
            self.turns.fill(turn);
        }
        // An empty lane takes no time, so that few streams are told faster than many.
        for _ in 0..LANES {
            if self.lanes.all[self.front].streams.load(Ordering::SeqCst) > 0 {
                break;
            }
            self.advance();
        }
        let last = self.turns[self.front];
        let due = if last.news == self.news { last.at + self.heartbeat } else { self.next_at };
        sleep_until(due).await;
        // Late turns are made up for, but not many at once.
        self.next_at = (self.next_at + PAUSE).max(Instant::now());
        self.lanes.all[self.front].turn.notify_waiters();
        self.advance();
    }

    fn advance(&mut self) {
        self.turns[self.front] = self.this_turn();
        self.front = (self.front + 1) % LANES;
    }

    fn this_turn(&self) -> Turn {
        Turn { at: Instant::now(), news: self.news }
    }
}
