//! The conditions at a place where no sensor need stand, from the sensors around it.

mod blend;
mod surroundings;

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::nearby::Places;
use crate::phenomenon::PhenomenonId;
use crate::place::Position;
use crate::quantity::{Canonical, Metres};
use crate::readings::{Reading, Readings};
use blend::Height;
use surroundings::Surroundings;

/// Where the conditions are asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Where on Earth.
    pub position: Position,
    /// How high above sea level. If `None`, the estimate is for the height of the sensors around.
    pub height: Option<Metres>,
}

/// What a phenomenon is like at a spot, by the outdoor boxes around it.
///
/// The nearest [`Estimate::MAX_BOXES`] boxes within [`Estimate::REACH`] count, each by the inverse square of its
/// distance (Shepard 1968), to which [`Estimate::SOFTENING`] is added. Air temperature is brought to one height
/// first.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::estimate::{Estimate, Spot};
/// use hivebox_climate::nearby::Places;
/// use hivebox_climate::place::Position;
/// # use hivebox_climate::place::{Exposure, Place};
/// # use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
/// # use hivebox_climate::verdict::Rules;
/// # let as_of = "2026-11-25T12:00:00Z".parse()?;
/// # let mut builder = ReadingsBuilder::new(Catalogue::builtin(), Rules::default(), as_of);
/// # for (id, east, value) in [("a", 7.60, "15"), ("b", 7.62, "16"), ("c", 7.64, "20")] {
/// #     let place = Place::new(51.96, east, None);
/// #     builder.add_box(&BoxFacts { id, name: "", model: "", exposure: Exposure::Outdoor, place });
/// #     let measured = Some(Measured { value, at: as_of });
/// #     builder.add_sensor(&SensorFacts { id, title: "Temperatur", unit: "°C", sensor_type: "", measured });
/// # }
/// # let readings = builder.finish();
/// // `readings` are of three boxes, which tell 15, 16 and 20 °C from west to east.
/// let spot = Spot { position: Position::new(51.96, 7.61).unwrap(), height: None };
/// let places = Places::of(&readings);
/// let told = Estimate::all_at(&readings, &places, Catalogue::builtin(), spot, |_| Ok(()));
/// assert_eq!((told.len(), told[0].boxes), (1, 3));
/// assert!((15.5..17.0).contains(&told[0].value.0));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// What is estimated.
    pub phenomenon: PhenomenonId,
    /// The estimate.
    pub value: Canonical,
    /// One standard deviation of how far the truth may be from it. The truth is within two of them in 95 of 100 cases.
    pub uncertainty: Canonical,
    /// How many boxes it is made of.
    pub boxes: usize,
    /// How many sensors those have.
    pub sensors: usize,
    /// How far the nearest of them is.
    pub nearest: Metres,
    /// How far the furthest of them is.
    pub furthest: Metres,
    /// When the newest of their readings was measured.
    pub freshest: Option<Timestamp>,
    /// When the oldest of their readings was measured.
    pub oldest: Option<Timestamp>,
    /// The height that the estimate is for; `None` if it was not corrected for height.
    pub height: Option<Metres>,
}

impl Estimate {
    /// How many boxes an estimate is made of at most. Where one stands for each 10 km², so many are within 7 km, and any
    /// one further away would have less than a fiftieth of the weight.
    pub const MAX_BOXES: usize = 16;

    /// How far a box may be: about as far as a front moves within the hour that a reading may be old.
    pub const REACH: Metres = Metres::from_kilometres(50.0);

    /// What is added, squared, to the square of each distance: below a kilometre, what differs between two boxes is
    /// their shelter and not the weather, and owners may have moved them on the map. A box at no distance has the
    /// weight of two at one kilometre.
    pub const SOFTENING: Metres = Metres::from_kilometres(1.0);

    /// All phenomena at `spot` that an outdoor box in reach measures, in the order of `catalogue`, of which the
    /// readings are. `check` gives the reason why a reading shall not be used. `places` are those of `readings`.
    pub fn all_at<'a>(
        readings: &'a Readings,
        places: &Places,
        catalogue: &Catalogue,
        spot: Spot,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) -> Vec<Self> {
        let surroundings = Surroundings::of(readings, places, catalogue, spot.position, check);
        let estimates = catalogue.iter().filter_map(|(id, phenomenon)| {
            let height = if id == catalogue.air_temperature() {
                Height::CorrectedTo(spot.height)
            } else {
                Height::Ignored
            };
            blend::estimate(id, phenomenon, surroundings.sensors(id), height)
        });
        estimates.collect()
    }
}
