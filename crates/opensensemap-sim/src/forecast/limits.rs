//! How much the services allow.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The rate limits of the services, for all clients together, by the simulated clock. There are none
/// unless they are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Open-Meteo's.
    pub open_meteo: Option<OpenMeteoLimits>,
    /// The requests per second that MET Norway answers.
    pub met_norway_per_second: Option<u32>,
}

/// The weight of the questions that Open-Meteo answers. A place weighs 1, or more if many variables or
/// days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenMeteoLimits {
    /// In a minute of the clock.
    pub per_minute: u32,
    /// In an hour of the clock.
    pub per_hour: u32,
    /// In a day, in UTC.
    pub per_day: u32,
}

impl RateLimits {
    /// Those of the real services: 600 a minute, 5,000 an hour and 10,000 a day at Open-Meteo, and 20
    /// requests a second at MET Norway.
    pub const REAL: Self = Self {
        open_meteo: Some(OpenMeteoLimits { per_minute: 600, per_hour: 5_000, per_day: 10_000 }),
        met_norway_per_second: Some(20),
    };
}

/// What is used up.
#[derive(Debug, Default)]
pub(crate) struct Quotas(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    limits: RateLimits,
    minute: Window,
    hour: Window,
    day: Window,
    second: Window,
}

/// The weight in the current stretch of time.
#[derive(Debug, Default)]
struct Window {
    number: i64,
    used: f64,
}

impl Window {
    fn used(&mut self, now: Timestamp, seconds: i64) -> &mut f64 {
        let number = now.as_second().div_euclid(seconds);
        if number != self.number {
            *self = Self { number, used: 0.0 };
        }
        &mut self.used
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A limit that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Exceeded {
    #[error("Minutely API request limit exceeded. Please try again in one minute.")]
    Minutely,
    #[error("Hourly API request limit exceeded. Please try again in the next hour.")]
    Hourly,
    #[error("Daily API request limit exceeded. Please try again tomorrow.")]
    Daily,
}

impl Quotas {
    pub(crate) fn limits(&self) -> RateLimits {
        self.with(|state| state.limits)
    }

    /// Sets the limits; nothing is used up then.
    pub(crate) fn set(&self, limits: RateLimits) {
        self.with(|state| *state = State { limits, ..State::default() });
    }

    /// Whether Open-Meteo answers: as in the real one, a question that is too large is refused only
    /// when another one has used up the limit.
    pub(crate) fn check_open_meteo(&self, now: Timestamp) -> Result<(), Exceeded> {
        self.with(|state| {
            let Some(limits) = state.limits.open_meteo else { return Ok(()) };
            let is_over =
                |window: &mut Window, seconds, limit: u32| *window.used(now, seconds) >= f64::from(limit);
            if is_over(&mut state.day, DAY, limits.per_day) {
                return Err(Exceeded::Daily);
            }
            if is_over(&mut state.hour, HOUR, limits.per_hour) {
                return Err(Exceeded::Hourly);
            }
            if is_over(&mut state.minute, MINUTE, limits.per_minute) {
                return Err(Exceeded::Minutely);
            }
            Ok(())
        })
    }

    pub(crate) fn charge_open_meteo(&self, now: Timestamp, weight: f64) {
        self.with(|state| {
            *state.minute.used(now, MINUTE) += weight;
            *state.hour.used(now, HOUR) += weight;
            *state.day.used(now, DAY) += weight;
        });
    }

    /// Counts a request to MET Norway, and says whether it is answered.
    pub(crate) fn admit_to_met_norway(&self, now: Timestamp) -> bool {
        self.with(|state| {
            let used = state.second.used(now, 1);
            *used += 1.0;
            state.limits.met_norway_per_second.is_none_or(|limit| *used <= f64::from(limit))
        })
    }

    /// No panic can leave a sum half-written, so a poisoned lock can be used.
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Exceeded, OpenMeteoLimits, Quotas, RateLimits};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn limits_count_by_the_minutes_hours_and_days_of_the_clock() {
        let quotas = Quotas::default();
        let open_meteo = Some(OpenMeteoLimits { per_minute: 10, per_hour: 15, per_day: 30 });
        quotas.set(RateLimits { open_meteo, met_norway_per_second: None });
        let ask = |time: &str, weight| {
            quotas.check_open_meteo(at(time))?;
            quotas.charge_open_meteo(at(time), weight);
            Ok(())
        };
        assert_eq!(ask("2026-11-24T12:00:00Z", 9.5), Ok(()));
        assert_eq!(ask("2026-11-24T12:00:59Z", 1.0), Ok(()));
        assert_eq!(ask("2026-11-24T12:00:59Z", 1.0), Err(Exceeded::Minutely));
        assert_eq!(ask("2026-11-24T12:01:00Z", 5.0), Ok(()));
        assert_eq!(ask("2026-11-24T12:02:00Z", 1.0), Err(Exceeded::Hourly));
        assert_eq!(ask("2026-11-24T13:00:00Z", 15.0), Ok(()));
        assert_eq!(ask("2026-11-24T14:00:00Z", 1.0), Err(Exceeded::Daily));
        assert_eq!(ask("2026-11-25T00:00:00Z", 1.0), Ok(()));
    }

    #[test]
    fn met_norway_answers_so_many_in_a_second() {
        let quotas = Quotas::default();
        assert!((0..100).all(|_| quotas.admit_to_met_norway(at("2026-11-24T12:00:00Z"))));
        quotas.set(RateLimits::REAL);
        let admitted = (0..30).filter(|_| quotas.admit_to_met_norway(at("2026-11-24T12:00:00.9Z"))).count();
        assert_eq!(admitted, 20);
        assert!(quotas.admit_to_met_norway(at("2026-11-24T12:00:01Z")));
    }
}
