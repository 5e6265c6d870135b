//! What a reading was compared with, in answers.

use hivebox_climate::quality::Comparison;
use hivebox_question::table::hundredths;
use serde::Serialize;
use utoipa::ToSchema;

/// A reading beside those of the boxes around it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub(super) struct NeighbourComparison {
    /// The median of the neighbours, corrected to the height of the box, in `value_unit`.
    #[schema(example = 15.88)]
    pub(super) median: f64,
    /// How far a reading here may be from the median, as one standard deviation in `value_unit`.
    #[schema(example = 1.61)]
    pub(super) spread: f64,
    /// How many boxes nearby the reading was compared with.
    #[schema(example = 20)]
    pub(super) neighbours: usize,
    /// The distance to the nearest of them in kilometres.
    #[schema(example = 0.84)]
    nearest_km: f64,
    /// The distance to the furthest of them in kilometres.
    #[schema(example = 7.32)]
    furthest_km: f64,
    /// How far the reading is above the median in `value_unit`; negative if it is below.
    #[schema(example = 0.19)]
    pub(super) deviation: f64,
}

impl NeighbourComparison {
    pub(super) fn of(comparison: &Comparison) -> Self {
        Self {
            median: hundredths(comparison.median),
            spread: hundredths(comparison.spread),
            neighbours: comparison.neighbours,
            nearest_km: hundredths(comparison.nearest.0 / 1000.0),
            furthest_km: hundredths(comparison.furthest.0 / 1000.0),
            deviation: hundredths(comparison.deviation),
        }
    }
}
