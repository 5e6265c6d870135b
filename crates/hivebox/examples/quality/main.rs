//! Measures how well the quality checks find known faults: the tables of `docs/quality.md`.
//!
//! `cargo xtask quality`, or `cargo run --release -p hivebox --example quality -- SEED…`

#![expect(clippy::print_stdout, reason = "it prints its tables")]

mod faults;
mod score;
mod trial;

use std::time::Duration;

use score::{Kind, Score};
use trial::{Season, Trial};

/// Seeds that were not used to choose thresholds.
const UNSEEN: [u64; 3] = [101, 102, 103];

fn main() {
    let seeds: Vec<u64> = std::env::args().skip(1).filter_map(|seed| seed.parse().ok()).collect();
    let seeds = if seeds.is_empty() { UNSEEN.to_vec() } else { seeds };
    let mut total = Score::default();
    let mut by_season = Vec::new();
    let mut slowest = Duration::ZERO;
    for season in Season::ALL {
        let mut score = Score::default();
        for &seed in &seeds {
            let trial = Trial { seed, season, stations: opensensemap_sim::Stations::Real, hours: 36 };
            slowest = slowest.max(trial.run(&mut score));
        }
        total.add(&score);
        by_season.push((season, score));
    }
    println!(
        "Seeds {seeds:?}, a day in each of {} seasons, scored at each hour after a lead of 12 hours.\n",
        by_season.len()
    );
    println!("{}", total.table());
    for (season, score) in &by_season {
        let recall = |kind| score.recall(kind).map_or("none".to_owned(), |recall| format!("{recall:.3}"));
        println!(
            "{:<7} rooms declared as outdoors {}, offsets 10 to 20 {}, 3 to 10 {}, good readings lost {:.4}",
            season.name(),
            recall(Kind::Room),
            recall(Kind::LargeOffset),
            recall(Kind::SmallOffset),
            score.lost(),
        );
    }
    println!("\nThe slowest check of all took {:.1} ms.", slowest.as_secs_f64() * 1e3);
}
