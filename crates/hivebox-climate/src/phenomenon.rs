//! What sensors measure: air temperature, PM2.5, …

use std::ops::RangeInclusive;

use crate::unit::Conversion;

/// Identifies a phenomenon of one [`Catalogue`] by its index.
///
/// [`Catalogue`]: crate::catalogue::Catalogue
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhenomenonId(pub(crate) u8);

impl PhenomenonId {
    /// The index in the catalogue, from 0, for arrays with one entry for each phenomenon.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A quantity that sensors measure, and the range of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Phenomenon {
    pub(crate) slug: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) unit: Box<str>,
    pub(crate) plausible: RangeInclusive<f64>,
    pub(crate) sentinels: Box<[RangeInclusive<f64>]>,
    pub(crate) is_direction: bool,
    /// Whether most values are tiny compared with the greatest, as those of light and dust are. Then
    /// histograms keep small values finer than great ones.
    pub(crate) is_skewed: bool,
    pub(crate) sensor_error: Option<SensorError>,
    /// Mends values in another unit than the sensor's owner says.
    pub(crate) mend: Option<Conversion>,
}

/// The common error of all sensors of a phenomenon, as one standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SensorError {
    pub(crate) absolute: f64,
    /// As a share of the value.
    pub(crate) relative: f64,
}

impl Phenomenon {
    /// The tolerance around a sentinel. Converting rounds; this is far below the resolution of any
    /// sensor.
    const SENTINEL_TOLERANCE: f64 = 1e-6;

    /// The name in addresses, metrics and snapshots, such as `air_temperature`: lower-case letters,
    /// digits and underscores.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name in English, such as `Air temperature`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The canonical unit, such as `°C`, of all stored values of the phenomenon.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The plausible range, in the canonical unit. `catalogue.toml` gives the reason for each
    /// limit.
    #[must_use]
    pub fn plausible(&self) -> RangeInclusive<f64> {
        self.plausible.clone()
    }

    /// Whether the values are directions in degrees clockwise from north, which must not be
    /// averaged as numbers.
    #[must_use]
    pub fn is_direction(&self) -> bool {
        self.is_direction
    }

    /// The common error of all sensors at a value, as one standard deviation in the canonical unit.
    /// `None` if a reading says nothing about other places, such as a battery's voltage.
    #[must_use]
    pub fn sensor_error(&self, value: f64) -> Option<f64> {
        self.sensor_error.map(|error| error.absolute.max(error.relative * value.abs()))
    }

    /// The value of a sensor in the canonical unit.
    ///
    /// A sensor that claims the canonical unit, whose value is impossible in it and plausible in the
    /// unit that is often mistaken for it, sends that unit: its value is corrected.
    #[must_use]
    pub(crate) fn value(&self, raw: f64, conversion: Conversion) -> f64 {
        let value = conversion.apply(raw);
        let is_wrong = || !self.plausible.contains(&value) && !self.is_sentinel(value);
        self.mend
            .filter(|_| conversion == Conversion::IDENTITY && is_wrong())
            .map(|mend| mend.apply(raw))
            .filter(|corrected| self.plausible.contains(corrected))
            .unwrap_or(value)
    }

    /// Whether `value`, in the canonical unit, is one that a chip or its driver sends instead of a
    /// reading.
    ///
    /// Check this before [`Phenomenon::plausible`]: -40 °C is both.
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
            is_skewed: false,
            sensor_error: None,
            mend: None,
        };
        for value in [-127.0, -127.000_000_000_000_01, -148.0, -143.25, -139.0] {
            assert!(phenomenon.is_sentinel(value), "{value}");
        }
        for value in [-126.99, -127.01, -138.9, 0.0, f64::NAN, f64::INFINITY] {
            assert!(!phenomenon.is_sentinel(value), "{value}");
        }
    }
}
