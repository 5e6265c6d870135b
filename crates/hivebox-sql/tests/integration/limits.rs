//! No SQL exceeds its limits, and none leaves anything behind.

use std::time::Duration;

use arrow_array::RecordBatch;
use futures_util::{StreamExt, TryStreamExt};
use hivebox_archive::query::{Engine, EngineOptions, QueryError};
use hivebox_archive::testing::held_store::HeldHistory;
use hivebox_sql::{SqlEngine, SqlLimits, texts};

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

    /// Waits until all memory is given back: the tasks of a plan end a moment after its answer.
    async fn gives_everything_back(&self) {
        let used =
            || self.sql_engine.memory().used_bytes() + self.engine.current().reader().memory().used_bytes();
        let freed = async {
            while used() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), freed).await.unwrap();
    }

    /// The only row and column of an answer, as text.
    async fn value(&self, text: &str) -> Result<Option<String>, QueryError> {
        let rows = self.sql_engine.query(text, SqlLimits { rows: 1 }).await?;
        let batches: Vec<_> = rows.try_collect().await?;
        Ok(texts(&batches[0]).unwrap()[0][0].clone())
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
async fn sql_keeps_no_history_query_waiting() {
    let it = HeldEngine::new(EngineOptions { waiting: 0, ..options() });
    let first = it.sql("select avg(value) from readings", 1);
    let second = async {
        it.held.is_asked().await;
        assert_eq!((it.sql_engine.running(), it.engine.running()), (1, 0));
        let sql = it.sql("select 1", 1).await;
        assert!(matches!(sql, Err(QueryError::Busy { running: 1, waiting: 0 })), "{sql:?}");
        let ran = it.engine.executor().run(|admitted| async move {
            drop(admitted);
            Ok(())
        });
        ran.await.unwrap();
        it.held.allow_all();
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first.unwrap(), 1);
}

#[tokio::test]
async fn sql_that_does_not_fit_into_memory_is_refused_and_leaves_room_for_others() {
    let it = HeldEngine::new(EngineOptions { memory_bytes: 1 << 20, ..options() });
    it.held.allow_all();
    let refused = it.sql("select box_id, array_agg(value) from readings group by 1, value", 10_000).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { limit_bytes: 458_752 })), "{refused:?}");
    assert_eq!(it.sql("select 1", 1).await.unwrap(), 1);
    it.gives_everything_back().await;
    let windows = "select box_id, sensor_id, avg(value) over () as mean from readings limit 1";
    let refused = it.sql(windows, 10).await;
    assert!(matches!(refused, Err(QueryError::OutOfMemory { .. })), "{refused:?}");
    it.gives_everything_back().await;
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
        format!("select {}1{}", "(".repeat(40), ")".repeat(40)),
        format!("select * from {}readings{}", "(".repeat(40), ")".repeat(40)),
        format!("select * from {}select 1 from readings{}", "(".repeat(40), ")".repeat(40)),
        format!("select 1 where 1 in {}select 1{}", "(".repeat(40), ")".repeat(40)),
        format!("select {}1{}", "case when true then ".repeat(40), " end".repeat(40)),
        format!("select {}1{}", "abs(".repeat(40), ")".repeat(40)),
        format!("select {}1{}", "interval (".repeat(40), ")".repeat(40)),
        "x".repeat(SqlLimits::LONGEST_BYTES + 1),
        "x ".repeat(SqlLimits::MOST_WORDS + 1),
    ] {
        let told = it.sql(&text, 100_000).await;
        let is_told = matches!(told, Ok(_) | Err(QueryError::Sql(_) | QueryError::TooComplex(_)));
        assert!(is_told, "{}: {told:?}", &text[..60]);
    }
}

#[tokio::test]
async fn values_that_take_gigabytes_are_refused_before_they_are_built() {
    let it = HeldEngine::new(EngineOptions { memory_bytes: 256 << 20, ..options() });
    it.held.allow_all();
    let doubled = |value: &str, first: &str| {
        let levels: Vec<_> =
            (1..40).map(|n| format!("a{n} as (select {value} as s from a{})", n - 1)).collect();
        format!("with a0 as ({first}), {} select length(s) from a39", levels.join(", "))
    };
    for text in [
        "select length(repeat('a', 1000000000))",
        "select length(repeat(repeat('a', 100000), 20000))",
        "select length(lpad('a', 1000000000))",
        "select length(rpad(box_id, 1000000000, 'ab')) from readings",
        "select upper(repeat('a', 500000000)) = 'A'",
        "select bit_length(repeat('a', 2000000000))",
        "select bit_length(repeat('a', 2000 * 1000000))",
        "select length(repeat(box_id, cast(value * 100000 as bigint))) from readings",
        "select length(repeat(box_id, -cast(value * 100000 as bigint))) from readings",
        "select length(repeat('a', -(-1000000000)))",
        "select length(repeat('a', - - -(-1000000000)))",
        "select length(repeat('a', cast(-(-1000000000) as int)))",
        "select length(repeat('a', try_cast('1000000000' as bigint)))",
        "select length(repeat('a', cast(cast(1 as timestamp) as bigint)))",
        "select length(repeat('a', case when true then 1000000000 end))",
        "select length(repeat('a', (select 1000000000)))",
        "select length(repeat('a', n)) from (select 1000000000 as n)",
        "select length(lpad('a', -(-1000000000)))",
        "select length(lpad('a', -cast(value * -100000 as bigint))) from readings",
        "select length(replace(repeat('a', 50000), 'a', repeat('b', 50000)))",
        "select length(concat_ws(repeat('a', 90000), '', '', '', '', '', '', '', '', '', ''))",
        &format!(
            "select {} from readings",
            (0..60).map(|n| format!("repeat('a', 20000) as c{n}")).collect::<Vec<_>>().join(", ")
        ),
        &doubled("s || s", "select 'ab' as s"),
        &doubled("concat(s, s)", "select box_id as s from readings"),
        &doubled("replace(s, 'a', s)", "select 'ab' as s"),
        "select string_agg(box_id || sensor_id || verdict || model || measured_at, ',') from readings a",
        "select approx_percentile_cont(value, 0.5, 1000000000) from readings",
        "select approx_percentile_cont(value, 0.5, 1000000 * 1000000) from readings",
        "select approx_percentile_cont(0.5, 1000000 * 1000000) within group (order by value) from readings",
        "select approx_percentile_cont(0.5, -(-1000000000000)) within group (order by value) from readings",
        "select approx_percentile_cont(value, 0.5, 1000000 * 1000000 order by value) from readings",
        "select approx_percentile_cont(value, 0.5, 1000000000000) over () from readings",
        "select approx_percentile_cont(value, 0.5, 1000000 * 1000000) over () from readings",
        "select approx_percentile_cont_with_weight(value, 1, 0.5, 1000000 * 1000000) from readings",
        "select approx_percentile_cont_with_weight(1, 0.5, 1000000 * 1000000) within group (order by value) \
         from readings",
    ] {
        let refused = it.sql(text, 100_000).await;
        assert!(
            matches!(refused, Err(QueryError::TooComplex(_) | QueryError::OutOfMemory { .. })),
            "{text}: {refused:?}"
        );
        it.gives_everything_back().await;
    }
    for (text, expected) in [
        ("select length(repeat('ab', 1000))", "2000"),
        ("select length(repeat('ab', -(-1000)))", "2000"),
        ("select length(repeat('ab', cast('1000' as bigint)))", "2000"),
        ("select length(repeat('ab', -1000))", "0"),
        ("select approx_percentile_cont(value, 1 - 0.5, 200) is not null from readings", "true"),
        ("select approx_percentile_cont_with_weight(value, 1, 1 - 0.5) is not null from readings", "true"),
        (
            "select approx_percentile_cont(1 - 0.5, 200) within group (order by value) is not null from readings",
            "true",
        ),
        ("select lpad(cast(7 as text), 3, '0')", "007"),
        ("select 'a' || 1 || 'b'", "a1b"),
        ("select replace('abcabc', 'b', 'xy')", "axycaxyc"),
        ("select length(string_agg(distinct box_id, ',')) > 10 from readings", "true"),
        ("select count(*) from generate_series(1, 100000)", "100000"),
    ] {
        assert_eq!(it.value(text).await.unwrap().as_deref(), Some(expected), "{text}");
    }
}

#[tokio::test]
async fn a_function_that_nobody_judged_is_not_there() {
    let it = HeldEngine::new(options());
    it.held.allow_all();
    for text in [
        "select levenshtein(box_id, sensor_id) from readings",
        "select arrow_cast(1, 'Utf8')",
        "select string_agg(box_id, ',') over (order by measured_at) from readings",
        "with recursive a as (select 'a' as s union all select s || s from a) select count(*) from a",
        "select cast(null as bigint[1000000000])",
        "select try_cast(null as bigint[1000][1000][1000])",
        "select cast(null as struct<items bigint[1000000000]>)",
    ] {
        let refused = it.sql(text, 100_000).await;
        assert!(matches!(refused, Err(QueryError::Sql(_))), "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn a_plan_that_doubles_is_refused_at_once() {
    let it = HeldEngine::new(EngineOptions { timeout: Duration::from_mins(1), ..options() });
    it.held.allow_all();
    let unions = |levels: usize| {
        let of = |n: usize| if n == 0 { "readings".to_owned() } else { format!("a{}", n - 1) };
        let all =
            (0..levels).map(|n| format!("a{n} as (select * from {0} union all select * from {0})", of(n)));
        format!("with {} select count(*) from a{}", all.collect::<Vec<_>>().join(", "), levels - 1)
    };
    let filters = |levels: usize| {
        let all = (1..levels).map(|n| format!("a{n} as (select v + v as v from a{})", n - 1));
        let all = all.collect::<Vec<_>>().join(", ");
        format!(
            "with a0 as (select value as v from readings), {all} select count(*) from a{} where v > 1",
            levels - 1
        )
    };
    for text in [
        unions(17),
        unions(60),
        filters(40),
        (0..40).fold("select 1".to_owned(), |inner, n| format!("with a{n} as ({inner}) select * from a{n}")),
        format!(
            "select count(*) from {}",
            (0..150).map(|n| format!("readings r{n}")).collect::<Vec<_>>().join(", ")
        ),
        format!("select count(*) from readings group by cube({})", ["value"; 12].join(", ")),
    ] {
        let refused = it.sql(&text, 100_000).await;
        assert!(matches!(refused, Err(QueryError::TooComplex(_))), "{}: {refused:?}", &text[..60]);
        assert_eq!(it.sql_engine.running(), 0);
    }
    assert_eq!(it.sql(&unions(2), 10).await.unwrap(), 1);
    assert_eq!(it.sql(&filters(5), 10).await.unwrap(), 1);
}

#[tokio::test]
async fn planning_ends_when_its_time_is_over() {
    let it = HeldEngine::new(EngineOptions { timeout: Duration::from_millis(1), ..options() });
    it.held.allow_all();
    let columns: Vec<_> = (0..100).map(|n| format!("sum(value) as c{n}")).collect();
    let text = format!("select {} from readings", columns.join(", "));
    for _ in 0..3 {
        let late = it.sql(&text, 10).await;
        assert!(matches!(late, Err(QueryError::TimedOut { .. })), "{late:?}");
    }
    // The place is free as soon as the rule that is at work has ended.
    tokio::time::timeout(Duration::from_mins(2), async {
        while it.sql_engine.running() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn whole_numbers_never_wrap_around() {
    let it = HeldEngine::new(options());
    it.held.allow_all();
    for text in [
        "select 9223372036854775807 + 1",
        "select -9223372036854775807 - 2",
        "select 4611686018427387904 * 2",
        "select 4294967296 * 4294967296",
        "select cast(2147483647 as int) + cast(1 as int)",
        "select cast(255 as tinyint unsigned) + cast(1 as tinyint unsigned)",
        "select cast(-128 as tinyint) * cast(-1 as tinyint)",
        "select cast(18446744073709551615 as bigint unsigned) + cast(1 as bigint unsigned)",
        "select cast(0 as bigint unsigned) - cast(1 as bigint unsigned)",
        "select cast(18446744073709551615 as bigint unsigned) * cast(2 as bigint unsigned)",
        "select -x from (select cast(-9223372036854775808 as bigint) as x)",
        "select abs(x) from (select cast(-9223372036854775808 as bigint) as x)",
        "select x / -1 from (select cast(-9223372036854775808 as bigint) as x)",
        "select cast(300 as tinyint)",
        "select cast(1e19 as bigint)",
        "select sum(x) from (values (9223372036854775807), (1)) as t(x)",
        "select sum(x) from (values (9223372036854775807), (2)) as t(x) group by x > 0",
        "select sum(distinct x) from (values (9223372036854775807), (1)) as t(x)",
        "select max(s) from (select sum(x) over (order by x) as s from (values (9223372036854775807), (1)) as t(x))",
        "select power(10, 30)",
        "select factorial(30)",
        "select sum(count * 9223372036854775807) from hourly",
    ] {
        let refused = it.value(text).await;
        let is_told = matches!(&refused, Err(QueryError::Sql(text)) if !text.is_empty());
        assert!(is_told || text.contains("power"), "{text}: {refused:?}");
    }
    let told = it.value("select 9223372036854775807 + 1").await.unwrap_err().to_string();
    assert!(told.contains("9223372036854775808") && told.contains("cast"), "{told}");
    for (text, expected) in [
        ("select 9223372036854775806 + 1", "9223372036854775807"),
        (
            "select cast(18446744073709551614 as bigint unsigned) + cast(1 as bigint unsigned)",
            "18446744073709551615",
        ),
        ("select sum(x) from (values (9223372036854775807), (-1)) as t(x)", "9223372036854775806"),
        ("select sum(x) filter (where x > 1) from (values (3), (1)) as t(x)", "3"),
        ("select -x * 3 - 2 from (values (2)) as t(x)", "-8"),
        ("select arrow_typeof(sum(x) + 1) from (values (3), (1)) as t(x)", "Int64"),
        ("select count(*) + sum(x) as both from (values (3), (1)) as t(x)", "6"),
        ("select sum(s) from (select sum(x) over (partition by x) as s from (values (3), (1)) as t(x))", "4"),
    ] {
        assert_eq!(it.value(text).await.unwrap().as_deref(), Some(expected), "{text}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_too_slow_is_told_that_rows_are_missing() {
    let it = HeldEngine::new(EngineOptions { timeout: Duration::from_secs(5), ..options() });
    it.held.allow_all();
    let text = "select a.value from readings a, readings b";
    let mut rows = it.sql_engine.query(text, SqlLimits { rows: 100_000_000 }).await.unwrap();
    rows.next().await.unwrap().unwrap();
    while it.sql_engine.running() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rest: Vec<_> = rows.collect().await;
    assert!(matches!(rest.last(), Some(Err(QueryError::TimedOut { .. }))), "{:?}", rest.last());
}
