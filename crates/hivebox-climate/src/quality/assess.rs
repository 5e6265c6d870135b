//! Runs all checks.

use super::rules::QualityRules;
use super::table::Quality;
use super::turns::Turns;
use super::{chip, duplicate, neighbours, stuck};
use crate::readings::Readings;

impl Quality {
    /// Checks all plausible readings. Calls `give_way` about every 100 µs, so that a caller can
    /// yield its core; only building the index takes longer, 1 to 2 ms.
    pub fn of(readings: &Readings, rules: &QualityRules, give_way: impl FnMut()) -> Self {
        let mut turns = Turns::new(give_way);
        let mut quality = Self::unchecked(readings);
        chip::check(readings, &mut quality, &mut turns);
        duplicate::check(readings, rules, &mut quality, &mut turns);
        stuck::check(readings, rules, &mut quality, &mut turns);
        neighbours::check(readings, rules, &mut quality, &mut turns);
        quality
    }
}
