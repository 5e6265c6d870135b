//! Measures how well the quality checks find known faults: the tables of `docs/quality.md`.
//!
//! `cargo xtask quality`, or `cargo run --release -p hivebox-climate --example quality -- SEED…`

#![expect(clippy::print_stdout, reason = "it prints its tables")]
#![expect(clippy::expect_used, reason = "what the simulation and the data give is valid")]

mod faults;
mod harm;
mod moment;
mod score;
#[expect(dead_code, reason = "a test asserts single counts")]
mod tally;
mod trial;
mod worlds;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Duration;

use score::{Kind, Score};
use tally::Tally;
use trial::{Season, Trial};

/// Seeds that were not used to choose thresholds.
const UNSEEN: [u64; 5] = [101, 102, 103, 104, 105];
/// Days take longer, and hold more readings: the first seeds do.
const UNSEEN_DAYS: usize = 3;
/// The titles of the columns of [`Tally::table`].
const COLUMNS: &str = "world                            truth            method                         \
    count judged  failed  of all  confirmed doubted (%)";

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut file = arguments
        .next_if(|argument| argument == "--export")
        .and_then(|_| arguments.next())
        .map(|path| BufWriter::new(File::create(path).expect("the file for the peer can be written")));
    let only_moments = arguments.next_if(|argument| argument == "--moments").is_some();
    let seeds: Vec<u64> = arguments.filter_map(|seed| seed.parse().ok()).collect();
    let seeds = if seeds.is_empty() { UNSEEN.to_vec() } else { seeds };
    println!("Moments of the seeds {seeds:?}\n\n{COLUMNS}");
    let mut total = Tally::default();
    for &seed in &seeds {
        for world in worlds::of(seed) {
            total.look(&world);
            if let Some(file) = &mut file {
                writeln!(file, "{}", world.moment.json(&world.name, world.seed))
                    .expect("the file for the peer can be written");
            }
        }
    }
    println!("{}", total.table("HiveBox"));
    if !only_moments {
        days(&seeds[..seeds.len().min(UNSEEN_DAYS)]);
    }
}

/// Scores simulated days with kinds of faults that need a past.
fn days(seeds: &[u64]) {
    let mut total = Score::default();
    let mut by_season = Vec::new();
    let mut slowest = Duration::ZERO;
    for season in Season::ALL {
        let mut score = Score::default();
        for &seed in seeds {
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
