//! No SQL exceeds its limits, and none leaves anything behind.

use std::time::Duration;

use arrow_array::RecordBatch;
use futures_util::{StreamExt, TryStreamExt};
use hivebox_archive::query::{Engine, EngineOptions, QueryError};
use hivebox_archive::testing::held_store::HeldHistory;
use hivebox_sql::{SqlEngine, SqlLimits};

use super::engines_with;

/// Engines over a held history.
struct HeldEngine {
    _folder: tempfile::TempDir,
    held: HeldHistory,
    engine: std::sync::Arc<Engine>,
    sql_engine: SqlEngine,
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
        let (engine, sql_engine) = engines_with(held.history.clone(), options);
        engine.suppose(held.files.clone());
        Self { _folder: folder, held, engine, sql_engine }
    }

    async fn sql(&self, text: &str, rows: usize) -> Result<usize, QueryError> {
        let rows = self.sql_engine.query(text, SqlLimits { rows }).await?;
        let batches: Vec<_> = rows.try_collect().await?;
        Ok(batches.iter().map(RecordBatch::num_rows).sum())
    }
}

#[tokio::test]
async fn sql_that_takes_too_long_is_given_up_and_makes_room() {
    let it = HeldEngine::new(EngineOptions { timeout: Duration::from_millis(50), ..options() });
    for _ in 0..3 {
        let late = it.sql("select count(value) from readings", 1).await;
        assert!(matches!(late, Err(QueryError::TimedOut { .. })), "{late:?}");
    }
}

#[tokio::test]
async fn sql_that_nobody_waits_for_ends_and_gives_back_what_it_took() {
    let it = HeldEngine::new(options());
    {
        let mut dropped = Box::pin(it.sql("select avg(value) from readings", 1));
        tokio::select! {
            biased;
            answer = &mut dropped => panic!("the store is held, but there is {answer:?}"),
            () = it.held.is_asked() => {}
        }
    }
    // Only one question runs at once, so this one runs only once the dropped one is gone.
    it.held.allow_all();
    assert_eq!(it.sql("select avg(value) from readings", 1).await.unwrap(), 1);
    assert_eq!(it.engine.waiting(), 0);
}

#[tokio::test]
async fn sql_waits_in_the_same_queue_as_questions() {
    let it = HeldEngine::new(EngineOptions { waiting: 0, ..options() });
    let first = it.sql("select avg(value) from readings", 1);
    let second = async {
        it.held.is_asked().await;
        assert_eq!(it.engine.running(), 1);
        let sql = it.sql("select 1", 1).await;
        assert!(matches!(sql, Err(QueryError::Busy { running: 1, waiting: 0 })), "{sql:?}");
        it.held.allow_all();
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first.unwrap(), 1);
}

#[tokio::test]
async fn sql_that_does_not_fit_into_memory_is_refused_and_leaves_room_for_others() {
    let it = HeldEngine::new(EngineOptions { memory_bytes: 48 << 10, ..options() });
    it.held.allow_all();
    let refused = it.sql("select box_id, array_agg(value) from readings group by 1, value", 10_000).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { limit_bytes: 43_008 })), "{refused:?}");
    assert_eq!(it.sql("select 1", 1).await.unwrap(), 1);
    assert_eq!(it.engine.current().reader().memory().used_bytes(), 0);
}

#[tokio::test]
async fn sql_can_read_the_tables_and_nothing_else() {
    let it = HeldEngine::new(options());
    it.held.allow_all();
    assert_eq!(it.sql("select * from readings where box_id = 'box7'", 1000).await.unwrap(), 400);
    assert_eq!(it.sql("select count(*) from hourly", 1000).await.unwrap(), 1);
    assert_eq!(it.sql("select * from boxes, sensors", 1000).await.unwrap(), 0);
    assert!(it.sql("show tables", 1000).await.unwrap() >= 4);
    for text in ["explain select * from readings", "explain analyze select 1", "describe hourly"] {
        assert!(it.sql(text, 1000).await.unwrap() > 0, "{text}");
    }
    for text in [
        "create table mine as select 1",
        "create external table mine stored as parquet location '/etc'",
        "create view mine as select 1",
        "drop table readings",
        "insert into readings select * from readings",
        "delete from readings",
        "update readings set value = 0",
        "copy readings to '/tmp/out.parquet'",
        "set datafusion.execution.batch_size = 1",
        "prepare mine as select 1",
        "explain analyze copy readings to '/tmp/out.parquet'",
        "select * from '/etc/passwd'",
        "select * from 'history/readings/day=0/file.parquet'",
        "select 1; select 2",
        "select nothing from readings",
        "not even sql",
        "",
    ] {
        let refused = it.sql(text, 1000).await;
        assert!(matches!(refused, Err(QueryError::Sql(_))), "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn sql_ends_at_the_limit_of_rows() {
    let it = HeldEngine::new(options());
    it.held.allow_all();
    assert_eq!(it.sql("select * from readings", 12_000).await.unwrap(), 12_000);
    let text = "select * from readings";
    let rows = it.sql_engine.query(text, SqlLimits { rows: 11_999 }).await;
    let told: Vec<_> = rows.unwrap().collect().await;
    let good: usize = told.iter().filter_map(|batch| Some(batch.as_ref().ok()?.num_rows())).sum();
    assert_eq!(good, 11_999);
    assert!(matches!(told.last(), Some(Err(QueryError::TooManyRows { most: 11_999 }))));
}

#[tokio::test]
async fn sql_that_is_long_or_deep_is_answered_or_refused() {
    let it = HeldEngine::new(options());
    it.held.allow_all();
    for text in [
        format!("select {}", vec!["1"; 500].join("+")),
        format!("select {} from readings limit 1", vec!["value"; 200].join("+")),
        format!("select count(*) from readings where {}", vec!["value=1"; 240].join(" or ")),
        format!("select count(*) from readings where {}", vec!["value>1"; 240].join(" and ")),
        format!("select {}1", "- ".repeat(990)),
        format!("select {}1{}", "(".repeat(490), ")".repeat(490)),
        format!("select {} true", "not ".repeat(990)),
        format!("select {}", vec!["1"; 490].join(",")),
        format!("select 1 where 1 in ({})", vec!["1"; 490].join(",")),
        vec!["select 1"; 240].join(" union all "),
        format!("{}select 1{}", "select * from (".repeat(190), ")".repeat(190)),
        format!("select case {} end", "when true then 1 ".repeat(240)),
        "x".repeat(SqlLimits::LONGEST_BYTES + 1),
        "x ".repeat(SqlLimits::MOST_WORDS + 1),
    ] {
        let told = it.sql(&text, 100_000).await;
        assert!(matches!(told, Ok(_) | Err(QueryError::Sql(_))), "{}: {told:?}", &text[..60]);
    }
}
