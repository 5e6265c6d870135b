//! What time the stand-in shows: the real one, a fixed one, or one that runs at another pace.

use std::time::Instant;

use jiff::Timestamp;

/// Where the server takes the time from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// It stands still.
    Fixed(Timestamp),
    /// It starts here when it is set, and runs `factor` times as fast as the real one.
    Accelerated {
        /// The first moment.
        start: Timestamp,
        /// Simulated seconds in a real one.
        factor: f64,
    },
}

/// A clock since some moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningClock {
    clock: Clock,
    since: Instant,
}

impl RunningClock {
    pub(crate) fn start(clock: Clock) -> Self {
        Self { clock, since: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self.clock {
            Clock::System => Timestamp::now(),
            Clock::Fixed(time) => time,
            Clock::Accelerated { start, factor } => {
                accelerated(start, factor, self.since.elapsed().as_secs_f64())
            }
        }
    }
}

/// Past the end of time it stays there.
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
