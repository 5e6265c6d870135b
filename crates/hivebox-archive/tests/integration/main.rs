//! The public interface of the archive, over folders and buckets.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod bucket;
mod contract;
mod damage;
mod formats;
mod good_values;
mod history_days;
mod hourly;
mod readings;
mod spool;
mod storing;
#[cfg(unix)]
mod strays;
mod stub;
mod tables;
mod weed;
