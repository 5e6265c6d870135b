//! Where questions are answered: on threads of their own, within limits.

use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fmt, io};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;

use super::answer::{self, Answer};
use super::boxes::Haunts;
#[cfg(feature = "ballista")]
use super::cluster::{Cluster, Scheduler};
use super::current::{Current, Past};
use super::error::QueryError;
#[cfg(test)]
use super::files::Files;
use super::footers::Footers;
use super::gate::{Admitted, Gate};
use super::memory::Memory;
use super::read::Source;
use super::sql::{self, Sql, SqlLimits, SqlRows};
use crate::history::History;
use crate::history::question::Question;
use crate::store::SnapshotStore;

/// Within which limits questions are answered.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The memory that all questions together may take, in bytes. An eighth of it is for what is known of files.
    pub memory_bytes: usize,
    /// How long an answer may take, the time in the queue included.
    pub timeout: Duration,
    /// How many questions are answered at once, at least 1.
    pub running: usize,
    /// How many may wait; further ones are turned away.
    pub waiting: usize,
    /// On how many threads, at least 1.
    pub threads: usize,
    /// What each of them does first, such as to take a low priority.
    pub on_thread_start: fn(),
}

/// The stack of a thread. `DataFusion` goes through SQL by recursion, and what is nested deeply needs room; what is never
/// used takes no memory.
const STACK_BYTES: usize = 64 << 20;
/// How many batches of rows are found ahead of who takes them.
const BATCHES_AHEAD: usize = 2;

/// Answers questions about the past, on threads of its own.
pub struct Engine {
    options: EngineOptions,
    gate: Gate,
    memory: Memory,
    footers: Arc<Footers>,
    current: Arc<Current>,
    haunts: Arc<Haunts>,
    #[cfg(feature = "ballista")]
    cluster: Option<Arc<Cluster>>,
    /// Made when it is first needed, since that takes some time.
    sql: Arc<OnceLock<Sql>>,
    /// `None` once the engine is being dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Engine").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Ends a task when nobody waits for it any more.
#[derive(Debug)]
pub(super) struct EndOnDrop(AbortHandle);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Engine {
    /// Starts the threads.
    ///
    /// # Errors
    /// The system gives none.
    pub fn new(options: EngineOptions) -> io::Result<Self> {
        let threads = options.threads.max(1);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            // Files of a folder are read by these.
            .max_blocking_threads(2 * threads)
            .thread_name("history")
            .thread_stack_size(STACK_BYTES)
            .on_thread_start(options.on_thread_start)
            .enable_all()
            .build()?;
        let for_footers = options.memory_bytes / 8;
        let memory = Memory::new(options.memory_bytes - for_footers);
        Ok(Self {
            gate: Gate::new(options.running, options.waiting),
            current: Arc::default(),
            haunts: Arc::default(),
            #[cfg(feature = "ballista")]
            cluster: None,
            sql: Arc::default(),
            memory,
            footers: Arc::new(Footers::new(for_footers)),
            options,
            runtime: Some(runtime),
        })
    }

    /// Starts the threads, and has readings and SQL worked on by a Ballista cluster. Its machines must find the store at the same
    /// address: the same path of a folder, or the same bucket with credentials of their own. Whether it is there shows when it is asked.
    ///
    /// # Errors
    /// The system gives no threads.
    #[cfg(feature = "ballista")]
    pub fn on_cluster(options: EngineOptions, scheduler: Scheduler) -> io::Result<Self> {
        let mut engine = Self::new(options)?;
        engine.cluster = Some(Arc::new(Cluster::new(scheduler)));
        Ok(engine)
    }

    /// Answers a question about a history. If the future is dropped, the work ends.
    ///
    /// # Errors
    /// The question has no answer, there is no room, time or memory for it, or the store failed; [`QueryError`] tells
    /// each way.
    pub async fn answer(&self, history: &History, question: &Question) -> Result<Answer, QueryError> {
        question.buckets()?;
        let (past, question) = (self.past(&history.store), question.clone());
        let workers = 2 * self.options.threads.max(1);
        let work = move |admitted| async move {
            let files = past.files().await?;
            let answer = answer::of(&past.source, &files, &question, workers).await;
            drop(admitted);
            answer
        };
        self.run(work).await
    }

    /// Answers SQL over a history: one statement that reads the tables `readings`, `hourly`, `boxes` and `sensors`. The rows have
    /// to be taken within the time that an answer may take, and hold its place in the queue until then. If they or
    /// the future are dropped, the work ends.
    ///
    /// # Errors
    /// The SQL is no such statement, there is no room, time or memory for it, or the store failed; [`QueryError`]
    /// tells each way.
    pub async fn sql(&self, history: &History, text: &str, limits: SqlLimits) -> Result<SqlRows, QueryError> {
        let deadline = Instant::now() + self.options.timeout;
        let (past, sql, text) = (self.past(&history.store), Arc::clone(&self.sql), text.to_owned());
        let (limit_bytes, after) = (self.memory.limit_bytes(), self.options.timeout);
        let threads = self.options.threads.max(1);
        let begun = self.run(move |admitted| async move {
            let files = past.files().await?;
            let sql = if let Some(sql) = sql.get() {
                sql
            } else {
                let new = Sql::new(&past.source.memory, threads)?;
                sql.get_or_init(|| new)
            };
            let rows = sql.begin(&past.source, &files, &text, limits).await?;
            Ok((rows, admitted))
        });
        let (rows, admitted) = begun.await?;
        let schema = sql::plain_schema(&rows.schema());
        let (to, batches) = mpsc::channel(BATCHES_AHEAD);
        let task = self.runtime()?.spawn(async move {
            let sent = tokio::time::timeout_at(deadline, sql::send(rows, limits, limit_bytes, &to)).await;
            if sent.is_err() {
                // Who does not take the rows in time is told so, if there is room for that.
                let _ = to.try_send(Err(QueryError::TimedOut { after }));
            }
            drop(admitted);
        });
        Ok(SqlRows::new(schema, batches, EndOnDrop(task.abort_handle())))
    }

    /// How many questions are being answered.
    #[must_use]
    pub fn running(&self) -> usize {
        self.gate.running()
    }

    /// How many questions wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }

    /// Has the history in a store be made of these files, as long as there is no manifest in it.
    #[cfg(test)]
    pub(super) fn suppose(&self, store: &SnapshotStore, files: Files) {
        self.current.keep(store, &Arc::new(files));
    }

    fn past(&self, store: &SnapshotStore) -> Past {
        let source = Source {
            store: store.clone(),
            footers: Arc::clone(&self.footers),
            haunts: Arc::clone(&self.haunts),
            memory: self.memory.clone(),
            #[cfg(feature = "ballista")]
            cluster: self.cluster.clone(),
        };
        Past { source, current: Arc::clone(&self.current) }
    }

    /// Does work when its turn comes, within the time. If nobody waits for it any more, it ends.
    async fn run<T, W>(&self, work: impl FnOnce(Admitted) -> W) -> Result<T, QueryError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, QueryError>> + Send + 'static,
    {
        let deadline = Instant::now() + self.options.timeout;
        let queued = self.gate.queue()?;
        let answered = async {
            let admitted = queued.admitted().await?;
            let task: JoinHandle<_> = self.runtime()?.spawn(work(admitted));
            let _end = EndOnDrop(task.abort_handle());
            task.await.map_err(|error| QueryError::Ended(error.to_string()))?
        };
        let in_time = tokio::time::timeout_at(deadline, answered).await;
        in_time.unwrap_or(Err(QueryError::TimedOut { after: self.options.timeout }))
    }

    fn runtime(&self) -> Result<&Runtime, QueryError> {
        self.runtime.as_ref().ok_or_else(|| QueryError::Ended("the engine stops".into()))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Work that still runs ends where it next waits; nobody waits for that here.
            runtime.shutdown_background();
        }
    }
}
