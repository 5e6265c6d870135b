//! What sensors measure: air temperature, PM2.5, …

use std::ops::RangeInclusive;

/// Stands for a phenomenon of one [`Catalogue`], as the place that it has there.
///
/// [`Catalogue`]: crate::catalogue::Catalogue
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhenomenonId(pub(crate) u8);

impl PhenomenonId {
    /// The place in the catalogue, from 0; for arrays with one entry a phenomenon.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One thing that sensors measure, and what its values can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Phenomenon {
    pub(crate) slug: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) unit: Box<str>,
    pub(crate) plausible: RangeInclusive<f64>,
    pub(crate) sentinels: Box<[RangeInclusive<f64>]>,
    pub(crate) is_direction: bool,
    pub(crate) sensor_error: Option<SensorError>,
}

/// By how much all sensors of a phenomenon may be wrong together, as one standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SensorError {
    pub(crate) absolute: f64,
    /// The share of the value.
    pub(crate) relative: f64,
}

impl Phenomenon {
    /// How far a value may be from a sentinel and still be it: converting rounds, and this is far below
    /// what any sensor resolves.
    const SENTINEL_TOLERANCE: f64 = 1e-6;

    /// The name in addresses, metrics and snapshots, such as `air_temperature`: lower case letters, digits
    /// and underscores.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name in English, such as `Air temperature`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The canonical unit, such as `°C`, in which all values of this phenomenon are kept.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// What a value can be, in the canonical unit. `catalogue.toml` gives the reason for each limit.
    #[must_use]
    pub fn plausible(&self) -> RangeInclusive<f64> {
        self.plausible.clone()
    }

    /// Whether its values are directions, in degrees from north by east, which must not be averaged as numbers.
    #[must_use]
    pub fn is_direction(&self) -> bool {
        self.is_direction
    }

    /// By how much all sensors may be wrong together at a value, as one standard deviation in the canonical unit.
    /// `None` if what one sensor measures says nothing of another place, such as the voltage of its battery.
    #[must_use]
    pub fn sensor_error(&self, value: f64) -> Option<f64> {
        self.sensor_error.map(|error| error.absolute.max(error.relative * value.abs()))
    }

    /// Whether `value`, in the canonical unit, is a number by which a chip or its driver says that it has no
    /// reading.
    ///
    /// To be asked before [`Phenomenon::plausible`]: -40 °C is both.
    #[must_use]
    pub fn is_sentinel(&self, value: f64) -> bool {
        self.sentinels.iter().any(|range| {
            (range.start() - Self::SENTINEL_TOLERANCE..=range.end() + Self::SENTINEL_TOLERANCE)
                .contains(&value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Phenomenon;

    #[test]
    fn sentinels_are_numbers_or_ranges_and_survive_rounding() {
        let phenomenon = Phenomenon {
            slug: "air_temperature".into(),
            name: "Air temperature".into(),
            unit: "°C".into(),
            plausible: -60.0..=60.0,
            sentinels: [-127.0..=-127.0, -148.0..=-139.0].into(),
            is_direction: false,
            sensor_error: None,
        };
        for value in [-127.0, -127.000_000_000_000_01, -148.0, -143.25, -139.0] {
            assert!(phenomenon.is_sentinel(value), "{value}");
        }
        for value in [-126.99, -127.01, -138.9, 0.0, f64::NAN, f64::INFINITY] {
            assert!(!phenomenon.is_sentinel(value), "{value}");
        }
    }
}
