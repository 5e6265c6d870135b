//! Measures how good corrected forecasts are: the tables of `docs/forecast.md`.
//!
//! `cargo xtask quality`, or `cargo run --release -p hivebox-climate --example skill -- SEED…`

#![expect(clippy::print_stdout, reason = "it prints its tables")]
#![expect(clippy::expect_used, reason = "what the simulation gives is valid")]

mod export;
mod model;
mod score;
mod windows;
mod world;

use std::fs::File;
use std::io::BufWriter;

use jiff::{SignedDuration, Timestamp};

use score::Score;
use windows::WindowScore;
use world::World;

/// Seeds that were not used to choose how errors fade.
const UNSEEN: [u64; 3] = [201, 202, 203];
/// Places for each season and seed.
const PLACES: usize = 200;
/// How much thermometers differ for where they hang, as one standard deviation in kelvin.
const SITING_KELVIN: f64 = 1.5;
/// One moment in each season, at different hours of the day.
const SEASONS: [(&str, i64); 4] = [
    ("winter", 1_768_897_800),
    ("spring", 1_776_004_200),
    ("summer", 1_784_341_800),
    ("autumn", 1_792_679_400),
];

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut file = arguments
        .next_if(|argument| argument == "--export")
        .and_then(|_| arguments.next())
        .map(|path| BufWriter::new(File::create(path).expect("the file for the peer can be written")));
    let seeds: Vec<u64> = arguments.filter_map(|seed| seed.parse().ok()).collect();
    let seeds = if seeds.is_empty() { UNSEEN.to_vec() } else { seeds };
    let (mut score, mut windows) = (Score::default(), WindowScore::default());
    for (_, season) in SEASONS {
        for &seed in &seeds {
            let hours = SignedDuration::from_hours((seed % 6) as i64 * 4);
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(season) + hours;
            let world = World::new(seed, now, PLACES, SITING_KELVIN);
            for spot in &world.spots {
                let view = world.view(*spot);
                score.add(&view);
                windows.add(&view, *spot, world.now);
                if let Some(file) = &mut file {
                    export::write(file, &world, *spot, &view).expect("the file for the peer can be written");
                }
            }
        }
    }
    println!("Seeds {seeds:?}, {PLACES} places in each of four seasons.\n\n{}", score.table());
    println!("Windows for chores, the hours of six days:\n\n{}", windows.table());
}
