//! No question takes more than it may, and none leaves anything behind.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Exposure;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Semaphore;

use super::past::{DAY_MILLIS, Reading, write};
use crate::history::History;
use crate::history::question::{Every, Question};
use crate::query::sql::{LONGEST_BYTES, MOST_WORDS};
use crate::query::{Engine, EngineOptions, QueryError, SqlLimits};
use crate::store::SnapshotStore;

/// A store that answers as often as it is allowed to, and otherwise not at all.
#[derive(Debug)]
struct Held {
    inner: LocalFileSystem,
    allowed: Arc<Semaphore>,
    asked: Arc<Semaphore>,
}

impl fmt::Display for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("held")
    }
}

#[async_trait]
impl ObjectStore for Held {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    async fn get_ranges(&self, at: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.asked.add_permits(1);
        self.allowed.acquire().await.unwrap().forget();
        self.inner.get_ranges(at, ranges).await
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A past on a store that is held.
struct Past {
    _folder: tempfile::TempDir,
    history: History,
    allowed: Arc<Semaphore>,
    asked: Arc<Semaphore>,
    engine: Engine,
}

/// More than any question here needs.
const ALL: usize = 1 << 20;

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

impl Past {
    fn new(options: EngineOptions) -> Self {
        let readings = (0..12_000).map(|number| Reading {
            phenomenon: Some("air_temperature"),
            box_id: format!("box{}", number % 30),
            exposure: Exposure::Outdoor,
            model: "custom",
            position: None,
            at: number * DAY_MILLIS / 4000,
            hundredths: Some((number * 7919 % 2000) as i32),
            is_ok: true,
        });
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), &readings.collect::<Vec<_>>());
        let inner = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let (allowed, asked) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let held = Held { inner, allowed: Arc::clone(&allowed), asked: Arc::clone(&asked) };
        let store = SnapshotStore::of(Arc::new(held));
        let engine = Engine::new(options).unwrap();
        engine.suppose(&store, files);
        Self { _folder: folder, history: store.history(), allowed, asked, engine }
    }

    async fn answer(&self, question: &Question) -> std::result::Result<bool, QueryError> {
        let answer = self.engine.answer(&self.history, question).await?;
        Ok(answer.is_exact)
    }

    async fn sql(&self, text: &str, rows: usize) -> std::result::Result<usize, QueryError> {
        let rows = self.engine.sql(&self.history, text, SqlLimits { rows }).await?;
        let batches: Vec<_> = rows.try_collect().await?;
        Ok(batches.iter().map(arrow_array::RecordBatch::num_rows).sum())
    }

    /// Waits until the store is asked for something.
    async fn is_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }
}

fn question(percentiles: &[f64]) -> Question {
    let catalogue = Catalogue::builtin();
    Question {
        phenomena: vec![catalogue.air_temperature()],
        // Not what the sums of hours know.
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
    let past = Past::new(EngineOptions { timeout: Duration::from_millis(50), ..options() });
    let late = past.answer(&question(&[])).await;
    assert!(
        matches!(late, Err(QueryError::TimedOut { after }) if after == Duration::from_millis(50)),
        "{late:?}"
    );
    let late = past.sql("select count(value) from readings", 1).await;
    assert!(matches!(late, Err(QueryError::TimedOut { .. })), "{late:?}");
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_ends_and_gives_back_what_it_took() {
    let past = Past::new(options());
    {
        let (question, sql) = (question(&[50.0]), "select avg(value) from readings");
        let mut dropped = Box::pin(past.answer(&question));
        tokio::select! {
            biased;
            answer = &mut dropped => panic!("the store is held, but there is {answer:?}"),
            () = past.is_asked() => {}
        }
        drop(dropped);
        let mut dropped = Box::pin(past.sql(sql, 1));
        tokio::select! {
            biased;
            answer = &mut dropped => panic!("the store is held, but there is {answer:?}"),
            () = past.is_asked() => {}
        }
    }
    // Only one is answered at once: the next has its turn when those before are gone.
    past.allowed.add_permits(ALL);
    assert!(past.answer(&question(&[50.0])).await.unwrap());
    assert_eq!(past.engine.waiting(), 0);
}

#[tokio::test]
async fn who_finds_the_queue_full_is_turned_away() {
    let past = Past::new(EngineOptions { waiting: 0, ..options() });
    let question = question(&[]);
    let first = past.answer(&question);
    let second = async {
        past.is_asked().await;
        assert_eq!(past.engine.running(), 1);
        let second = past.answer(&question).await;
        assert!(matches!(second, Err(QueryError::Busy { running: 1, waiting: 0 })), "{second:?}");
        let sql = past.sql("select 1", 1).await;
        assert!(matches!(sql, Err(QueryError::Busy { running: 1, waiting: 0 })), "{sql:?}");
        past.allowed.add_permits(ALL);
    };
    let (first, ()) = tokio::join!(first, second);
    assert!(first.unwrap());
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_refused_and_leaves_room_for_others() {
    let past = Past::new(EngineOptions { memory_bytes: 48 << 10, ..options() });
    past.allowed.add_permits(ALL);
    let minutes = Question { every: Some(Every::Fixed(Every::SHORTEST)), ..question(&[]) };
    let refused = past.answer(&minutes).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { limit_bytes: 43_008 })), "{refused:?}");
    let refused = past.sql("select box_id, array_agg(value) from readings group by 1, value", 10_000).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { limit_bytes: 43_008 })), "{refused:?}");
    assert!(past.answer(&question(&[])).await.unwrap());
}

#[tokio::test]
async fn percentiles_give_up_being_exact_before_they_are_refused() {
    let enough = Past::new(options());
    enough.allowed.add_permits(ALL);
    assert!(enough.answer(&question(&[50.0])).await.unwrap());

    let short = Past::new(EngineOptions { memory_bytes: 64 << 10, threads: 1, ..options() });
    short.allowed.add_permits(ALL);
    assert!(!short.answer(&Question { every: None, ..question(&[50.0]) }).await.unwrap());
}

#[tokio::test]
async fn sql_can_read_the_tables_and_nothing_else() {
    let past = Past::new(options());
    past.allowed.add_permits(ALL);
    assert_eq!(past.sql("select * from readings where box_id = 'box7'", 1000).await.unwrap(), 400);
    assert_eq!(past.sql("select count(*) from hourly", 1000).await.unwrap(), 1);
    assert_eq!(past.sql("select * from boxes, sensors", 1000).await.unwrap(), 0);
    assert!(past.sql("show tables", 1000).await.unwrap() >= 4);
    for text in ["explain select * from readings", "explain analyze select 1", "describe hourly"] {
        assert!(past.sql(text, 1000).await.unwrap() > 0, "{text}");
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
        let refused = past.sql(text, 1000).await;
        assert!(matches!(refused, Err(QueryError::Sql(_))), "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn sql_ends_at_the_limit_of_rows() {
    let past = Past::new(options());
    past.allowed.add_permits(ALL);
    assert_eq!(past.sql("select * from readings", 12_000).await.unwrap(), 12_000);
    let text = "select * from readings";
    let rows = past.engine.sql(&past.history, text, SqlLimits { rows: 11_999 }).await;
    let told: Vec<_> = rows.unwrap().collect().await;
    let good: usize = told.iter().filter_map(|batch| Some(batch.as_ref().ok()?.num_rows())).sum();
    assert_eq!(good, 11_999);
    assert!(matches!(told.last(), Some(Err(QueryError::TooManyRows { most: 11_999 }))));
}

#[tokio::test]
async fn sql_that_is_long_or_deep_is_answered_or_refused() {
    let past = Past::new(options());
    past.allowed.add_permits(ALL);
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
        "x".repeat(LONGEST_BYTES + 1),
        "x ".repeat(MOST_WORDS + 1),
    ] {
        let told = past.sql(&text, 100_000).await;
        assert!(matches!(told, Ok(_) | Err(QueryError::Sql(_))), "{}: {told:?}", &text[..60]);
    }
}
