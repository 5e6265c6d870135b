//! Reads snapshots.

mod export;
mod good;
mod keys;
mod opened;

pub use export::SnapshotFormat;
pub use good::GoodValue;
pub use opened::Snapshot;
