//! A simulated day of stations, some of them faulty.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quality::{self, Quality};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{Options, SensorAt, SimulatedBox, Simulation, Stations};

use super::faults::{self, Flaw};
use super::score::{Kind, Score, Truth};

/// The start of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Season {
    Winter,
    Spring,
    Summer,
    Autumn,
}

/// One day of one simulated world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) seed: u64,
    pub(crate) season: Season,
    pub(crate) stations: Stations,
    pub(crate) hours: i64,
}

/// The time between two polls.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// Before this hour no check can tell whether a sensor is stuck.
const SCORED_FROM_HOUR: i64 = 12;
/// The share of bad sensors from the simulation itself.
const BAD_SHARE: f64 = 0.02;

impl Season {
    pub(crate) const ALL: [Self; 4] = [Self::Winter, Self::Spring, Self::Summer, Self::Autumn];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Winter => "winter",
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Autumn => "autumn",
        }
    }

    fn start(self) -> Timestamp {
        let seconds = match self {
            Self::Winter => 1_768_867_200,
            Self::Spring => 1_775_952_000,
            Self::Summer => 1_784_332_800,
            Self::Autumn => 1_792_627_200,
        };
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }
}

impl Trial {
    /// Runs the day, adds its counts, and returns the time of the slowest check.
    pub(crate) fn run(&self, score: &mut Score) -> Duration {
        let options = Options { seed: self.seed, stations: self.stations, bad_share: BAD_SHARE };
        let simulation = Simulation::new(options);
        let (mut frozen, mut slowest) = (HashMap::new(), Duration::ZERO);
        let mut previous: Option<Arc<Readings>> = None;
        let start = self.season.start();
        let polls = self.hours * 3600 / STEP.as_secs();
        for poll in 0..=polls {
            let now = start + STEP * i32::try_from(poll).unwrap_or(i32::MAX);
            let (builder, truths) = self.look(&simulation, now, &mut frozen);
            let readings = builder.finish_after(previous.as_deref());
            let started = Instant::now();
            let quality = Quality::of(&readings, quality::QualityRules::builtin(), || ());
            slowest = slowest.max(started.elapsed());
            let minutes = now.duration_since(start).as_mins();
            if minutes % 60 == 0 && minutes >= 60 * SCORED_FROM_HOUR {
                score.look(&readings, &quality, &truths);
            }
            previous = Some(readings);
        }
        slowest
    }

    /// The current readings of all boxes, and the truth of each row. `frozen` has the values of stuck sensors by id.
    fn look(
        &self,
        simulation: &Simulation,
        now: Timestamp,
        frozen: &mut HashMap<String, String>,
    ) -> (ReadingsBuilder<'static>, Vec<Truth>) {
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), verdict::VerdictRules::default(), now);
        let mut truths = Vec::new();
        for sense_box in simulation.boxes_at(now) {
            let flaw = Flaw::of(self.seed, sense_box.id(), sense_box.exposure());
            let id = sense_box.id().to_string();
            add_box(&mut builder, &sense_box, &flaw, &id, now, frozen, &mut truths);
            if flaw.kind == Some(Kind::Double) {
                let double = id.replacen(|_: char| true, "f", 1);
                add_box(&mut builder, &sense_box, &flaw, &double, now, frozen, &mut truths);
            }
        }
        (builder, truths)
    }
}

fn add_box(
    builder: &mut ReadingsBuilder,
    sense_box: &SimulatedBox<'_>,
    flaw: &Flaw,
    id: &str,
    now: Timestamp,
    frozen: &mut HashMap<String, String>,
    truths: &mut Vec<Truth>,
) {
    let exposure = match flaw.kind {
        Some(Kind::Room) => Exposure::Outdoor,
        _ => Exposure::from_api(sense_box.exposure().as_str()),
    };
    let place = sense_box.place().and_then(|at| Place::new(at.latitude, at.longitude, at.height));
    builder.add_box(&BoxFacts { id, name: "", model: sense_box.model(), exposure, place });
    let failed_chips = failed_chips(sense_box, flaw);
    for sensor in sense_box.sensors() {
        let meaning = Catalogue::builtin().classify(sensor.title(), sensor.unit());
        let phenomenon = meaning.phenomenon().map_or("", |it| Catalogue::builtin().phenomenon(it).slug());
        let measured = sensor.last_measurement();
        let mut value = measured.map(|last| shown(flaw, &sensor, phenomenon, &last.value.to_string()));
        if flaw.kind == Some(Kind::Stuck) && CAN_STICK.contains(&phenomenon) {
            value = value.map(|value| frozen.entry(sensor.id().to_string()).or_insert(value).clone());
        }
        let at = measured.map(|last| last.created_at());
        let is_current = at.is_some_and(|at| now.duration_since(at) <= SignedDuration::from_hours(1));
        truths.push(match truth(flaw, &sensor, phenomenon, id) {
            Truth::Good if sensor.sensor_type().is_some_and(|chip| failed_chips.contains(&chip)) => {
                Truth::Ignored
            }
            truth if is_current => truth,
            _ => Truth::Ignored,
        });
        builder.add_sensor(&SensorFacts {
            id: &format!("{id}{}", sensor.id()),
            title: sensor.title(),
            unit: sensor.unit(),
            sensor_type: sensor.sensor_type().unwrap_or_default(),
            measured: value.as_deref().zip(at).map(|(value, at)| Measured { value, at }),
        });
    }
}

/// The chips of which a sensor sends a sentinel. Nobody knows whether their other values are good.
fn failed_chips<'a>(sense_box: &SimulatedBox<'a>, flaw: &Flaw) -> Vec<&'a str> {
    let air_temperature = Catalogue::builtin().air_temperature();
    let fails = |sensor: &SensorAt<'_>| {
        if let Some(defect) = sensor.defect() {
            return faults::kind_of(defect) == Some(Kind::Sentinel);
        }
        let meaning = Catalogue::builtin().classify(sensor.title(), sensor.unit());
        flaw.kind == Some(Kind::Sentinel) && meaning.phenomenon() == Some(air_temperature)
    };
    sense_box.sensors().filter(fails).filter_map(|sensor| sensor.sensor_type()).collect()
}

/// Phenomena with a check for stuck sensors.
const CAN_STICK: [&str; 4] = ["air_temperature", "relative_humidity", "air_pressure", "sea_level_pressure"];

/// The value that a sensor shows, with its fault and in the resolution of its chip.
fn shown(flaw: &Flaw, sensor: &SensorAt<'_>, phenomenon: &str, printed: &str) -> String {
    let Ok(raw) = printed.parse::<f64>() else { return printed.to_owned() };
    if !matches!(phenomenon, "air_temperature" | "relative_humidity")
        || sensor.defect() == Some(opensensemap_sim::Defect::Stuck)
    {
        return printed.to_owned();
    }
    let decimals = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let step = faults::resolution(sensor.sensor_type()).max(0.1_f64.powi(decimals));
    let steps = (flaw.apply(sensor, phenomenon, raw) / step).round();
    format!("{:.2}", steps * step)
}

/// The truth about a current reading.
fn truth(flaw: &Flaw, sensor: &SensorAt<'_>, phenomenon: &str, id: &str) -> Truth {
    if phenomenon.is_empty() {
        return Truth::Ignored;
    }
    if let Some(defect) = sensor.defect() {
        return match faults::kind_of(defect) {
            Some(Kind::Stuck) if CAN_STICK.contains(&phenomenon) => Truth::Bad(Kind::Stuck),
            Some(kind @ (Kind::Sentinel | Kind::LargeOffset)) if phenomenon == "air_temperature" => {
                Truth::Bad(kind)
            }
            _ => Truth::Ignored,
        };
    }
    match flaw.kind {
        Some(Kind::Double) if id.starts_with('f') => Truth::Bad(Kind::Double),
        Some(Kind::Stuck) if CAN_STICK.contains(&phenomenon) => Truth::Bad(Kind::Stuck),
        Some(kind @ (Kind::Sentinel | Kind::LargeOffset | Kind::SmallOffset))
            if phenomenon == "air_temperature" =>
        {
            Truth::Bad(kind)
        }
        Some(Kind::Room) if phenomenon == "air_temperature" => Truth::Bad(Kind::Room),
        Some(Kind::Room) => Truth::Ignored,
        _ => Truth::Good,
    }
}
