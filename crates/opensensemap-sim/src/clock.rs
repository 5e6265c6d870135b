//! The simulated time: the real one, a fixed one, or one that runs at another pace.

use jiff::Timestamp;
use tokio::time::Instant;

/// The time that the server shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SimClock {
    /// The system's time.
    #[default]
    System,
    /// A fixed time.
    Fixed(Timestamp),
    /// Starts at `start` when it is set, and runs `factor` times as fast as real time.
    Accelerated {
        /// The first moment.
        start: Timestamp,
        /// Simulated seconds per real second.
        factor: f64,
    },
}

/// A clock, and when it was set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningClock {
    clock: SimClock,
    since: Instant,
}

impl RunningClock {
    pub(crate) fn start(clock: SimClock) -> Self {
        Self { clock, since: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self.clock {
            SimClock::System => system_time(),
            SimClock::Fixed(time) => time,
            SimClock::Accelerated { start, factor } => {
                accelerated(start, factor, self.since.elapsed().as_secs_f64())
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the system's clock")]
fn system_time() -> Timestamp {
    Timestamp::now()
}

/// Stops at the ends of the range of [`Timestamp`].
fn accelerated(start: Timestamp, factor: f64, seconds: f64) -> Timestamp {
    let millis = start.as_millisecond().saturating_add((seconds * factor * 1000.0) as i64);
    let end = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::accelerated;

    #[test]
    fn a_fast_clock_runs_ahead_and_stops_at_the_end_of_time() {
        let start: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        assert_eq!(accelerated(start, 60.0, 2.0).to_string(), "2026-11-24T12:02:00Z");
        assert_eq!(accelerated(start, f64::INFINITY, 2.0), Timestamp::MAX);
        assert_eq!(accelerated(start, f64::NAN, 2.0), start);
    }
}
