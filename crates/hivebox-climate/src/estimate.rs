//! Estimates conditions at places without a sensor from the sensors around them.

mod blend;
mod surroundings;

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::nearby::BoxIndex;
use crate::phenomenon::PhenomenonId;
use crate::place::{
    LAPSE_DEVIATION_KELVIN_PER_METRE, LAPSE_KELVIN_PER_METRE, Position, height_correction_kelvin,
};
use crate::quantity::{Canonical, Metres};
use crate::readings::{Reading, Readings};
use blend::Height;
use surroundings::Surroundings;

/// The place to estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Where on Earth.
    pub position: Position,
    /// Height above sea level. If `None`, the estimate is for the mean height of the sensors
    /// around.
    pub height: Option<Metres>,
}

/// An estimate of one phenomenon at a spot, from the outdoor boxes around it.
///
/// The nearest [`Estimate::MAX_BOXES`] boxes within [`Estimate::REACH`] count, each weighted by the
/// inverse square of its distance (Shepard 1968), softened by [`Estimate::SOFTENING`]. Air
/// temperatures are first corrected to one height.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::estimate::{Estimate, Spot};
/// use hivebox_climate::nearby::BoxIndex;
/// use hivebox_climate::place::Position;
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
/// // `readings` holds three boxes, which report 15, 16 and 20 °C from west to east.
/// let spot = Spot { position: Position::new(51.96, 7.61).unwrap(), height: None };
/// let places = BoxIndex::of(&readings);
/// let told = Estimate::all_at(&readings, &places, Catalogue::builtin(), spot, |_| Ok(()));
/// assert_eq!((told.len(), told[0].boxes), (1, 3));
/// assert!((15.5..17.0).contains(&told[0].value.0));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimated phenomenon.
    pub phenomenon: PhenomenonId,
    /// The estimate, in the phenomenon's canonical unit.
    pub value: Canonical,
    /// The standard error, in the same unit: the true value is within two of these in 95 of 100
    /// cases.
    pub uncertainty: Canonical,
    /// The number of boxes used.
    pub boxes: usize,
    /// The number of their sensors used.
    pub sensors: usize,
    /// The distance to the nearest of the boxes.
    pub nearest: Metres,
    /// The distance to the furthest of the boxes.
    pub furthest: Metres,
    /// The time of the newest reading used.
    pub freshest: Option<Timestamp>,
    /// The time of the oldest reading used.
    pub oldest: Option<Timestamp>,
    /// The height of the estimate; `None` if heights were not corrected for.
    pub height: Option<Metres>,
}

impl Estimate {
    /// The largest number of boxes in an estimate. With one box for each 10 km², this many are
    /// within 7 km, and any box beyond would have less than a fiftieth of the weight.
    pub const MAX_BOXES: usize = 16;

    /// The maximum distance of a box: about how far a front moves in the hour that a reading may be
    /// old.
    pub const REACH: Metres = Metres::from_kilometres(50.0);

    /// Its square is added to the square of each distance. Below a kilometre, boxes differ by
    /// shelter rather than by weather, and owners may have moved them on the map. A box at distance
    /// zero weighs as much as two boxes at one kilometre.
    pub const SOFTENING: Metres = Metres::from_kilometres(1.0);

    /// One standard deviation of the height of boxes around the mean height of the land: that of hills.
    pub const GROUND_DEVIATION: Metres = Metres(100.0);

    /// The weight of a box at a distance: the inverse square, softened by
    /// [`SOFTENING`](Self::SOFTENING).
    pub(crate) fn weight_at(distance: Metres) -> f64 {
        1.0 / (distance.0.powi(2) + Self::SOFTENING.0.powi(2))
    }

    /// The estimate of an air temperature for a place at `height`, if none of the boxes has a known
    /// height; any other estimate stays as it is.
    ///
    /// `ground` is the height of the land around, at which the boxes are taken to stand, give or take
    /// [`GROUND_DEVIATION`](Self::GROUND_DEVIATION). Without it, the value stays, and the uncertainty
    /// grows by half of the difference between sea level and `height`.
    #[must_use]
    pub fn at_height(mut self, height: Metres, ground: Option<Metres>) -> Self {
        if self.phenomenon != Catalogue::builtin().air_temperature() || self.height.is_some() {
            return self;
        }
        let unknown = match ground {
            Some(ground) => {
                self.value.0 += height_correction_kelvin(Some(ground), Some(height));
                self.height = Some(height);
                let lapse = LAPSE_DEVIATION_KELVIN_PER_METRE * (height.0 - ground.0);
                lapse.hypot(LAPSE_KELVIN_PER_METRE * Self::GROUND_DEVIATION.0)
            }
            None => LAPSE_KELVIN_PER_METRE * height.0 / 2.0,
        };
        self.uncertainty.0 = self.uncertainty.0.hypot(unknown);
        self
    }

    /// Estimates every phenomenon that an outdoor box in reach of `spot` measures, in the order of
    /// `catalogue`. `places` must be the index of `readings`, and `readings` must have been judged
    /// by `catalogue`. `check` returns the reason if a reading must not be used.
    pub fn all_at<'a>(
        readings: &'a Readings,
        places: &BoxIndex,
        catalogue: &Catalogue,
        spot: Spot,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) -> Vec<Self> {
        let surroundings = Surroundings::of(readings, places, catalogue, spot.position, |_| true, check);
        catalogue.iter().filter_map(|(id, _)| blended(&surroundings, catalogue, id, spot)).collect()
    }

    /// Estimates one phenomenon, as [`all_at`](Self::all_at) does. It is faster if `places` has only
    /// the outdoor boxes with such a reading.
    pub fn one_at<'a>(
        readings: &'a Readings,
        places: &BoxIndex,
        catalogue: &Catalogue,
        phenomenon: PhenomenonId,
        spot: Spot,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) -> Option<Self> {
        let wanted = |id| id == phenomenon;
        let surroundings = Surroundings::of(readings, places, catalogue, spot.position, wanted, check);
        blended(&surroundings, catalogue, phenomenon, spot)
    }
}

fn blended(
    surroundings: &Surroundings,
    catalogue: &Catalogue,
    id: PhenomenonId,
    spot: Spot,
) -> Option<Estimate> {
    let height =
        if id == catalogue.air_temperature() { Height::CorrectedTo(spot.height) } else { Height::Ignored };
    blend::estimate(id, catalogue.phenomenon(id), surroundings.sensors(id), height)
}
