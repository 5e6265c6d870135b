//! The past as one table: readings of all snapshots, each once.

pub mod hourly;
