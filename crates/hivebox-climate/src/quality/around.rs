//! What the readings around a box say, and how far from them a reading may be.

use super::comparison::Comparison;
use super::rules::NeighboursRule;
use super::typical::TypicalSpread;
use crate::median::{TO_DEVIATION, median};
use crate::quantity::Metres;

/// The readings found around one box for one rule. Reused from box to box to save allocations.
#[derive(Debug, Default)]
pub(super) struct FoundNeighbours {
    own_height_km: Option<f64>,
    /// Corrected to the height of the box, the nearest first.
    values: Vec<f64>,
    /// The sum of their distances.
    distance_km: f64,
    nearest_km: f64,
    furthest_km: f64,
    /// The number of neighbours whose height is known, the sums of their heights and the squares of
    /// these, and that of their differences in height to the box.
    heights: f64,
    height_km: f64,
    height_km_2: f64,
    climb_km: f64,
    /// Space to sort a few values in.
    sorted: Vec<f64>,
}

/// Statistics of the readings around a box, corrected to its height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Around {
    pub(super) median: f64,
    /// The standard deviation of these readings, by their median absolute deviation.
    pub(super) deviation: f64,
    pub(super) neighbours: usize,
    /// Their mean distance.
    pub(super) distance_km: f64,
    nearest: Metres,
    furthest: Metres,
    /// Their mean difference in height to the box, as far as heights are known.
    climb_km: f64,
    /// How much more it may be, because heights are unknown.
    unknown_climb_km: f64,
    /// Few of the nearest readings are below or above these, by [`NeighboursRule::company`].
    low: f64,
    high: f64,
}

impl FoundNeighbours {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Forgets what was found, for another box of this height.
    pub(super) fn clear(&mut self, own_height_km: Option<f64>) {
        let (values, sorted) = (std::mem::take(&mut self.values), std::mem::take(&mut self.sorted));
        *self = Self { own_height_km, values, sorted, ..Self::default() };
        self.values.clear();
    }

    /// Adds the nearest reading of those that are left.
    pub(super) fn add(
        &mut self,
        rule: &NeighboursRule,
        value: f64,
        distance_km: f64,
        height_km: Option<f64>,
    ) {
        if self.values.is_empty() {
            self.nearest_km = distance_km;
        }
        self.furthest_km = distance_km;
        self.distance_km += distance_km;
        let climb_km = self.own_height_km.zip(height_km).map_or(0.0, |(own, its)| own - its);
        self.values.push(value - rule.lapse_per_km * climb_km);
        if let Some(height_km) = height_km {
            self.heights += 1.0;
            self.height_km += height_km;
            self.height_km_2 += height_km * height_km;
            self.climb_km += climb_km.abs();
        }
    }

    /// What was found; `None` if that is too little. The readings are no longer in order.
    pub(super) fn summarised(&mut self, rule: &NeighboursRule) -> Option<Around> {
        if self.values.len() < rule.least {
            return None;
        }
        let count = self.values.len() as f64;
        let (low, high) = self.all_but_company(rule);
        let middle = median(&mut self.values)?;
        self.values.iter_mut().for_each(|value| *value = (*value - middle).abs());
        Some(Around {
            median: middle,
            deviation: TO_DEVIATION * median(&mut self.values)?,
            neighbours: self.values.len(),
            distance_km: self.distance_km / count,
            nearest: Metres::from_kilometres(self.nearest_km),
            furthest: Metres::from_kilometres(self.furthest_km),
            climb_km: self.climb_km / count,
            unknown_climb_km: self.unknown_climb_km(),
            low,
            high,
        })
    }

    /// Among the nearest readings, the one with just enough company at the lower end, and at the upper.
    fn all_but_company(&mut self, rule: &NeighboursRule) -> (f64, f64) {
        let nearest = &self.values[..self.values.len().min(rule.company_among)];
        self.sorted.clear();
        self.sorted.extend_from_slice(nearest);
        // A rule's `least` is at least its `company`, so that many are there.
        let from_end = rule.company - 1;
        let low = *self.sorted.select_nth_unstable_by(from_end, f64::total_cmp).1;
        let from_start = self.sorted.len() - rule.company;
        (low, *self.sorted.select_nth_unstable_by(from_start, f64::total_cmp).1)
    }

    /// With a height, a box differs from neighbours without one as much as from the others. Without
    /// one, it may be at the height of any of them.
    fn unknown_climb_km(&self) -> f64 {
        if self.heights == 0.0 {
            return 0.0;
        }
        if self.own_height_km.is_some() {
            let known = self.heights / self.values.len() as f64;
            return self.climb_km / self.heights * (1.0 - known);
        }
        let mean = self.height_km / self.heights;
        (self.height_km_2 / self.heights - mean * mean).max(0.0).sqrt()
    }
}

impl Around {
    /// Compares a value with the neighbours.
    pub(super) fn compare(&self, rule: &NeighboursRule, typical: &TypicalSpread, value: f64) -> Comparison {
        let deviation = value - self.median;
        let typical = if deviation < 0.0 { typical.below } else { typical.above };
        let count = self.neighbours as f64;
        let weighted = rule.typical_weight * typical.powi(2) + count * self.deviation.powi(2);
        let variance = weighted / (rule.typical_weight + count)
            + (rule.per_km * self.distance_km).powi(2)
            + (rule.per_km_height * self.climb_km).powi(2)
            + (rule.per_km_unknown_height * self.unknown_climb_km).powi(2);
        Comparison {
            median: self.median,
            spread: variance.sqrt(),
            neighbours: self.neighbours,
            nearest: self.nearest,
            furthest: self.furthest,
            deviation,
        }
    }

    /// Whether enough of the nearest neighbours are as low, or as high, as this value, give or take
    /// the company's tolerance.
    pub(super) fn has_company(&self, rule: &NeighboursRule, typical: &TypicalSpread, value: f64) -> bool {
        let tolerance = rule.company_within * typical.middle;
        (self.low - tolerance..=self.high + tolerance).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::QualityRules;
    use super::*;

    const TYPICAL: TypicalSpread = TypicalSpread { middle: 1.5, below: 1.2, above: 1.8 };

    fn rule() -> &'static NeighboursRule {
        &QualityRules::builtin().neighbours[0]
    }

    /// The surroundings of a box with neighbours of these values and heights, so many kilometres away.
    fn around(values: &[f64], km: f64, own: Option<f64>, heights: &[Option<f64>]) -> Around {
        let mut found = FoundNeighbours::default();
        found.clear(own);
        for (number, &value) in values.iter().enumerate() {
            found.add(rule(), value, km, heights[number % heights.len()]);
        }
        found.summarised(rule()).unwrap()
    }

    #[test]
    fn the_spread_is_between_that_of_the_moment_and_that_of_the_neighbours() {
        let spread = |values: &[f64], value| {
            around(values, 0.0, None, &[None]).compare(rule(), &TYPICAL, value).spread
        };
        let equal = spread(&[5.0; 30], 6.0);
        assert!(
            (equal - 1.8 * (100.0_f64 / 130.0).sqrt()).abs() < 1e-9,
            "neighbours who agree make it small"
        );
        assert!(spread(&[5.0; 30], 4.0) < equal, "less is allowed below");
        let apart: Vec<f64> = (0..30).map(f64::from).collect();
        assert!(spread(&apart, 6.0) > 3.0, "who disagree make it large");
        assert!(spread(&apart[..5], 6.0) < 2.0, "five of them do not decide");
    }

    #[test]
    fn the_spread_grows_with_distance_and_with_heights_known_or_not() {
        let spread =
            |km, own, heights| around(&[5.0; 6], km, own, heights).compare(rule(), &TYPICAL, 5.0).spread;
        let near = spread(0.0, Some(0.1), &[Some(0.1)]);
        assert!(spread(80.0, Some(0.1), &[Some(0.1)]) > near + 0.1);
        let climb = around(&[5.0, 5.0, 5.0, 5.0, 5.0], 0.0, Some(1.1), &[Some(0.1)]);
        assert!(
            (climb.median - 5.0 + 6.5).abs() < 1e-9 && climb.compare(rule(), &TYPICAL, 0.0).spread > near
        );
        let half_known = spread(0.0, Some(1.1), &[Some(1.1), None, Some(0.1), None]);
        assert!(half_known > spread(0.0, Some(1.1), &[Some(1.1)]) + 0.1);
        let own_unknown = spread(0.0, None, &[Some(0.1), Some(1.1)]);
        assert!(own_unknown > near + 1.0, "{own_unknown}");
        assert!((spread(0.0, None, &[None]) - near).abs() < 1e-9, "nobody knows of any hill");
    }

    #[test]
    fn company_is_enough_neighbours_as_low_or_high() {
        let of_few = around(&[[2.0; 4].as_slice(), &[10.0; 16]].concat(), 0.0, None, &[None]);
        assert!(!of_few.has_company(rule(), &TYPICAL, 2.0), "four may stand in one wrong place");
        let of_more = around(&[[2.0; 5].as_slice(), &[10.0; 16]].concat(), 0.0, None, &[None]);
        assert!(of_more.has_company(rule(), &TYPICAL, 2.0) && of_more.has_company(rule(), &TYPICAL, 0.0));
        assert!(!of_more.has_company(rule(), &TYPICAL, -1.0) && !of_more.has_company(rule(), &TYPICAL, 13.0));
        let far_off = around(&[[10.0; 16].as_slice(), &[2.0; 9]].concat(), 0.0, None, &[None]);
        assert!(!far_off.has_company(rule(), &TYPICAL, 2.0), "the nearest count");
    }
}
