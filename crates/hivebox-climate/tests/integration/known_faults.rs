//! The quality checks meet the goals of `docs/quality.md` on half a simulated day and on single moments,
//! a real one among them, with known faults.

#[path = "../../examples/quality/faults.rs"]
mod faults;
#[path = "../../examples/quality/harm.rs"]
mod harm;
#[path = "../../examples/quality/moment.rs"]
#[expect(dead_code, reason = "the example exports moments for a peer")]
mod moment;
#[path = "../../examples/quality/score.rs"]
#[expect(dead_code, reason = "the example prints more than a test asserts")]
mod score;
#[path = "../../examples/quality/tally.rs"]
mod tally;
#[path = "../../examples/quality/trial.rs"]
#[expect(dead_code, reason = "the example runs through all seasons")]
mod trial;
#[path = "../../examples/quality/worlds.rs"]
#[expect(dead_code, reason = "the example runs through all worlds")]
mod worlds;

use moment::Truth;
use opensensemap_sim::Stations;
use score::{Kind, Score};
use tally::{Counts, Tally};
use trial::{Season, Trial};

fn found(counts: Counts) -> f64 {
    counts.failed_of_judged as f64 / counts.judged as f64
}

fn lost(counts: Counts) -> f64 {
    counts.failed as f64 / counts.all as f64
}

#[test]
fn a_real_afternoon_loses_few_readings_and_confirms_few_wrong_ones() {
    let mut tally = Tally::default();
    for seed in 7..10 {
        for world in worlds::real(seed) {
            tally.look(&world);
        }
    }
    let (far, near) = (tally.of("real", Truth::Offset(12)), tally.of("real", Truth::Offset(6)));
    let untouched = tally.of("real", Truth::Untouched);
    let confirmed = (far.confirmed + near.confirmed) as f64 / (far.all + near.all) as f64;
    let table = tally.table("HiveBox");
    assert!(found(far) >= 0.87 && lost(untouched) <= 0.05 && confirmed <= 0.16, "{table}");
    assert!(untouched.confirmed as f64 >= 0.75 * untouched.all as f64, "{table}");
}

#[test]
fn simulated_faults_are_found_and_unusual_weather_is_not_lost() {
    let mut tally = Tally::default();
    let [winter, ..] = worlds::SEASONS;
    for seed in [7, 8] {
        for world in worlds::simulated(seed, 0.7, winter) {
            tally.look(&world);
        }
    }
    let of = |what: &str, truth| tally.of(&format!("{what}, siting 0.7 K"), truth);
    let table = tally.table("HiveBox");
    assert!(found(of("winter", Truth::Offset(10))) >= 0.95, "{table}");
    assert!(found(of("winter", Truth::Offset(5))) >= 0.7, "{table}");
    assert!(found(of("wrong clusters", Truth::Cluster)) >= 0.9, "{table}");
    assert!(lost(of("winter", Truth::Untouched)) <= 0.002, "{table}");
    assert!(lost(of("front", Truth::UnusualWeather)) <= 0.04, "{table}");
    assert!(lost(of("cold pools", Truth::UnusualWeather)) <= 0.12, "{table}");
}

#[test]
fn faults_are_found_and_good_readings_kept() {
    let mut score = Score::default();
    Trial { seed: 7, season: Season::Spring, stations: Stations::Real, hours: 12 }.run(&mut score);
    for kind in [Kind::Sentinel, Kind::LargeOffset, Kind::Stuck] {
        assert!(score.recall_of_judged(kind) >= Some(0.9), "{}", score.table());
        assert!(score.precision(kind) >= Some(0.95), "{}", score.table());
    }
    for kind in [Kind::Room, Kind::Double] {
        assert!(score.precision(kind) >= Some(0.95), "{}", score.table());
    }
    assert!(score.recall(Kind::Double) >= Some(0.9), "{}", score.table());
    assert!(score.lost() <= 0.01, "{}", score.table());
}
