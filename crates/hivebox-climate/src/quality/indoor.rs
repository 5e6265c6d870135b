//! Finds boxes that seem to be in a heated room without saying so.

use super::comparison::Comparison;
use super::rules::IndoorRule;

/// Whether a value is to be expected outdoors. Only warm values are suspected: no room is cooled so
/// far below the weather that it would differ from shade.
pub(super) fn passes(rule: &IndoorRule, value: f64, comparison: &Comparison) -> bool {
    let above = comparison.deviation;
    !(rule.room.contains(&value) && above > rule.above && above > rule.threshold * comparison.spread)
}

#[cfg(test)]
mod tests {
    use super::super::neighbourhood::NeighbourStatistics;
    use super::*;
    use crate::quantity::Metres;

    #[test]
    fn only_what_is_as_warm_as_a_room_and_warmer_than_around_is_suspected() {
        let rule = IndoorRule { room: 17.0..=27.0, above: 4.0, threshold: 3.0 };
        let passes = |rule: &IndoorRule, value, (median, spread)| {
            let (nearest, furthest) = (Metres(100.0), Metres(900.0));
            let around = NeighbourStatistics { median, spread, neighbours: 5, nearest, furthest };
            passes(rule, value, &around.compare(value))
        };
        assert!(!passes(&rule, 21.0, (8.0, 1.5)));
        assert!(passes(&rule, 15.0, (2.0, 1.5)), "no room");
        assert!(passes(&rule, 30.0, (20.0, 1.5)), "the sun");
        assert!(passes(&rule, 21.0, (17.5, 0.5)), "hardly warmer");
        assert!(passes(&rule, 21.0, (8.0, 5.0)), "the neighbours disagree");
        assert!(passes(&rule, 18.0, (30.0, 1.5)), "a cellar");
    }
}
