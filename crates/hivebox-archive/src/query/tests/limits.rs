//! No question exceeds its limits, and none leaves anything behind.

use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::history::question::{Every, Question};
use crate::query::{Engine, EngineOptions, QueryError};
use crate::testing::held_store::HeldHistory;

/// An engine over a held history.
struct HeldEngine {
    _folder: tempfile::TempDir,
    held: HeldHistory,
    engine: Engine,
}

fn options() -> EngineOptions {
    EngineOptions {
        memory_bytes: 64 << 20,
        timeout: Duration::from_mins(10),
        running: 1,
        waiting: 1,
        threads: 2,
        on_thread_start: || {},
    }
}

impl HeldEngine {
    fn new(options: EngineOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let held = HeldHistory::write(folder.path());
        let engine = Engine::new(held.history.clone(), options).unwrap();
        engine.suppose(held.files.clone());
        Self { _folder: folder, held, engine }
    }

    async fn answer(&self, question: &Question) -> Result<bool, QueryError> {
        Ok(self.engine.answer(question).await?.is_exact)
    }
}

fn question(percentiles: &[f64]) -> Question {
    let catalogue = Catalogue::builtin();
    Question {
        phenomena: vec![catalogue.air_temperature()],
        // The hourly sums cannot select by model.
        selection: Selection { models: vec!["custom".into()], ..Selection::default() },
        from: Timestamp::UNIX_EPOCH,
        to: "1970-01-04T00:00:00Z".parse().unwrap(),
        every: Some(Every::Days(1)),
        zone: TimeZone::UTC,
        percentiles: percentiles.iter().filter_map(|&percentile| Percentile::new(percentile)).collect(),
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up_and_makes_room() {
    let it = HeldEngine::new(EngineOptions { timeout: Duration::from_millis(50), ..options() });
    let late = it.answer(&question(&[])).await;
    assert!(
        matches!(late, Err(QueryError::TimedOut { after }) if after == Duration::from_millis(50)),
        "{late:?}"
    );
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_ends_and_gives_back_what_it_took() {
    let it = HeldEngine::new(options());
    {
        let question = question(&[50.0]);
        let mut dropped = Box::pin(it.answer(&question));
        tokio::select! {
            biased;
            answer = &mut dropped => panic!("the store is held, but there is {answer:?}"),
            () = it.held.is_asked() => {}
        }
    }
    // Only one question runs at once, so this one runs only once the dropped one is gone.
    it.held.allow_all();
    assert!(it.answer(&question(&[50.0])).await.unwrap());
    assert_eq!(it.engine.waiting(), 0);
}

#[tokio::test]
async fn who_finds_the_queue_full_is_turned_away() {
    let it = HeldEngine::new(EngineOptions { waiting: 0, ..options() });
    let question = question(&[]);
    let first = it.answer(&question);
    let second = async {
        it.held.is_asked().await;
        assert_eq!(it.engine.running(), 1);
        let second = it.answer(&question).await;
        assert!(matches!(second, Err(QueryError::Busy { running: 1, waiting: 0 })), "{second:?}");
        it.held.allow_all();
    };
    let (first, ()) = tokio::join!(first, second);
    assert!(first.unwrap());
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_refused_and_leaves_room_for_others() {
    let it = HeldEngine::new(EngineOptions { memory_bytes: 48 << 10, ..options() });
    it.held.allow_all();
    let minutes = Question { every: Some(Every::Fixed(Every::SHORTEST)), ..question(&[]) };
    let refused = it.answer(&minutes).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { limit_bytes: 43_008 })), "{refused:?}");
    assert!(it.answer(&question(&[])).await.unwrap());
}

#[tokio::test]
async fn percentiles_give_up_being_exact_before_they_are_refused() {
    let enough = HeldEngine::new(options());
    enough.held.allow_all();
    assert!(enough.answer(&question(&[50.0])).await.unwrap());

    let short = HeldEngine::new(EngineOptions { memory_bytes: 64 << 10, threads: 1, ..options() });
    short.held.allow_all();
    assert!(!short.answer(&Question { every: None, ..question(&[50.0]) }).await.unwrap());
}
