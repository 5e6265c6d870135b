//! Each phenomenon over all senseBoxes, in a few numbers.

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::phenomenon::PhenomenonId;
use crate::quantity::{Canonical, Celsius};
use crate::readings::{Readings, timestamp};
use crate::sum::Sum;
use crate::verdict::Verdict;

/// One phenomenon over all senseBoxes. Each sensor counts once, wherever it is exposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhenomenonSummary {
    /// The mean of the readings that count; `None` if there are none.
    pub mean: Option<Canonical>,
    /// The lowest reading that counts.
    pub min: Option<Canonical>,
    /// The highest reading that counts.
    pub max: Option<Canonical>,
    /// When the newest reading that counts was measured.
    pub freshest: Option<Timestamp>,
    /// How many sensors have which verdict, by [`Verdict::index`].
    pub by_verdict: [u64; Verdict::ALL.len()],
}

impl PhenomenonSummary {
    /// The number of readings that count.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_verdict[Verdict::Ok.index()]
    }
}

/// All phenomena over all senseBoxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    phenomena: Vec<PhenomenonSummary>,
    air_temperature: PhenomenonId,
    /// Sensors whose title the catalogue does not know, by [`Verdict::index`].
    pub unknown_by_verdict: [u64; Verdict::ALL.len()],
}

impl Summary {
    /// Sums up `readings`, whose meanings must be of `catalogue`, in one pass.
    pub fn of(readings: &Readings, catalogue: &Catalogue) -> Self {
        let mut tallies = vec![Tally::default(); catalogue.len()];
        let mut unknown = Tally::default();
        for (meaning, value, millis, verdict) in readings.judged() {
            let tally = match meaning.phenomenon() {
                Some(phenomenon) => &mut tallies[phenomenon.index()],
                None => &mut unknown,
            };
            tally.add(value, millis, verdict);
        }
        Self {
            phenomena: tallies.iter().map(Tally::summary).collect(),
            air_temperature: catalogue.air_temperature(),
            unknown_by_verdict: unknown.by_verdict,
        }
    }

    /// One phenomenon.
    ///
    /// # Panics
    /// `phenomenon` is of another catalogue than the summary.
    #[must_use]
    pub fn phenomenon(&self, phenomenon: PhenomenonId) -> &PhenomenonSummary {
        &self.phenomena[phenomenon.index()]
    }

    /// Air temperature, which is what `/temperature` tells.
    #[must_use]
    pub fn air_temperature(&self) -> &PhenomenonSummary {
        self.phenomenon(self.air_temperature)
    }

    /// The mean air temperature; `None` if no reading counts.
    #[must_use]
    pub fn mean_air_temperature(&self) -> Option<Celsius> {
        // The catalogue is refused if air temperature's canonical unit is not °C.
        self.air_temperature().mean.map(|mean| Celsius(mean.0))
    }

    /// How many sensors of all kinds have which verdict, by [`Verdict::index`].
    #[must_use]
    pub fn by_verdict(&self) -> [u64; Verdict::ALL.len()] {
        let mut total = self.unknown_by_verdict;
        for summary in &self.phenomena {
            for (total, count) in total.iter_mut().zip(summary.by_verdict) {
                *total += count;
            }
        }
        total
    }
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    sum: Sum,
    min: f64,
    max: f64,
    freshest_millis: i64,
    by_verdict: [u64; Verdict::ALL.len()],
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            sum: Sum::default(),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            freshest_millis: i64::MIN,
            by_verdict: [0; Verdict::ALL.len()],
        }
    }
}

impl Tally {
    fn add(&mut self, value: f64, millis: i64, verdict: Verdict) {
        self.by_verdict[verdict.index()] += 1;
        if verdict != Verdict::Ok {
            return;
        }
        self.sum.add(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.freshest_millis = self.freshest_millis.max(millis);
    }

    fn summary(&self) -> PhenomenonSummary {
        let count = self.by_verdict[Verdict::Ok.index()];
        let counting = |value: f64| (count > 0).then_some(Canonical(value));
        PhenomenonSummary {
            // Rounding can put the mean of nearly equal values a last digit beyond them.
            mean: (count > 0).then(|| Canonical((self.sum.total() / count as f64).clamp(self.min, self.max))),
            min: counting(self.min),
            max: counting(self.max),
            freshest: timestamp(self.freshest_millis),
            by_verdict: self.by_verdict,
        }
    }
}
