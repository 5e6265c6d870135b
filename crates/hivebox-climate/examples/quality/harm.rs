//! What is done to a moment: faults with a known truth, and weather that only looks like faults.

use hivebox_climate::place::{Exposure, Position};

use super::moment::{Moment, Truth};

/// A centre of unusual weather needs so many thermometers around it, or nobody would see it.
const WITNESSES: usize = 12;

impl Moment {
    /// Adds each of these offsets, up and down, to `share` of the outdoor thermometers.
    pub(crate) fn with_offsets(mut self, random: &mut fastrand::Rng, kelvins: &[u8], share: f64) -> Self {
        for thermometer in &mut self.thermometers {
            let mut draw = random.f64();
            if !thermometer.is_outdoors() {
                continue;
            }
            for &kelvin in kelvins {
                for sign in [1.0, -1.0] {
                    if (0.0..share).contains(&draw) {
                        thermometer.value += sign * f64::from(kelvin);
                        thermometer.truth = Truth::Offset(kelvin);
                    }
                    draw -= share;
                }
            }
        }
        self
    }

    /// In `count` places, the five boxes nearest to a random one are all wrong by `kelvin`.
    pub(crate) fn with_clusters(mut self, random: &mut fastrand::Rng, count: usize, kelvin: f64) -> Self {
        for _ in 0..count {
            let centre = self.random_place(random);
            let mut near: Vec<(f64, usize)> = self.outdoors_within(centre, 10.0);
            near.sort_by(|one, other| one.0.total_cmp(&other.0));
            let mut boxes: Vec<usize> = near.iter().map(|&(_, row)| self.thermometers[row].of_box).collect();
            boxes.dedup();
            boxes.truncate(5);
            for thermometer in &mut self.thermometers {
                if boxes.contains(&thermometer.of_box) && thermometer.truth == Truth::Untouched {
                    thermometer.value += kelvin;
                    thermometer.truth = Truth::Cluster;
                }
            }
        }
        self
    }

    /// Swaps latitude and longitude of `share` of the outdoor boxes.
    pub(crate) fn with_swapped_places(mut self, random: &mut fastrand::Rng, share: f64) -> Self {
        let mut last = (usize::MAX, false);
        for thermometer in &mut self.thermometers {
            if last.0 != thermometer.of_box {
                last = (thermometer.of_box, random.f64() < share);
            }
            if last.1 && thermometer.is_outdoors() && thermometer.longitude.abs() < 90.0 {
                std::mem::swap(&mut thermometer.latitude, &mut thermometer.longitude);
                thermometer.truth = Truth::Swapped;
            }
        }
        self
    }

    /// Pools of cold air: up to `depth` kelvin within 8 km of `count` random boxes, none beyond 12 km.
    pub(crate) fn with_cold_pools(mut self, random: &mut fastrand::Rng, count: usize, depth: f64) -> Self {
        for _ in 0..count {
            let centre = self.random_place(random);
            let inside = self.outdoors_within(centre, 12.0);
            if inside.len() < WITNESSES {
                continue;
            }
            for (kilometres, row) in inside {
                let thermometer = &mut self.thermometers[row];
                if thermometer.truth == Truth::Untouched {
                    thermometer.value -= depth * ((12.0 - kilometres) / 4.0).min(1.0);
                    thermometer.truth = Truth::UnusualWeather;
                }
            }
        }
        self
    }

    /// A front through a random box: `step` kelvin colder on one side, over about 10 km. Boxes within 50 km of
    /// the front, and 300 km of the box, count as in unusual weather.
    pub(crate) fn with_front(mut self, random: &mut fastrand::Rng, step: f64) -> Self {
        let centre = self.random_place(random);
        let angle = random.f64() * std::f64::consts::TAU;
        let east_km = 111.2 * centre.latitude_degrees().to_radians().cos();
        for thermometer in self.thermometers.iter_mut().filter(|it| it.exposure != Exposure::Indoor) {
            let north = 111.2 * (thermometer.latitude - centre.latitude_degrees());
            let east = east_km * (thermometer.longitude - centre.longitude_degrees());
            let across = north * angle.cos() + east * angle.sin();
            if north.hypot(east) < 1000.0 {
                thermometer.value -= step * (0.5 + 0.5 * (across / 5.0).tanh());
            }
            if across.abs() < 50.0 && north.hypot(east) < 300.0 {
                thermometer.truth = Truth::UnusualWeather;
            }
        }
        self
    }

    /// The place of a random outdoor box among others.
    fn random_place(&self, random: &mut fastrand::Rng) -> Position {
        loop {
            let it = &self.thermometers[random.usize(..self.thermometers.len())];
            let position = Position::new(it.latitude, it.longitude);
            if let Some(position) = position.filter(|_| it.is_outdoors())
                && self.outdoors_within(position, 30.0).len() >= WITNESSES
            {
                return position;
            }
        }
    }

    /// The outdoor thermometers around a place, with their distances in kilometres.
    fn outdoors_within(&self, centre: Position, kilometres: f64) -> Vec<(f64, usize)> {
        let rows = self.thermometers.iter().enumerate().filter(|(_, it)| it.is_outdoors());
        let away = rows.filter_map(|(row, it)| {
            let position = Position::new(it.latitude, it.longitude)?;
            Some((centre.distance_to(position).0 / 1000.0, row))
        });
        away.filter(|(away, _)| *away <= kilometres).collect()
    }
}
