//! The same question has the same answer, to the last bit, however its work is shared out.

use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Exposure;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::history::History;
use crate::history::question::{Every, Question};
use crate::query::{Engine, EngineOptions};
use crate::store::SnapshotStore;
use crate::testing::readings::{DAY_MILLIS, Reading, write};

const PHENOMENA: [&str; 3] = ["wind_direction", "air_temperature", "illuminance"];

/// Three days of wind, warmth and light. The light is too bright and too dark for exact percentiles of a whole day.
fn readings() -> Vec<Reading> {
    let one = |number: i64| Reading {
        phenomenon: Some(PHENOMENA[(number % 3) as usize]),
        box_id: format!("box{}", number % 50),
        exposure: Exposure::Outdoor,
        model: "custom",
        position: None,
        at: number * DAY_MILLIS / 16_000,
        hundredths: Some((number * 7919 % if number % 3 == 2 { 9_000_000 } else { 36_000 }) as i32),
        is_ok: true,
    };
    (0..48_000).map(one).collect()
}

#[tokio::test]
async fn the_same_question_has_the_same_answer_whatever_the_parallelism() {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), &readings());
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let catalogue = Catalogue::builtin();
    let question = Question {
        phenomena: PHENOMENA.iter().map(|slug| catalogue.by_slug(slug).unwrap()).collect(),
        // The hourly sums cannot select by model.
        selection: Selection { models: vec!["custom".into()], ..Selection::default() },
        from: Timestamp::UNIX_EPOCH,
        to: "1970-01-04T00:00:00Z".parse().unwrap(),
        every: Some(Every::Days(1)),
        zone: TimeZone::UTC,
        percentiles: [5.0, 50.0, 95.0].into_iter().filter_map(Percentile::new).collect(),
    };
    let mut answers = std::collections::BTreeSet::new();
    for threads in [1, 2, 3, 8] {
        let options = EngineOptions {
            memory_bytes: 64 << 20,
            timeout: Duration::from_mins(10),
            running: 2,
            waiting: 2,
            threads,
            on_thread_start: || {},
        };
        let engine = Engine::new(History::of(&store), options).unwrap();
        engine.suppose(files.clone());
        for _ in 0..10 {
            let answer = engine.answer(&question).await.unwrap();
            assert!(!answer.is_short_of_memory);
            answers.insert(format!("{:?} {}", answer.rows, answer.is_exact));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
}
