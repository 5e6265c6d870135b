//! The columns of an answer with measurements.

/// A property of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataColumn {
    CreatedAt,
    Value,
    Latitude,
    Longitude,
    Height,
    Unit,
    BoxId,
    SensorId,
    Phenomenon,
    SensorType,
    BoxName,
    BoxExposure,
    /// Longitude and latitude together: only in the JSON of a single sensor.
    Location,
}

impl DataColumn {
    /// All columns that can be requested, in the order of the API's error text.
    pub(crate) const ALL: [Self; 12] = [
        Self::CreatedAt,
        Self::Value,
        Self::Latitude,
        Self::Longitude,
        Self::Height,
        Self::Unit,
        Self::BoxId,
        Self::SensorId,
        Self::Phenomenon,
        Self::SensorType,
        Self::BoxName,
        Self::BoxExposure,
    ];

    /// The columns if none are requested.
    pub(crate) const DEFAULT: [Self; 5] =
        [Self::SensorId, Self::CreatedAt, Self::Value, Self::Latitude, Self::Longitude];

    /// The name in requests and headings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "createdAt",
            Self::Value => "value",
            Self::Latitude => "lat",
            Self::Longitude => "lon",
            Self::Height => "height",
            Self::Unit => "unit",
            Self::BoxId => "boxId",
            Self::SensorId => "sensorId",
            Self::Phenomenon => "phenomenon",
            Self::SensorType => "sensorType",
            Self::BoxName => "boxName",
            Self::BoxExposure => "exposure",
            Self::Location => "location",
        }
    }
}
