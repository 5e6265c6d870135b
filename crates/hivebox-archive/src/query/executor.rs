//! Runs questions on threads of their own, within limits.

use std::time::Duration;
use std::{fmt, io};

use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;

use super::error::QueryError;
use super::gate::{Admitted, Gate};

/// The limits that all questions share.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The memory that all questions together may take, in bytes. An eighth of it caches the footers of files.
    pub memory_bytes: usize,
    /// The time limit of one question, including the time in the queue.
    pub timeout: Duration,
    /// How many questions may run at once, at least 1.
    pub running: usize,
    /// How many may wait; further ones are refused.
    pub waiting: usize,
    /// The number of threads, at least 1.
    pub threads: usize,
    /// Each thread calls this first, for example to lower its priority.
    pub on_thread_start: fn(),
}

/// The stack of a thread. SQL planners recurse into nested expressions; stack that nobody uses takes no memory.
const STACK_BYTES: usize = 64 << 20;

/// Runs questions: at most some at once, each within the time limit, on threads of their own.
pub struct Executor {
    options: EngineOptions,
    gate: Gate,
    /// `None` only while the executor is being dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Executor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Executor").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Aborts a task when dropped.
#[derive(Debug)]
pub struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Executor {
    /// Starts the threads.
    ///
    /// # Errors
    /// The system refuses to start them.
    pub(super) fn new(options: EngineOptions) -> io::Result<Self> {
        let threads = options.threads.max(1);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            // These read the files of a folder.
            .max_blocking_threads(2 * threads)
            .thread_name("history")
            .thread_stack_size(STACK_BYTES)
            .on_thread_start(options.on_thread_start)
            .enable_all()
            .build()?;
        Ok(Self { gate: Gate::new(options.running, options.waiting), options, runtime: Some(runtime) })
    }

    /// Starts another one with the same limits, but with places and threads of its own. So neither can keep the other waiting.
    ///
    /// # Errors
    /// The system refuses to start the threads.
    pub fn another(&self) -> io::Result<Self> {
        Self::new(self.options.clone())
    }

    /// The limits.
    #[must_use]
    pub fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// Runs some work when its turn comes. The work holds the [`Admitted`] it gets for as long as it occupies its place.
    /// Dropping the future cancels the work.
    ///
    /// # Errors
    /// The queue is full, the time limit passed, the work failed, or it panicked.
    pub async fn run<T, W>(&self, work: impl FnOnce(Admitted) -> W) -> Result<T, QueryError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, QueryError>> + Send + 'static,
    {
        let after = self.options.timeout;
        let deadline = Instant::now() + after;
        let queued = self.gate.queue()?;
        let answered = async {
            let admitted = queued.admitted().await?;
            let task: JoinHandle<_> = self.runtime()?.spawn(work(admitted));
            let _abort = AbortOnDrop(task.abort_handle());
            task.await.map_err(|error| QueryError::Ended(error.to_string()))?
        };
        let in_time = tokio::time::timeout_at(deadline, answered).await;
        in_time.unwrap_or(Err(QueryError::TimedOut { after }))
    }

    /// Runs a task beside the queue, for work that [`run`](Self::run) began and that still holds its [`Admitted`].
    ///
    /// # Errors
    /// The executor is being dropped.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Result<AbortOnDrop, QueryError> {
        Ok(AbortOnDrop(self.runtime()?.spawn(task).abort_handle()))
    }

    /// How many questions run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.gate.running()
    }

    /// How many questions wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }

    fn runtime(&self) -> Result<&Runtime, QueryError> {
        self.runtime.as_ref().ok_or_else(|| QueryError::Ended("the engine is stopping".into()))
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Running tasks end at their next await; nobody waits for that here.
            runtime.shutdown_background();
        }
    }
}
