//! Answers from readings and from hourly sums agree with the simplest loop over all readings.

use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::history::History;
use crate::history::question::{HistoryRow, Question};
use crate::query::{AnswerSource, Engine, EngineOptions};
use crate::store::SnapshotStore;
use crate::testing::questions::any_readings_and_question;
use crate::testing::readings::{Reading, simple_answer, write};

pub(super) fn engine(history: History) -> Engine {
    let options = EngineOptions {
        memory_bytes: 64 << 20,
        timeout: Duration::from_mins(10),
        running: 2,
        waiting: 2,
        threads: 2,
        on_thread_start: || {},
    };
    Engine::new(history, options).unwrap()
}

/// Compares rows. Percentiles may differ by the error of the resolution unless they are exact.
fn compare(told: &[HistoryRow], truth: &[HistoryRow], is_exact: bool) -> Result<(), TestCaseError> {
    prop_assert_eq!(told.len(), truth.len());
    for (told, truth) in told.iter().zip(truth) {
        prop_assert_eq!(
            (told.phenomenon, told.from, told.to, told.count),
            (truth.phenomenon, truth.from, truth.to, truth.count)
        );
        prop_assert_eq!((told.min, told.max), (truth.min, truth.max));
        let phenomenon = Catalogue::builtin().phenomenon(told.phenomenon);
        match (told.mean, truth.mean) {
            (Some(told), Some(truth)) if phenomenon.is_direction() => {
                let apart = (told.0 - truth.0).rem_euclid(360.0);
                prop_assert!(apart.min(360.0 - apart) < 1e-6, "{} instead of {}", told.0, truth.0);
            }
            (Some(told), Some(truth)) => {
                prop_assert!((told.0 - truth.0).abs() < 1e-9, "{} instead of {}", told.0, truth.0);
            }
            (told, truth) => prop_assert_eq!(told, truth),
        }
        let near = |truth| if is_exact { 0.0 } else { phenomenon.sketch_resolution().error(truth).0 + 1e-9 };
        for ((_, told), (_, truth)) in told.percentiles.iter().zip(&truth.percentiles) {
            match (told, truth) {
                (Some(told), Some(truth)) => {
                    prop_assert!(
                        (told.0 - truth.0).abs() <= near(*truth),
                        "{} instead of {}",
                        told.0,
                        truth.0
                    );
                }
                (told, truth) => prop_assert_eq!(told, truth),
            }
        }
    }
    Ok(())
}

fn check(readings: &[Reading], question: &Question) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), readings);
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let engine = engine(History::of(&store));
    engine.suppose(files);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(agree(&engine, readings, question)).map(drop)
}

/// Answers a question about exactly these readings in both ways. Returns what answered it first.
pub(super) async fn agree(
    engine: &Engine,
    readings: &[Reading],
    question: &Question,
) -> Result<AnswerSource, TestCaseError> {
    let truth = simple_answer(readings, question);
    let answered = engine.answer(question).await.unwrap();
    let source = answered.source;
    if source == AnswerSource::Readings {
        prop_assert!(answered.is_exact);
    }
    compare(&answered.rows, &truth, answered.is_exact)?;
    prop_assert_eq!(answered.through.map(Timestamp::as_millisecond), readings.iter().map(|it| it.at).max());

    // Selecting all models selects the same readings, but the hourly sums cannot answer it.
    let mut by_readings = question.clone();
    if by_readings.selection.models.is_empty() {
        by_readings.selection.models = vec!["homeV2Wifi".into(), "custom".into()];
    }
    let answered = engine.answer(&by_readings).await.unwrap();
    prop_assert_eq!(answered.source, AnswerSource::Readings);
    compare(&answered.rows, &truth, true)?;
    Ok(source)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn readings_and_hours_agree_with_the_plainest_means((readings, question) in any_readings_and_question()) {
        check(&readings, &question)?;
    }
}
