//! Showers in the wrong place at the wrong time, and a probability from an ensemble.

use crate::seed::Seed;
use crate::weather::Weather;
use crate::weather::hour::HOUR;
use crate::weather::noise::{Field, FieldAt};

/// The members of the ensemble beside the main run.
const MEMBERS: usize = 10;

/// The least precipitation that counts, in mm in an hour: the step of common rain gauges.
const LEAST: f64 = 0.1;

/// The deviation of a displacement in degrees of latitude (111 km): 0.1 at the start, 1.0 after 72 h;
/// and in hours: 0.25 and 2.5. It grows with the square root of lead time, as that of a random walk.
const DEGREES: (f64, f64) = (0.1, 0.9);
const HOURS: (f64, f64) = (0.25, 2.25);
const MOST_LEAD_HOURS: f64 = 168.0;

/// Displacements of the main run are alike within a weather system.
const GRID: (f64, f64) = (4.0, 18.7);

/// New displacements are drawn with each run of the ensemble.
const CYCLE: i64 = 6 * HOUR;

/// The rain of the model at one place.
#[derive(Clone, Debug)]
pub(super) struct Showers {
    seed: Seed,
    longitude: f64,
    latitude: f64,
    scale: f64,
    /// That of the cycle of the last run.
    kept: Option<(i64, Displacements)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RainAt {
    pub(super) millimetres: f64,
    pub(super) probability_percent: f64,
}

impl Showers {
    pub(super) fn over(seed: Seed, longitude: f64, latitude: f64, scale: f64) -> Self {
        Self { seed: seed.with_text("showers"), longitude, latitude, scale, kept: None }
    }

    /// The rain in the hour that begins at `valid`.
    pub(super) fn at(&mut self, weather: &Weather, run: i64, valid: i64, lead_hours: f64) -> RainAt {
        let (longitude, latitude) = (self.longitude, self.latitude);
        let growth = self.scale * (lead_hours.min(MOST_LEAD_HOURS) / 72.0).sqrt();
        let degrees = DEGREES.0 * self.scale + DEGREES.1 * growth;
        let hours = HOURS.0 * self.scale + HOURS.1 * growth;
        // Meridians meet at the poles, so a distance is more degrees there.
        let east = degrees / latitude.to_radians().cos().max(0.2);
        let rain = |[x, y, time]: [f64; 3], minutes: i64| {
            let millis = valid + minutes * 60_000 + (time * hours * HOUR as f64) as i64;
            let latitude = (latitude + y * degrees).clamp(-90.0, 90.0);
            weather.rain_at(longitude + x * east, latitude, millis)
        };
        let displacements = self.displacements(run.div_euclid(CYCLE));
        let main = displacements.main(valid);
        // The truth is as far from the main run as the members are, and so might be one of them.
        let with_main = |member: &[f64; 3]| [0, 1, 2].map(|part| main[part] + member[part]);
        let wet = displacements.members.iter().filter(|member| rain(with_main(member), 30) >= LEAST).count();
        RainAt {
            millimetres: (rain(main, 10) + rain(main, 30) + rain(main, 50)) / 3.0,
            probability_percent: 100.0 * wet as f64 / MEMBERS as f64,
        }
    }

    fn displacements(&mut self, cycle: i64) -> &mut Displacements {
        let kept = self.kept.take().filter(|(kept, _)| *kept == cycle);
        let (_, displacements) = self.kept.insert(kept.unwrap_or_else(|| {
            (cycle, Displacements::over(self.seed.with(cycle as u64), self.longitude, self.latitude))
        }));
        displacements
    }
}

/// How far showers are east, north and late, each with deviation 1.
#[derive(Clone, Debug)]
struct Displacements {
    main: [FieldAt; 3],
    /// Those of the members beside the main run, everywhere the same: one place does not see that.
    members: [[f64; 3]; MEMBERS],
}

impl Displacements {
    fn over(seed: Seed, longitude: f64, latitude: f64) -> Self {
        let field = |part| Field::new(seed.with(part), GRID.0, GRID.1).over(longitude, latitude);
        let member = |number: usize| [1, 2, 3].map(|part| seed.with(10 + number as u64).with(part).bell());
        Self { main: [1, 2, 3].map(field), members: std::array::from_fn(member) }
    }

    fn main(&mut self, valid: i64) -> [f64; 3] {
        let [east, north, late] = &mut self.main;
        [east.standard(valid), north.standard(valid), late.standard(valid)]
    }
}
