//! Checks estimated uncertainties by leave-one-out on simulated weather, whose truth is known
//! everywhere.

use std::f64::consts::TAU;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{BoxFacts, Measured, Reading, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;

use crate::network::as_of;

/// Reproducible pseudo-random numbers.
struct Noise(u64);

impl Noise {
    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Bell-shaped with this deviation.
    fn bell(&mut self, deviation: f64) -> f64 {
        ((0..12).map(|_| self.unit()).sum::<f64>() - 6.0) * deviation
    }
}

/// A smooth landscape of waves, known everywhere.
struct Waves(Vec<[f64; 4]>);

impl Waves {
    /// Waves of these lengths in kilometres, with amplitudes proportional to the square root of the
    /// length.
    fn new(noise: &mut Noise, deviation: f64, lengths: &[f64]) -> Self {
        let sum: f64 = lengths.iter().sum();
        let wave = |&length: &f64| {
            let direction = noise.unit() * TAU;
            let amplitude = deviation * (2.0 * length / sum).sqrt();
            [direction.sin() * TAU / length, direction.cos() * TAU / length, noise.unit() * TAU, amplitude]
        };
        Self(lengths.iter().map(wave).collect())
    }

    fn at(&self, east_km: f64, north_km: f64) -> f64 {
        let wave =
            |[x, y, phase, amplitude]: &[f64; 4]| amplitude * (x * east_km + y * north_km + phase).sin();
        self.0.iter().map(wave).sum()
    }
}

/// How rough the weather is, and how good the sensors are.
struct WeatherScenario {
    name: &'static str,
    /// How much the temperature at one height varies, in K.
    deviation: f64,
    /// The wavelengths of the variation, in kilometres.
    lengths: &'static [f64],
    /// How much warmer the centre of a town is, in K.
    town: f64,
    lapse_per_metre: f64,
    /// The error of each sensor, in K.
    sensor_deviation: f64,
}

const WEATHER: [WeatherScenario; 4] = [
    WeatherScenario {
        name: "windy night",
        deviation: 2.0,
        lengths: &[700.0, 400.0, 250.0],
        town: 0.3,
        lapse_per_metre: 0.0065,
        sensor_deviation: 0.5,
    },
    WeatherScenario {
        name: "fair day",
        deviation: 2.0,
        lengths: &[600.0, 300.0, 120.0, 50.0],
        town: 1.0,
        lapse_per_metre: 0.009,
        sensor_deviation: 1.2,
    },
    WeatherScenario {
        name: "calm night",
        deviation: 2.5,
        lengths: &[600.0, 300.0, 120.0, 40.0, 20.0],
        town: 3.0,
        lapse_per_metre: 0.004,
        sensor_deviation: 0.7,
    },
    WeatherScenario {
        name: "showers",
        deviation: 3.0,
        lengths: &[300.0, 100.0, 60.0, 30.0],
        town: 0.5,
        lapse_per_metre: 0.0065,
        sensor_deviation: 0.7,
    },
];

/// The share of true values within one and within two deviations, the mean uncertainty, and the
/// real RMS error.
fn leave_one_out(weather: &WeatherScenario, seed: u64) -> [f64; 4] {
    let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let field = Waves::new(&mut noise, weather.deviation, weather.lengths);
    let land = Waves::new(&mut noise, 150.0, &[200.0, 90.0, 35.0]);
    let towns: Vec<[f64; 2]> = (0..40).map(|_| [noise.unit() * 600.0, noise.unit() * 600.0]).collect();
    let height = |east: f64, north: f64| 300.0 + land.at(east, north);
    let truth = |east: f64, north: f64| {
        let heat = |[x, y]: &[f64; 2]| (-((east - x).powi(2) + (north - y).powi(2)) / 50.0).exp();
        12.0 + field.at(east, north) + weather.town * towns.iter().map(heat).fold(0.0, f64::max)
            - weather.lapse_per_metre * height(east, north)
    };
    let common = noise.bell(0.4);
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    let mut spots = Vec::new();
    for index in 0..1000 {
        // Three of four boxes are in or around towns, a few of which are large.
        let (east, north) = if index % 4 == 0 {
            (noise.unit() * 600.0, noise.unit() * 600.0)
        } else {
            let [east, north] = towns[(noise.unit().powi(2) * 40.0) as usize];
            (east + noise.bell(5.0), north + noise.bell(5.0))
        };
        let at = (48.0 + north / 111.2, 8.0 + east / 111.2 / (48.0 + north / 111.2).to_radians().cos());
        let told = (noise.unit() < 0.34).then(|| height(east, north));
        let place = Place::new(at.0, at.1, told).unwrap();
        builder.add_box(&BoxFacts {
            id: &index.to_string(),
            name: "",
            model: "",
            exposure: Exposure::Outdoor,
            place: Some(place),
        });
        let value = truth(east, north) + common + noise.bell(weather.sensor_deviation);
        let measured = Some(Measured { value: &format!("{value:.2}"), at: as_of() });
        builder.add_sensor(&SensorFacts {
            id: "",
            title: "Temperatur",
            unit: "°C",
            sensor_type: "",
            measured,
        });
        let spot = Spot { position: place.position(), height: Some(Metres(height(east, north))) };
        spots.push((spot, truth(east, north)));
    }
    let readings = builder.finish();
    let places = BoxIndex::of(&readings);
    let (mut within, mut uncertainty, mut squares, mut count) = ([0; 2], 0.0, 0.0, 0);
    for (row, (spot, truth)) in spots.into_iter().enumerate() {
        let others = |reading: Reading<'_>| {
            if reading.row() == row { Err("left_out") } else { Ok(()) }
        };
        let told = Estimate::all_at(&readings, &places, Catalogue::builtin(), spot, others);
        let Some(told) = told.first() else { continue };
        let error = (told.value.0 - truth).abs();
        count += 1;
        within[0] += u32::from(error <= told.uncertainty.0);
        within[1] += u32::from(error <= 2.0 * told.uncertainty.0);
        uncertainty += told.uncertainty.0;
        squares += error.powi(2);
    }
    let share = |part: f64| part / f64::from(count);
    [share(f64::from(within[0])), share(f64::from(within[1])), share(uncertainty), share(squares).sqrt()]
}

#[test]
fn the_truth_is_within_two_deviations_in_95_of_100_cases() {
    const SEEDS: u64 = 4;
    let mut all = 0.0;
    for weather in &WEATHER {
        let runs: Vec<_> = (1..=SEEDS).map(|seed| leave_one_out(weather, seed)).collect();
        let mean = |index: usize| runs.iter().map(|run| run[index]).sum::<f64>() / SEEDS as f64;
        println!(
            "{:12} within 1: {:.3}, within 2: {:.3}; uncertainty {:.2} K, real error {:.2} K",
            weather.name,
            mean(0),
            mean(1),
            mean(2),
            mean(3)
        );
        assert!((0.90..=0.995).contains(&mean(1)), "{}: {}", weather.name, mean(1));
        all += mean(1) / WEATHER.len() as f64;
    }
    println!("all          within 2: {all:.3}");
    assert!((0.94..=0.98).contains(&all), "{all}");
}
