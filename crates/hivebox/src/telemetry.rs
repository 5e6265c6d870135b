//! What can be seen of HiveBox from outside while it runs: logs and metrics.

pub mod logs;
pub mod metrics;
