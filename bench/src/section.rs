//! The sections of a run.

use clap::ValueEnum;

/// A part of the benchmark that can run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Time from an answer of openSenseMap to averages.
    Decode,
    /// Time to check the quality of all readings.
    Quality,
    /// Time to share the readings with another replica.
    Sharing,
    /// Time to compute the climate of one place, and of all places.
    Places,
    /// Time to answer which chores the weather at a place allows, and what the coming hours are like.
    Answers,
    /// Time to store a snapshot, and its size.
    Store,
    /// The history compared with `DuckDB`, and request rates during a question over all of it.
    History,
    /// Time from start to first answer.
    Start,
    /// Peak memory of the process.
    Memory,
    /// Requests per second, compared with a bare axum route that gives the same answer.
    Throughput,
    /// Latency of requests during a refresh.
    Latency,
    /// Latency of requests while Redis or S3 hangs.
    Faults,
    /// Latency of requests during heavy SQL.
    Sql,
    /// Latency of requests with 10,000 open event streams, and the memory of a stream.
    Live,
    /// Ten minutes of mixed requests: wrong responses, panics and memory. Runs only if it is named.
    Soak,
    /// Size of the dashboard's first load, time to its first picture, and frame rate.
    Dashboard,
}
