//! Counts, for each world and truth, what HiveBox says of the thermometers of a moment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hivebox_climate::quality::{Check, Level, Outcome, Quality, QualityRules};

use super::moment::Truth;
use super::worlds::World;

/// The counts of one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) all: usize,
    /// Those that the check of neighbours can judge.
    pub(crate) judged: usize,
    /// Those that fail any check.
    pub(crate) failed: usize,
    pub(crate) failed_of_judged: usize,
    /// Those below the level `unsuspicious`.
    pub(crate) doubted: usize,
    pub(crate) confirmed: usize,
}

/// The counts of outdoor thermometers by the name of their world and their truth.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<(String, String), Counts>);

impl Tally {
    /// Checks a world and counts.
    pub(crate) fn look(&mut self, world: &World) {
        let readings = world.moment.readings();
        let quality = Quality::of(&readings, QualityRules::builtin(), || ());
        for (row, thermometer) in world.moment.thermometers.iter().enumerate() {
            if !thermometer.is_outdoors() {
                continue;
            }
            let judged = quality.outcome(row, Check::Neighbours) != Outcome::NotChecked;
            let failed = quality.failed(row).next().is_some();
            let counts = self.0.entry((world.name.clone(), thermometer.truth.name())).or_default();
            counts.all += 1;
            counts.judged += usize::from(judged);
            counts.failed += usize::from(failed);
            counts.failed_of_judged += usize::from(failed && judged);
            counts.doubted += usize::from(!quality.is_at_least(row, Level::Unsuspicious));
            counts.confirmed += usize::from(quality.level(row) == Some(Level::Confirmed));
        }
    }

    /// The counts of one group.
    pub(crate) fn of(&self, world: &str, truth: Truth) -> Counts {
        self.0.get(&(world.to_owned(), truth.name())).copied().unwrap_or_default()
    }

    /// One line for each group, in the form that the peer's script prints, too.
    pub(crate) fn table(&self, method: &str) -> String {
        let mut table = String::new();
        for ((world, truth), counts) in &self.0 {
            let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "{world:<32} {truth:<16} {method:<28} {:>6} {:>6.1} {:>7.2} {:>7.2} {:>6.1} {:>6.1}",
                counts.all,
                share(counts.judged, counts.all),
                share(counts.failed_of_judged, counts.judged),
                share(counts.failed, counts.all),
                share(counts.confirmed, counts.all),
                share(counts.doubted, counts.all),
            );
        }
        table
    }
}
