//! The handle of a simulator: its simulation, clock, faults and counters.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::clock::{RunningClock, SimClock};
use crate::fault::Faults;
use crate::forecast::{ForecastQuestions, Quotas, RateLimits};
use crate::requests::Requests;
use crate::simulation::Simulation;

/// A simulated openSenseMap with its clock, faults and counters. Clones are handles to the same
/// simulator.
#[derive(Clone, Debug)]
pub struct SimServer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    simulation: Arc<Simulation>,
    clock: Mutex<RunningClock>,
    faults: Faults,
    requests: Requests,
    questions: ForecastQuestions,
    quotas: Quotas,
}

impl SimServer {
    /// A simulator with the system's time and without faults.
    #[must_use]
    pub fn new(simulation: Simulation) -> Self {
        Self(Arc::new(Inner {
            faults: Faults::new(simulation.options().seed),
            simulation: Arc::new(simulation),
            clock: Mutex::new(RunningClock::start(SimClock::System)),
            requests: Requests::default(),
            questions: ForecastQuestions::default(),
            quotas: Quotas::default(),
        }))
    }

    /// The simulation that it serves.
    #[must_use]
    pub fn simulation(&self) -> &Arc<Simulation> {
        &self.0.simulation
    }

    /// The current faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// The counts of requests.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.0.requests
    }

    /// The counts of places that the weather services were asked about.
    #[must_use]
    pub fn forecast_questions(&self) -> &ForecastQuestions {
        &self.0.questions
    }

    /// The rate limits of the weather services.
    #[must_use]
    pub fn rate_limits(&self) -> RateLimits {
        self.0.quotas.limits()
    }

    /// Sets the rate limits of the weather services; nothing is used up then.
    pub fn set_rate_limits(&self, limits: RateLimits) {
        self.0.quotas.set(limits);
    }

    pub(crate) fn quotas(&self) -> &Quotas {
        &self.0.quotas
    }

    /// Sets the clock. An accelerated clock starts now.
    pub fn set_time(&self, clock: SimClock) {
        *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner) = RunningClock::start(clock);
    }

    /// The simulated time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.lock().unwrap_or_else(PoisonError::into_inner).now()
    }
}
