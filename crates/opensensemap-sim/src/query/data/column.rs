//! The columns that an answer with measurements may have.

/// What can be told of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
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
    Exposure,
    /// Longitude and latitude in one: in the JSON of a single sensor, and nowhere else.
    Location,
}

impl Column {
    /// Those that can be asked for, in the order of the API's error text.
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
        Self::Exposure,
    ];

    /// Those of an answer for which none were asked.
    pub(crate) const DEFAULT: [Self; 5] =
        [Self::SensorId, Self::CreatedAt, Self::Value, Self::Latitude, Self::Longitude];

    /// The name by which it is asked for and headed.
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
            Self::Exposure => "exposure",
            Self::Location => "location",
        }
    }
}
