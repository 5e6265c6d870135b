//! When each stream wakes up.
//!
//! If ten thousand streams woke up at once, every request would wait for all of them. So streams wait in small
//! lanes, which wake one after the other. All timing is here, so a stream needs no timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, sleep_until};

/// With 10,000 streams, a lane has five. Sending their events takes less time than a request may be delayed.
const LANES: usize = 2000;
/// The pause between two lanes: the resolution of the runtime's clock. A round of all lanes takes 2 s.
const PAUSE: Duration = Duration::from_millis(1);

/// The lanes in which streams wait.
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

/// A stream's membership in a lane. Dropping it leaves the lane.
#[derive(Debug)]
pub(super) struct LaneMember {
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
    /// Joins the lanes in rotation.
    pub(super) fn join(self: &Arc<Self>) -> LaneMember {
        let index = self.next.fetch_add(1, Ordering::Relaxed) % LANES;
        // Joining counts the lane first and the sum second; leaving does the reverse. So if the sum is not zero,
        // some lane is not empty.
        self.all[index].streams.fetch_add(1, Ordering::SeqCst);
        self.streams.fetch_add(1, Ordering::SeqCst);
        self.joined.notify_one();
        LaneMember { lanes: Arc::clone(self), index }
    }

    /// Wakes all streams.
    pub(super) fn wake_all(&self) {
        for lane in &self.all {
            lane.turn.notify_waiters();
        }
    }
}

impl LaneMember {
    /// The lane's next turn. Once enabled, the future cannot miss it.
    pub(super) fn turn(&self) -> Notified<'_> {
        self.lanes.all[self.index].turn.notified()
    }
}

impl Drop for LaneMember {
    fn drop(&mut self) {
        self.lanes.streams.fetch_sub(1, Ordering::SeqCst);
        self.lanes.all[self.index].streams.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Wakes the lanes in rounds: as soon as there is a new event, otherwise when a heartbeat is due.
#[derive(Debug)]
pub(super) struct Rounds<'a> {
    lanes: &'a Lanes,
    heartbeat: Duration,
    /// The last turn of each lane. The lane at `front` has waited the longest.
    turns: Vec<Turn>,
    front: usize,
    /// The number of the newest event.
    event: u64,
    next_at: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    at: Instant,
    /// The number of the newest event at that time.
    event: u64,
}

impl<'a> Rounds<'a> {
    /// Starts with the first lane.
    pub(super) fn new(lanes: &'a Lanes, heartbeat: Duration) -> Self {
        let now = Instant::now();
        let turns = vec![Turn { at: now, event: 0 }; LANES];
        Self { lanes, heartbeat, turns, front: 0, event: 0, next_at: now }
    }

    /// Starts a new round for a new event, wherever the last round is.
    pub(super) fn restart(&mut self) {
        self.event += 1;
    }

    /// Waits until a lane is due, and wakes it. It is safe to drop the future at any point.
    pub(super) async fn turn(&mut self) {
        while self.lanes.streams.load(Ordering::SeqCst) == 0 {
            self.lanes.joined.notified().await;
            // A stream sends the newest event as soon as it joins.
            let turn = self.this_turn();
            self.turns.fill(turn);
        }
        // Empty lanes are skipped, so few streams receive an event faster than many.
        for _ in 0..LANES {
            if self.lanes.all[self.front].streams.load(Ordering::SeqCst) > 0 {
                break;
            }
            self.advance();
        }
        let last = self.turns[self.front];
        let due = if last.event == self.event { last.at + self.heartbeat } else { self.next_at };
        sleep_until(due).await;
        // A late turn shortens the next pause, but delays do not accumulate into a burst.
        self.next_at = (self.next_at + PAUSE).max(Instant::now());
        self.lanes.all[self.front].turn.notify_waiters();
        self.advance();
    }

    fn advance(&mut self) {
        self.turns[self.front] = self.this_turn();
        self.front = (self.front + 1) % LANES;
    }

    fn this_turn(&self) -> Turn {
        Turn { at: Instant::now(), event: self.event }
    }
}
