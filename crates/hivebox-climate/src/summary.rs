//! A short summary of each phenomenon over all senseBoxes.

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::phenomenon::PhenomenonId;
use crate::quantity::{Canonical, Celsius};
use crate::readings::{Readings, timestamp};
use crate::sum::CompensatedSum;
use crate::verdict::Verdict;

/// One phenomenon over all senseBoxes. Each sensor counts once, whatever its exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhenomenonSummary {
    /// The mean of the readings with verdict [`Verdict::Ok`]; `None` if there are none.
    pub mean: Option<Canonical>,
    /// The lowest of these readings.
    pub min: Option<Canonical>,
    /// The highest of these readings.
    pub max: Option<Canonical>,
    /// The time of the newest of these readings.
    pub freshest: Option<Timestamp>,
    /// The number of sensors with each verdict, indexed by [`Verdict::index`].
    pub by_verdict: [u64; Verdict::ALL.len()],
}

impl PhenomenonSummary {
    /// The number of readings with verdict [`Verdict::Ok`].
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_verdict[Verdict::Ok.index()]
    }
}

/// All phenomena over all senseBoxes.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSummary {
    phenomena: Vec<PhenomenonSummary>,
    air_temperature: PhenomenonId,
    /// Sensors with titles that the catalogue does not know, indexed by [`Verdict::index`].
    pub unknown_by_verdict: [u64; Verdict::ALL.len()],
}

impl NetworkSummary {
    /// Summarises `readings`, which must have been judged by `catalogue`, in one pass.
    pub fn of(readings: &Readings, catalogue: &Catalogue) -> Self {
        let mut tallies = vec![PhenomenonTally::default(); catalogue.len()];
        let mut unknown = PhenomenonTally::default();
        for (meaning, value, millis, verdict) in readings.judged() {
            let tally = match meaning.phenomenon() {
                Some(phenomenon) => &mut tallies[phenomenon.index()],
                None => &mut unknown,
            };
            tally.add(value, millis, verdict);
        }
        Self {
            phenomena: tallies.iter().map(PhenomenonTally::summary).collect(),
            air_temperature: catalogue.air_temperature(),
            unknown_by_verdict: unknown.by_verdict,
        }
    }

    /// One phenomenon.
    ///
    /// # Panics
    /// If `phenomenon` comes from a larger catalogue.
    #[must_use]
    pub fn phenomenon(&self, phenomenon: PhenomenonId) -> &PhenomenonSummary {
        &self.phenomena[phenomenon.index()]
    }

    /// Air temperature, as `/temperature` reports it.
    #[must_use]
    pub fn air_temperature(&self) -> &PhenomenonSummary {
        self.phenomenon(self.air_temperature)
    }

    /// The mean air temperature; `None` without a usable reading.
    #[must_use]
    pub fn mean_air_temperature(&self) -> Option<Celsius> {
        // A catalogue whose air temperature is not in °C is refused.
        self.air_temperature().mean.map(|mean| Celsius(mean.0))
    }

    /// The number of sensors of all kinds with each verdict, indexed by [`Verdict::index`].
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
struct PhenomenonTally {
    sum: CompensatedSum,
    min: f64,
    max: f64,
    freshest_millis: i64,
    by_verdict: [u64; Verdict::ALL.len()],
}

impl Default for PhenomenonTally {
    fn default() -> Self {
        Self {
            sum: CompensatedSum::default(),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            freshest_millis: i64::MIN,
            by_verdict: [0; Verdict::ALL.len()],
        }
    }
}

impl PhenomenonTally {
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
            // Rounding can push the mean of nearly equal values one last digit beyond them.
            mean: (count > 0).then(|| Canonical((self.sum.total() / count as f64).clamp(self.min, self.max))),
            min: counting(self.min),
            max: counting(self.max),
            freshest: timestamp(self.freshest_millis),
            by_verdict: self.by_verdict,
        }
    }
}
