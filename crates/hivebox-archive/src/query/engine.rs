//! Answers questions about a history.

use std::io;
use std::sync::Arc;

use super::answer::{HistoryAnswer, answer};
use super::current::CurrentHistory;
use super::error::QueryError;
use super::executor::{EngineOptions, Executor};
use super::local::LocalScan;
use super::memory::Memory;
use super::reader::FileReader;
use super::sums::SumReadings;
use crate::history::History;
use crate::history::question::Question;

/// Answers questions about one history, within limits and on threads of its own.
///
/// Engines for other languages share its limits and files: they run their work by [`executor`](Self::executor) and read
/// [`current`](Self::current).
#[derive(Debug)]
pub struct Engine {
    executor: Executor,
    current: Arc<CurrentHistory>,
    readings: Arc<dyn SumReadings>,
}

impl Engine {
    /// Starts the threads. Single readings are summed up in this process.
    ///
    /// # Errors
    /// The system refuses to start the threads.
    pub fn new(history: History, options: EngineOptions) -> io::Result<Self> {
        let workers = 2 * options.threads.max(1);
        Self::with_readings(history, options, Arc::new(LocalScan::new(workers)))
    }

    /// Starts the threads. `readings` sums up single readings; hourly sums are still read in this process.
    ///
    /// # Errors
    /// The system refuses to start the threads.
    pub fn with_readings(
        history: History,
        options: EngineOptions,
        readings: Arc<dyn SumReadings>,
    ) -> io::Result<Self> {
        let footer_bytes = options.memory_bytes / 8;
        let memory = Memory::new(options.memory_bytes - footer_bytes);
        let reader = FileReader::new(history.objects().clone(), footer_bytes, memory);
        let current = Arc::new(CurrentHistory::new(history, reader));
        Ok(Self { executor: Executor::new(options)?, current, readings })
    }

    /// Answers a question. Dropping the future cancels the work.
    ///
    /// # Errors
    /// The question is invalid; it exceeds the queue, the time or the memory; or the store failed. See [`QueryError`].
    pub async fn answer(&self, question: &Question) -> Result<HistoryAnswer, QueryError> {
        question.buckets()?;
        let (current, readings) = (Arc::clone(&self.current), Arc::clone(&self.readings));
        let question = question.clone();
        let work = move |admitted| async move {
            let files = current.files().await?;
            let answer = answer(current.reader(), &*readings, &files, &question).await;
            drop(admitted);
            answer
        };
        self.executor.run(work).await
    }

    /// How many questions run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.executor.running()
    }

    /// How many questions wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.executor.waiting()
    }

    /// Runs work within the limits that all questions share.
    #[must_use]
    pub fn executor(&self) -> &Executor {
        &self.executor
    }

    /// The history that it answers from.
    #[must_use]
    pub fn current(&self) -> &Arc<CurrentHistory> {
        &self.current
    }

    /// Answers from these files for as long as the store has no manifest.
    #[cfg(any(test, feature = "testing"))]
    pub fn suppose(&self, files: super::files::Files) {
        self.current.remember(&Arc::new(files));
    }
}
