//! Faults of what a forecast says.

use serde::{Deserialize, Serialize};

/// A fault of the answer of a weather service. The other services do not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ForecastFault {
    /// Every value is `null`.
    Nulls,
    /// The last third of the values is missing, though not of the times.
    ShortArrays,
    /// The units are others than the values have.
    WrongUnits,
    /// Every value is 999.
    AbsurdValues,
    /// The model has not run for so long that all hours are past.
    StuckRun,
    /// The second half of the places is missing; of one place, its hours.
    MissingPlaces,
    /// The places come in reverse order, each with its `location_id`. MET Norway has one place only.
    SwappedPlaces,
    /// Status 203: the service is about to end.
    Deprecated,
    /// Status 304 without `If-Modified-Since`, or although there is something new. Open-Meteo never
    /// says that.
    NotModified,
}
