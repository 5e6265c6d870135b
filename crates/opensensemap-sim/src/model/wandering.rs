//! An error that wanders: alike in neighbouring places, hours and runs.

use crate::seed::Seed;
use crate::weather::hour::HOUR;
use crate::weather::noise::{Field, FieldAt};

/// Runs this many hours apart know different observations, so the part of their errors that comes
/// from observations is independent. Six hours is the cycle of global data assimilation.
const CYCLE_HOURS: i64 = 6;

/// The part of the variance that is the same in all runs: what a model gets wrong whenever it runs,
/// such as a fog that it cannot resolve.
const SHARED: f64 = 0.5;

/// The part of the variance that changes within three hours, beside the one that changes within half
/// a day. Together they decorrelate in about eight hours.
const QUICK: f64 = 0.2;

/// The grids of the slow and the quick part in degrees and hours. Errors decorrelate at three quarters
/// of a step: 150 km for the slow part in the middle latitudes. Steps of time are no whole hours, so
/// that no hour of the day is special.
const SLOW_GRID: (f64, f64) = (2.4, 11.3);
const QUICK_GRID: (f64, f64) = (1.2, 2.9);

/// A random error at one place, with deviation 1.
#[derive(Clone, Debug)]
pub(super) struct Wandering {
    seed: Seed,
    longitude: f64,
    latitude: f64,
    shared: Mixture,
    /// Those of the cycles on either side of the last run.
    cycles: [Option<(i64, Mixture)>; 2],
}

impl Wandering {
    pub(super) fn over(seed: Seed, longitude: f64, latitude: f64) -> Self {
        let shared = Mixture::over(seed.with_text("shared"), longitude, latitude);
        Self { seed, longitude, latitude, shared, cycles: [None, None] }
    }

    /// The error of a run for a time.
    pub(super) fn at(&mut self, run: i64, valid: i64) -> f64 {
        let cycle = CYCLE_HOURS * HOUR;
        let after = run.rem_euclid(cycle) as f64 / cycle as f64;
        let (first, weights) = (run.div_euclid(cycle), [1.0 - after, after]);
        let mut of_the_run = 0.0;
        for (slot, weight) in weights.into_iter().enumerate() {
            of_the_run += weight * self.mixture(slot, first + slot as i64).at(valid);
        }
        let deviation = (weights[0].powi(2) + weights[1].powi(2)).sqrt();
        SHARED.sqrt() * self.shared.at(valid) + (1.0 - SHARED).sqrt() * of_the_run / deviation
    }

    fn mixture(&mut self, slot: usize, cycle: i64) -> &mut Mixture {
        let kept = self.cycles[slot].take().filter(|(kept, _)| *kept == cycle);
        let (_, mixture) = self.cycles[slot].insert(kept.unwrap_or_else(|| {
            (cycle, Mixture::over(self.seed.with(cycle as u64), self.longitude, self.latitude))
        }));
        mixture
    }
}

/// A slow and a quick part at one place.
#[derive(Clone, Debug)]
struct Mixture {
    slow: FieldAt,
    quick: FieldAt,
}

impl Mixture {
    fn over(seed: Seed, longitude: f64, latitude: f64) -> Self {
        let over = |number, (degrees, hours)| {
            Field::new(seed.with(number), degrees, hours).over(longitude, latitude)
        };
        Self { slow: over(1, SLOW_GRID), quick: over(2, QUICK_GRID) }
    }

    fn at(&mut self, valid: i64) -> f64 {
        (1.0 - QUICK).sqrt() * self.slow.standard(valid) + QUICK.sqrt() * self.quick.standard(valid)
    }
}
