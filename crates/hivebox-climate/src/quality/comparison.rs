//! What a reading was compared with.

use crate::quantity::Metres;

/// A reading beside those of the boxes around it. The checks for neighbours and for rooms decide by
/// these figures; they spare a reading with company, though: see `docs/quality.md`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The median of the neighbours, corrected to the height of the reading's box, in the canonical
    /// unit of the phenomenon.
    pub median: f64,
    /// How far a reading here may be from the median, as one standard deviation in the same unit: of
    /// these neighbours and of all readings of the moment, and more with distance and height.
    pub spread: f64,
    /// The number of neighbours; each place counts once.
    pub neighbours: usize,
    /// The distance to the nearest of them.
    pub nearest: Metres,
    /// The distance to the furthest of them.
    pub furthest: Metres,
    /// How far the reading is above the median, in the same unit; negative if it is below.
    pub deviation: f64,
}
