//! The temperature extremes of the last days.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use hivebox_archive::{ArchiveError, GoodValue, Snapshot};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::extremes::{Extremes, TemperatureObservation};
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::{Canonical, Celsius};
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;

/// The temperature extremes of the last days. Writers take turns; requests read without waiting.
#[derive(Debug, Default)]
pub struct Days {
    extremes: ArcSwap<Extremes>,
    writing: Mutex<()>,
}

impl Days {
    /// The current extremes.
    pub fn extremes(&self) -> Arc<Extremes> {
        self.extremes.load_full()
    }

    /// Adds the outdoor air temperatures of a present, as of `now`.
    pub fn add_readings(&self, readings: &Readings, now: Timestamp) {
        let air_temperature = Catalogue::builtin().air_temperature();
        let observed = readings.iter().filter_map(|reading| {
            let counts = reading.verdict() == Verdict::Ok
                && reading.phenomenon() == Some(air_temperature)
                && is_in_the_open(reading.exposure());
            let Canonical(celsius) = reading.value().filter(|_| counts)?;
            Some(TemperatureObservation {
                box_id: reading.box_id(),
                measured_at: reading.measured_at()?,
                temperature: Celsius(celsius),
            })
        });
        let observed: Vec<_> = observed.collect();
        let _turn = self.turn();
        let mut extremes = Extremes::clone(&self.extremes.load());
        extremes.add(now, observed);
        self.extremes.store(Arc::new(extremes));
    }

    /// Adds the outdoor air temperatures of a stored snapshot, as of `now`.
    ///
    /// # Errors
    /// The snapshot cannot be read. Then nothing is added.
    pub fn add_snapshot(&self, snapshot: &Snapshot, now: Timestamp) -> Result<(), ArchiveError> {
        let catalogue = Catalogue::builtin();
        let air_temperature = catalogue.phenomenon(catalogue.air_temperature()).slug();
        let _turn = self.turn();
        let mut extremes = Extremes::clone(&self.extremes.load());
        snapshot.good_values(&[air_temperature], |value: GoodValue<'_>| {
            if is_in_the_open(value.exposure) {
                let GoodValue { box_id, measured_at, value: Canonical(celsius), .. } = value;
                extremes.add(
                    now,
                    [TemperatureObservation { box_id, measured_at, temperature: Celsius(celsius) }],
                );
            }
        })?;
        self.extremes.store(Arc::new(extremes));
        Ok(())
    }

    /// Waits for this writer's turn. A panic of another writer does no harm: extremes are replaced as a whole.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Indoor boxes and mobile boxes say nothing about the weather at one place.
fn is_in_the_open(exposure: Exposure) -> bool {
    matches!(exposure, Exposure::Outdoor | Exposure::Unknown)
}
