//! Statistics of a sample.

mod order;

use jiff::Timestamp;

pub use order::Percentile;

use crate::catalogue::Catalogue;
use crate::direction::MeanDirection;
use crate::quantity::Canonical;
use crate::readings::timestamp;
use crate::sample::Sample;
use crate::sum::CompensatedSum;
use order::{Ordered, WantedRanks};

/// Statistics of the usable readings in a sample. A figure is `None` if there are too few readings
/// for it.
///
/// Directions, such as the wind's, have only a mean and a standard deviation, both from unit
/// vectors: directions have no order, so they have no extremes and no percentiles.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::nearby::BoxIndex;
/// use hivebox_climate::sample::Sample;
/// use hivebox_climate::selection::Selection;
/// use hivebox_climate::statistics::{Percentile, Statistics};
/// # use hivebox_climate::place::{Exposure, Place};
/// # use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
/// # use hivebox_climate::verdict::VerdictRules;
/// # let as_of = "2026-11-25T12:00:00Z".parse()?;
/// # let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
/// # for (id, east, value) in [("a", 7.60, "15"), ("b", 7.62, "16"), ("c", 7.64, "20")] {
/// #     let place = Place::new(51.96, east, None);
/// #     builder.add_box(&BoxFacts { id, name: "", model: "", exposure: Exposure::Outdoor, place });
/// #     let measured = Some(Measured { value, at: as_of });
/// #     builder.add_sensor(&SensorFacts { id, title: "Temperatur", unit: "°C", sensor_type: "", measured });
/// # }
/// # let readings = builder.finish();
/// // `readings` holds three boxes, which report 15, 16 and 20 °C.
/// let catalogue = Catalogue::builtin();
/// let places = BoxIndex::of(&readings);
/// let all = Selection::default();
/// let sample = Sample::draw(&readings, &places, &all, catalogue.air_temperature(), |_| Ok(()));
/// assert_eq!(sample.boxes().coverage(), Some(1.0));
///
/// let told = Statistics::of(&sample, catalogue, &[Percentile::MEDIAN]);
/// assert_eq!((told.count, told.mean.unwrap().0, told.median.unwrap().0), (3, 17.0, 16.0));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The number of readings.
    pub count: u64,
    /// The arithmetic mean; each sensor counts once.
    pub mean: Option<Canonical>,
    /// The 50th percentile.
    pub median: Option<Canonical>,
    /// The mean without the lowest and the highest tenth of the readings, each rounded down to
    /// whole readings.
    pub trimmed_mean: Option<Canonical>,
    /// The sample standard deviation (dividing by n - 1); `None` for fewer than two readings.
    pub standard_deviation: Option<Canonical>,
    /// The lowest reading.
    pub min: Option<Canonical>,
    /// The highest reading.
    pub max: Option<Canonical>,
    /// The requested percentiles, in the requested order.
    pub percentiles: Vec<(Percentile, Option<Canonical>)>,
    /// The time of the newest reading.
    pub freshest: Option<Timestamp>,
    /// The time of the oldest reading.
    pub oldest: Option<Timestamp>,
}

/// How many of ten readings a trimmed mean drops at each end.
const TRIMMED_OF_TEN: usize = 1;

impl Statistics {
    /// Computes the statistics of `sample`, whose phenomenon must be one of `catalogue`.
    #[must_use]
    pub fn of(sample: &Sample<'_>, catalogue: &Catalogue, percentiles: &[Percentile]) -> Self {
        let millis = || sample.readings().map(|reading| reading.measured_at_millis());
        let values: Vec<f64> = sample.readings().filter_map(|reading| Some(reading.value()?.0)).collect();
        let counted = Self {
            count: values.len() as u64,
            mean: None,
            median: None,
            trimmed_mean: None,
            standard_deviation: None,
            min: None,
            max: None,
            percentiles: percentiles.iter().map(|&percentile| (percentile, None)).collect(),
            freshest: millis().max().and_then(timestamp),
            oldest: millis().min().and_then(timestamp),
        };
        if values.is_empty() {
            counted
        } else if catalogue.phenomenon(sample.phenomenon()).is_direction() {
            counted.with_directions(&values)
        } else {
            counted.with_values(values)
        }
    }

    fn with_directions(self, degrees: &[f64]) -> Self {
        let mean: MeanDirection = degrees.iter().map(|&degrees| (degrees, 1.0)).collect();
        Self {
            mean: mean.degrees().map(Canonical),
            standard_deviation: (degrees.len() > 1).then(|| Canonical(mean.deviation_degrees())),
            ..self
        }
    }

    fn with_values(mut self, mut values: Vec<f64>) -> Self {
        let trimmed = values.len() * TRIMMED_OF_TEN / 10;
        let rest = trimmed..values.len() - trimmed;
        let mut places = WantedRanks::new(values.len());
        places.add_percentile(Percentile::MEDIAN);
        self.percentiles.iter().for_each(|&(percentile, _)| places.add_percentile(percentile));
        places.add(rest.start);
        places.add(rest.end - 1);

        let (min, max) = min_max(&values);
        let mean = mean(&values).clamp(min, max);
        self.mean = Some(Canonical(mean));
        self.standard_deviation = deviation(&values, mean).map(Canonical);
        self.min = Some(Canonical(min));
        self.max = Some(Canonical(max));

        let ordered = Ordered::at(places, &mut values);
        self.median = Some(Canonical(ordered.percentile(Percentile::MEDIAN)));
        for (percentile, value) in &mut self.percentiles {
            *value = Some(Canonical(ordered.percentile(*percentile)));
        }
        let rest = ordered.between(rest);
        let (min, max) = min_max(rest);
        self.trimmed_mean = Some(Canonical(self::mean(rest).clamp(min, max)));
        self
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().copied().collect::<CompensatedSum>().total() / values.len() as f64
}

fn min_max(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), &value| (min.min(value), max.max(value)))
}

/// The corrected two-pass algorithm (Chan et al. 1983), which keeps a small deviation exact beside
/// a large mean.
fn deviation(values: &[f64], mean: f64) -> Option<f64> {
    let count = values.len() as f64;
    let (mut squares, mut errors) = (CompensatedSum::default(), CompensatedSum::default());
    for value in values {
        squares.add((value - mean).powi(2));
        errors.add(value - mean);
    }
    let sum = (squares.total() - errors.total().powi(2) / count).max(0.0);
    (values.len() > 1).then(|| (sum / (count - 1.0)).sqrt())
}
