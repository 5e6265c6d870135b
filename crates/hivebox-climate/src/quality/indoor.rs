//! Finds boxes that seem to be in a heated room without saying so.

use super::comparison::Comparison;
use super::rules::IndoorRule;

/// Whether a value is to be expected outdoors. Only warm values are suspected: no room is cooled so
/// far below the weather that it would differ from shade. When nobody heats, sun on a wall looks the
/// same.
pub(super) fn passes(rule: &IndoorRule, value: f64, comparison: &Comparison) -> bool {
    let above = comparison.deviation;
    let is_heating = comparison.median < rule.outside_below;
    let stands_out = above > rule.above && above > rule.threshold * comparison.spread;
    !(is_heating && rule.room.contains(&value) && stands_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Metres;

    #[test]
    fn only_what_is_as_warm_as_a_room_and_warmer_than_around_is_suspected() {
        let rule = IndoorRule { room: 17.0..=27.0, outside_below: 12.0, above: 4.0, threshold: 2.5 };
        let passes = |rule: &IndoorRule, value, (median, spread)| {
            let (nearest, furthest) = (Metres(100.0), Metres(900.0));
            let deviation = value - median;
            passes(rule, value, &Comparison { median, spread, neighbours: 5, nearest, furthest, deviation })
        };
        assert!(!passes(&rule, 21.0, (8.0, 1.5)));
        assert!(passes(&rule, 15.0, (2.0, 1.5)), "no room");
        assert!(passes(&rule, 30.0, (20.0, 1.5)), "the sun");
        assert!(passes(&rule, 17.0, (13.1, 0.5)), "hardly warmer");
        assert!(passes(&rule, 21.0, (8.0, 6.0)), "the neighbours disagree");
        assert!(passes(&rule, 24.0, (16.0, 1.5)), "nobody heats, but the sun shines");
        assert!(passes(&rule, 18.0, (30.0, 1.5)), "a cellar");
    }
}
