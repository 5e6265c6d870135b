//! The simulation: a pure function from a seed and a time to the senseBoxes at that time.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::model::{ForecastError, Terrain};
use crate::object_id::ObjectId;
use crate::seed::Seed;
use crate::simulated_box::{Measurement, SimulatedBox};
use crate::stations::{StationList, Stations};
use crate::weather::Weather;

/// Purposes for which a seed branches; the numbers only have to differ.
const WEATHER: u64 = 1;
const STATIONS: u64 = 2;
const CATALOGUE: u64 = 3;
const MODEL: u64 = 4;

/// The options of a simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The source of all randomness: the same seed gives the same boxes at the same time.
    pub seed: u64,
    /// The stations.
    pub stations: Stations,
    /// The share of bad sensors among those of active boxes, 0 to 1. Some of them still look
    /// healthy, because their chip's defect does not affect what they measure. A quarter of this
    /// share of the active boxes is misplaced. Values outside 0 to 1 are clamped.
    pub bad_share: f64,
}

impl Default for Options {
    /// The real stations, 2 % bad sensors, and seed 1.
    fn default() -> Self {
        Self { seed: 1, stations: Stations::Real, bad_share: 0.02 }
    }
}

/// A simulated openSenseMap without a clock: request the boxes at any time.
#[derive(Debug)]
pub struct Simulation {
    pub(crate) catalogue: Arc<StationList>,
    pub(crate) weather: Weather,
    options: Options,
    seed: Seed,
    pub(crate) bad_share: f64,
    pub(crate) forecast_error: ForecastError,
    pub(crate) model_seed: Seed,
    terrain: OnceLock<Terrain>,
}

impl Simulation {
    /// Reads or makes up the stations, which takes some hundredths of a second.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let seed = Seed::new(options.seed);
        Self {
            catalogue: StationList::new(options.stations, seed.with(CATALOGUE)),
            weather: Weather::new(seed.with(WEATHER)),
            options,
            seed: seed.with(STATIONS),
            bad_share: options.bad_share.clamp(0.0, 1.0),
            forecast_error: ForecastError::default(),
            model_seed: seed.with(MODEL),
            terrain: OnceLock::new(),
        }
    }

    /// The same with another error of the weather model.
    #[must_use]
    pub fn with_forecast_error(self, forecast_error: ForecastError) -> Self {
        Self { forecast_error, ..self }
    }

    /// The heights that the weather model knows; made on first use.
    pub(crate) fn terrain(&self) -> &Terrain {
        self.terrain.get_or_init(|| Terrain::new(&self.catalogue, self.model_seed))
    }

    /// The options that it was made with.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// The number of senseBoxes, active or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.catalogue.stations().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every senseBox at that time, in the order of the API.
    #[must_use]
    pub fn boxes_at(&self, now: Timestamp) -> impl ExactSizeIterator<Item = SimulatedBox<'_>> {
        (0..self.len()).map(move |index| self.box_at(index, now.as_millisecond()))
    }

    /// The senseBox with this id at that time; `None` if there is none.
    #[must_use]
    pub fn box_with_id(&self, id: ObjectId, now: Timestamp) -> Option<SimulatedBox<'_>> {
        Some(self.box_at(self.catalogue.position(id)?, now.as_millisecond()))
    }

    /// The measurements of a sensor by `now` in a time span that includes its start and excludes
    /// its end: the times and values that
    /// [`SensorAt::last_measurement`](crate::SensorAt::last_measurement) would have shown one after
    /// the other, the latest first. Empty for an unknown box or sensor.
    ///
    /// ```
    /// use opensensemap_sim::{Options, Simulation, Stations};
    ///
    /// let simulation = Simulation::new(Options { stations: Stations::Generated(50), ..Options::default() });
    /// let now = "2026-11-24T12:00:00Z".parse()?;
    /// let active = simulation.boxes_at(now).find(|item| item.last_measurement_at() > Some("2026-11-24T11:00:00Z".parse().unwrap()));
    /// let (sense_box, day) = (active.unwrap(), "2026-11-23T00:00:00Z".parse()?.."2026-11-24T00:00:00Z".parse()?);
    /// let sensor = sense_box.sensors().find(|sensor| sensor.defect().is_none()).unwrap();
    /// let count = simulation.measurements(sense_box.id(), sensor.id(), day, now).count();
    /// assert!((144..=1440).contains(&count), "stations measure every one to ten minutes");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn measurements(
        &self,
        box_id: ObjectId,
        sensor_id: ObjectId,
        within: Range<Timestamp>,
        now: Timestamp,
    ) -> impl Iterator<Item = Measurement> + Clone + '_ {
        let sense_box = self.box_with_id(box_id, now);
        let sensor = sense_box.and_then(|item| item.plain_sensors().find(|sensor| sensor.id() == sensor_id));
        // Bounds are rounded up, because measurement times are whole milliseconds.
        let millis = |bound: Timestamp| {
            bound.as_nanosecond().div_euclid(1_000_000)
                + i128::from(bound.as_nanosecond().rem_euclid(1_000_000) > 0)
        };
        let (from, to) = (millis(within.start) as i64, millis(within.end) as i64);
        sense_box.zip(sensor).into_iter().flat_map(move |(item, sensor)| item.measurements(sensor, from, to))
    }

    pub(crate) fn box_at(&self, index: usize, now: i64) -> SimulatedBox<'_> {
        SimulatedBox::new(self, &self.catalogue.stations()[index], self.seed.with(index as u64), now)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::Timestamp;

    use super::{Options, Simulation};
    use crate::defect::Defect;
    use crate::stations::{BoxExposure, Stations};

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn simulation(bad_share: f64) -> Simulation {
        Simulation::new(Options { seed: 5, stations: Stations::Generated(2000), bad_share })
    }

    #[test]
    fn about_a_third_of_the_real_boxes_measured_within_the_hour() {
        let simulation = Simulation::new(Options { bad_share: 0.0, ..Options::default() });
        let within = |measured: Timestamp| {
            (0..=600_000).contains(&(now().as_millisecond() - measured.as_millisecond()))
        };
        let fresh =
            simulation.boxes_at(now()).filter(|item| item.last_measurement_at().is_some_and(within)).count();
        assert_eq!(fresh, 3630);
    }

    #[test]
    fn without_bad_sensors_every_active_one_is_fresh_and_plausible() {
        let simulation = simulation(0.0);
        for sense_box in simulation.boxes_at(now()).filter(|item| item.station.active) {
            for sensor in sense_box.sensors() {
                let measurement = sensor.last_measurement().unwrap();
                let age = now().as_millisecond() - measurement.created_at().as_millisecond();
                assert!((0..=600_000).contains(&age), "{age}");
                let number = measurement.value.number().unwrap();
                if sensor.title() == "Temperatur" {
                    assert!((-40.0..45.0).contains(&number), "{number}");
                }
                if sensor.title() == "Temperatur" && sense_box.exposure() == BoxExposure::Indoor {
                    assert!((15.0..27.0).contains(&number), "{number}");
                }
            }
        }
    }

    #[test]
    fn bad_sensors_are_as_many_as_asked_for_and_of_every_sort() {
        let simulation = simulation(0.5);
        let active = simulation.boxes_at(now()).filter(|item| item.station.active);
        let defects: Vec<Option<Defect>> =
            active.flat_map(|item| item.sensors()).map(|sensor| sensor.defect()).collect();
        let bad = defects.iter().flatten().count() as f64 / defects.len() as f64;
        assert!((0.44..0.56).contains(&bad), "{bad}");
        let sorts: HashSet<Defect> = defects.into_iter().flatten().collect();
        assert_eq!(sorts.len(), 11, "{sorts:?}");
    }

    #[test]
    fn defects_look_as_they_do_in_the_wild() {
        let simulation = simulation(0.5);
        let mut seen = HashSet::new();
        for sensor in simulation.boxes_at(now()).flat_map(|item| item.sensors()) {
            let (Some(defect), "Temperatur") = (sensor.defect(), sensor.title()) else { continue };
            let measurement = sensor.last_measurement();
            let number = measurement.and_then(|last| last.value.number());
            let ahead = measurement.map(|last| last.created_at().as_millisecond() - now().as_millisecond());
            seen.insert(defect);
            match defect {
                Defect::BrokenBmx280 => assert!(matches!(number, Some(-147.0..=-139.85))),
                Defect::NoAnswer => assert_eq!(number, Some(-999.0)),
                Defect::NotANumber => assert_eq!(measurement.unwrap().value.to_string(), "nan"),
                Defect::WrongUnit => assert_eq!(sensor.unit(), "%"),
                Defect::Silent => assert_eq!(measurement, None),
                Defect::Stale => assert!(ahead.is_none_or(|ahead| ahead < -86_400_000)),
                Defect::Future => assert!(ahead.is_some_and(|ahead| ahead > 600_000)),
                _ => {}
            }
        }
        assert!(seen.len() > 7, "{seen:?}");
    }

    #[test]
    fn a_stuck_sensor_never_moves() {
        let simulation = simulation(0.5);
        let later = "2027-06-01T12:00:00Z".parse().unwrap();
        let values = |time| {
            let sensors = simulation.boxes_at(time).flat_map(|item| item.sensors());
            let stuck = sensors.filter(|sensor| sensor.defect() == Some(Defect::Stuck));
            stuck.map(|sensor| sensor.last_measurement().map(|last| last.value)).collect::<Vec<_>>()
        };
        assert!(!values(later).is_empty());
        assert_eq!(values(now()), values(later));
    }

    #[test]
    fn the_measurements_of_a_time_are_what_the_present_showed_then() {
        let simulation =
            Simulation::new(Options { seed: 5, stations: Stations::Generated(60), bad_share: 0.5 });
        let (from, to) = (now().as_millisecond() - 3_600_000, now().as_millisecond());
        let moment = |millis| Timestamp::from_millisecond(millis).unwrap();
        let mut compared = 0;
        for sense_box in simulation.boxes_at(now()).filter(|item| item.station.active) {
            for sensor in sense_box.sensors() {
                // A fast clock shows a time before it has come.
                let mut shown: Vec<_> = (from - 2_400_000..=to)
                    .step_by(30_000)
                    .filter_map(|millis| {
                        let then = simulation.box_with_id(sense_box.id(), moment(millis)).unwrap();
                        then.sensors().find(|then| then.id() == sensor.id()).unwrap().last_measurement()
                    })
                    .filter(|shown| (from..to).contains(&shown.millis))
                    .collect();
                shown.dedup();
                shown.reverse();
                let within = moment(from)..moment(to);
                let told: Vec<_> =
                    simulation.measurements(sense_box.id(), sensor.id(), within, now()).collect();
                assert_eq!(told, shown, "{:?}", sensor.defect());
                compared += told.len();
            }
        }
        assert!(compared > 500, "{compared}");
    }
}
