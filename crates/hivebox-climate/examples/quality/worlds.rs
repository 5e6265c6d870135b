//! The moments on which HiveBox and its peers are scored.

use jiff::{SignedDuration, Timestamp};

use super::moment::Moment;

/// How much simulated thermometers differ for where they hang, as one standard deviation in kelvin.
const SITINGS: [f64; 2] = [1.5, 0.7];
/// One moment in each season, at different hours of the day.
pub(crate) const SEASONS: [(&str, i64); 4] = [
    ("winter", 1_768_897_800),
    ("spring", 1_776_004_200),
    ("summer", 1_784_341_800),
    ("autumn", 1_792_679_400),
];

/// A moment with its name. Those of one name are scored together.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) name: String,
    pub(crate) seed: u64,
    pub(crate) moment: Moment,
}

/// All worlds of a seed, the real moment first.
pub(crate) fn of(seed: u64) -> Vec<World> {
    let mut worlds = real(seed);
    for siting in SITINGS {
        worlds.extend(SEASONS.into_iter().flat_map(|season| simulated(seed, siting, season)));
    }
    worlds
}

/// The real moment with faults.
pub(crate) fn real(seed: u64) -> Vec<World> {
    let mut random = fastrand::Rng::with_seed(seed);
    let offsets = Moment::real().with_offsets(&mut random, &[12, 6], 0.02);
    let swapped = Moment::real().with_swapped_places(&mut random, 0.01);
    vec![World::new("real", seed, offsets), World::new("real, swapped", seed, swapped)]
}

/// Simulated moments in a season with faults, and with weather that only looks like faults.
pub(crate) fn simulated(seed: u64, siting: f64, (season, second): (&str, i64)) -> Vec<World> {
    let hours = SignedDuration::from_hours((seed % 6) as i64 * 4);
    let as_of = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second) + hours;
    let plain = Moment::simulated(seed, as_of, siting);
    let mut random = fastrand::Rng::with_seed(seed ^ second.unsigned_abs());
    let world = |what: &str, moment| World::new(&format!("{what}, siting {siting} K"), seed, moment);
    vec![
        world(season, plain.clone().with_offsets(&mut random, &[3, 5, 10], 0.01)),
        world("wrong clusters", plain.clone().with_clusters(&mut random, 10, 10.0)),
        world("swapped", plain.clone().with_swapped_places(&mut random, 0.01)),
        world("cold pools", plain.clone().with_cold_pools(&mut random, 10, 7.0)),
        world("front", plain.with_front(&mut random, 8.0)),
    ]
}

impl World {
    fn new(name: &str, seed: u64, moment: Moment) -> Self {
        Self { name: name.to_owned(), seed, moment }
    }
}
