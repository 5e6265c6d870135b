//! A senseBox and its sensors at one moment, as the API would show them.

use jiff::Timestamp;

use crate::defect::{Defect, Misplaced};
use crate::measurand::Measurand;
use crate::object_id::ObjectId;
use crate::reading::reading;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::simulation::Simulation;
use crate::stations::{BoxExposure, SensorDescription, Station, StationPlace, StationSensor};
use crate::value::ShownValue;
use crate::weather::Conditions;

/// 2023-02-28, the day of the list of stations, in milliseconds since 1970. Stale sensors stopped
/// before it, and stuck ones show the weather of that day.
const LIST_MADE_AT: i64 = 1_677_542_400_000;

/// The least lead of a fast clock, in milliseconds.
const FUTURE_MILLIS: i64 = 600_000;

/// A senseBox at one moment. Cheap: readings are computed on demand.
#[derive(Clone, Copy, Debug)]
pub struct SimulatedBox<'a> {
    simulation: &'a Simulation,
    pub(crate) station: &'a Station,
    seed: Seed,
    schedule: Schedule,
    misplaced: Option<Misplaced>,
    now: i64,
}

impl<'a> SimulatedBox<'a> {
    pub(crate) fn new(simulation: &'a Simulation, station: &'a Station, seed: Seed, now: i64) -> Self {
        let schedule = Schedule::of(station, seed.with(1));
        let misplaced = if station.active { Misplaced::of(simulation.bad_share, seed.with(2)) } else { None };
        Self { simulation, station, seed, schedule, misplaced, now }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.station.id
    }

    /// The made-up name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("senseBox {}", &self.id().to_string()[..8])
    }

    /// The name in paths of the daily archive: an underscore replaces each byte that is not plain.
    #[must_use]
    pub fn archive_name(&self) -> String {
        plain(&self.name())
    }

    /// The folder of the box on each day of the archive: id and name.
    #[must_use]
    pub fn archive_folder(&self) -> String {
        format!("{}-{}", self.id(), self.archive_name())
    }

    /// Where the box is used.
    #[must_use]
    pub fn exposure(&self) -> BoxExposure {
        self.station.exposure
    }

    /// The model, or `custom`.
    #[must_use]
    pub fn model(&self) -> &'a str {
        self.simulation.catalogue.model(self.station)
    }

    /// The tags by which its owner groups it; made up, and rare.
    #[must_use]
    pub fn grouptags(&self) -> &'static [&'static str] {
        const SOME: [&[&str]; 4] = [&["bees"], &["bees", "orchard"], &["school"], &["school", "bees"]];
        let seed = self.seed.with(6);
        if seed.chance(0.03) { SOME[(seed.with(1).unit() * SOME.len() as f64) as usize] } else { &[] }
    }

    /// The reported place; `None` if its defect is to have none.
    #[must_use]
    pub fn place(&self) -> Option<StationPlace> {
        match self.misplaced {
            None => Some(self.station.place),
            Some(Misplaced::NullIsland) => Some(StationPlace { longitude: 0.0, latitude: 0.0, height: None }),
            Some(Misplaced::Nowhere) => None,
        }
    }

    /// The time of its last measurement; `None` if it has never measured.
    pub fn last_measurement_at(&self) -> Option<Timestamp> {
        self.last_tick().map(timestamp)
    }

    pub(crate) fn last_tick(&self) -> Option<i64> {
        self.schedule.last(self.now)
    }

    /// The sensors with their last measurements.
    pub fn sensors(&self) -> impl Iterator<Item = SensorAt<'a>> + use<'a> {
        let this = *self;
        let weather = this.last_tick().map(|tick| this.conditions(tick));
        self.plain_sensors().map(move |sensor| {
            let last = sensor.schedule.last(this.now);
            // All sensors except stale ones measure when their box does, and share its weather.
            let shared = weather.filter(|_| last == this.last_tick());
            let measurement = last.map(|tick| this.measure(&sensor, shared, tick));
            SensorAt { measurement, ..sensor }
        })
    }

    /// The first sensor that measured between `from` and `to`, with its first measurement of that
    /// time.
    pub(crate) fn first_within(&self, from: i64, to: i64) -> Option<(ObjectId, Measurement)> {
        self.plain_sensors().find_map(|sensor| {
            let tick = sensor.schedule.first_within(from, to, self.now)?;
            Some((sensor.id, self.measure(&sensor, None, tick)))
        })
    }

    /// The measurements of a sensor of this box from `from` up to but not including `to`, by its
    /// own clock; the latest first.
    pub(crate) fn measurements(
        &self,
        sensor: SensorAt<'a>,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = Measurement> + Clone + use<'a> {
        let (this, ahead) = (*self, sensor.ahead());
        let mut weather = this.simulation.weather.over(this.station.place);
        this.moments(sensor, from, to).map(move |moment| {
            let tick = moment - ahead;
            sensor.measure(this.around(weather.at(sensor.sees(tick))), tick)
        })
    }

    /// The times of these measurements.
    pub(crate) fn moments(
        &self,
        sensor: SensorAt<'_>,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = i64> + Clone + use<> {
        let ahead = sensor.ahead();
        let ticks = sensor.schedule.backwards(from.saturating_sub(ahead), to.saturating_sub(ahead), self.now);
        ticks.map(move |tick| tick + ahead)
    }

    /// The sensors without their measurements.
    pub(crate) fn plain_sensors(&self) -> impl Iterator<Item = SensorAt<'a>> + use<'a> {
        let this = *self;
        let catalogue = &this.simulation.catalogue;
        (0_u64..).zip(catalogue.sensors(this.station)).map(move |(index, sensor)| this.sensor(index, *sensor))
    }

    fn sensor(&self, index: u64, sensor: StationSensor) -> SensorAt<'a> {
        let kind = self.simulation.catalogue.kind(sensor);
        let chip = kind.sensor_type.as_deref();
        let chip_seed = self.seed.with(3).with_text(chip.unwrap_or_default());
        let bad = self.station.active && chip_seed.with(1).chance(self.simulation.bad_share);
        let defect = bad.then(|| Defect::of(chip, chip_seed.with(2)));
        let schedule = match defect {
            Some(Defect::Stale) => self.schedule.cut_short(chip_seed.with(3), LIST_MADE_AT),
            Some(Defect::Silent) => Schedule::NEVER,
            _ => self.schedule,
        };
        SensorAt {
            id: sensor.id,
            kind,
            defect,
            seed: self.seed.with(4).with(index),
            schedule,
            measurement: None,
        }
    }

    fn measure(&self, sensor: &SensorAt<'_>, shared: Option<Conditions>, tick: i64) -> Measurement {
        let conditions = shared.filter(|_| sensor.sees(tick) == tick);
        sensor.measure(conditions.unwrap_or_else(|| self.conditions(sensor.sees(tick))), tick)
    }

    fn conditions(&self, moment: i64) -> Conditions {
        self.around(self.simulation.weather.at(self.station.place, moment))
    }

    /// The conditions around the box in this weather.
    fn around(&self, outdoors: Conditions) -> Conditions {
        match self.station.exposure {
            BoxExposure::Indoor => outdoors.indoors(self.seed.with(5)),
            BoxExposure::Outdoor | BoxExposure::Mobile | BoxExposure::Unknown => outdoors,
        }
    }
}

/// A sensor of a senseBox at one moment.
#[derive(Clone, Copy, Debug)]
pub struct SensorAt<'a> {
    pub(crate) id: ObjectId,
    pub(crate) kind: &'a SensorDescription,
    defect: Option<Defect>,
    seed: Seed,
    schedule: Schedule,
    pub(crate) measurement: Option<Measurement>,
}

impl<'a> SensorAt<'a> {
    /// The id.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// The title, in the owner's words.
    #[must_use]
    pub fn title(&self) -> &'a str {
        &self.kind.title
    }

    /// The unit that the API shows.
    #[must_use]
    pub fn unit(&self) -> &'a str {
        if self.has_wrong_unit() { "%" } else { &self.kind.unit }
    }

    /// The name of the chip.
    #[must_use]
    pub fn sensor_type(&self) -> Option<&'a str> {
        self.kind.sensor_type.as_deref()
    }

    /// The last measurement; `None` if it has never measured.
    #[must_use]
    pub fn last_measurement(&self) -> Option<Measurement> {
        self.measurement
    }

    /// Its defect: the truth, which no client of the API sees.
    #[must_use]
    pub fn defect(&self) -> Option<Defect> {
        self.defect
    }

    pub(crate) fn has_wrong_unit(&self) -> bool {
        self.defect == Some(Defect::WrongUnit) && self.kind.measurand.is_temperature()
    }

    fn measure(&self, mut conditions: Conditions, tick: i64) -> Measurement {
        if self.defect == Some(Defect::Offset) {
            conditions.temperature += 10.0;
            conditions.daily_temperature += 10.0;
        }
        let noise = if self.defect == Some(Defect::Stuck) { 0 } else { tick };
        let in_pascal = self.kind.measurand == Measurand::Pressure && self.kind.scale.apply(1.0) > 10.0;
        let distorted =
            self.defect.and_then(|defect| defect.distort(self.kind.measurand, self.seed.with(2), in_pascal));
        let healthy = || ShownValue::printed(reading(self.kind, &conditions, self.seed, noise), self.seed);
        Measurement { value: distorted.unwrap_or_else(healthy), millis: tick + self.ahead() }
    }

    /// The moment whose weather it shows.
    fn sees(&self, tick: i64) -> i64 {
        if self.defect == Some(Defect::Stuck) { LIST_MADE_AT } else { tick }
    }

    /// The lead of its clock in milliseconds.
    fn ahead(&self) -> i64 {
        if self.defect == Some(Defect::Future) { FUTURE_MILLIS + self.schedule.period() } else { 0 }
    }
}

/// Like `sed` with `[^A-Za-z0-9._-]` on bytes, which the archive uses: an umlaut becomes two
/// underscores.
fn plain(name: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.bytes().map(|byte| if is_plain(&byte) { char::from(byte) } else { '_' }).collect()
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// The value, as shown.
    pub value: ShownValue,
    pub(crate) millis: i64,
}

impl Measurement {
    /// The time of measurement, with milliseconds.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        timestamp(self.millis)
    }
}

/// Ticks are within minutes of the timestamps that they come from, so only the last minutes of year
/// 9999 are clamped.
fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_become_those_of_real_folders() {
        for (name, folder) in [
            ("Berlin Tegel-Süd", "Berlin_Tegel-S__d"),
            ("Sportplatz Hürtensdorf", "Sportplatz_H__rtensdorf"),
            ("SenGIS Arbeitsgruppe - Uni Hohenheim", "SenGIS_Arbeitsgruppe_-_Uni_Hohenheim"),
            ("v1.2 ☀", "v1.2____"),
        ] {
            assert_eq!(plain(name), folder);
        }
    }
}
