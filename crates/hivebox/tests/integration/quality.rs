//! The quality checks meet the goals of `docs/quality.md` on half a simulated day with known faults.

#[path = "../../examples/quality/faults.rs"]
mod faults;
#[path = "../../examples/quality/score.rs"]
#[expect(dead_code, reason = "the example prints more than a test asserts")]
mod score;
#[path = "../../examples/quality/trial.rs"]
#[expect(dead_code, reason = "the example runs through all seasons")]
mod trial;

use opensensemap_sim::Stations;
use score::{Kind, Score};
use trial::{Season, Trial};

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
