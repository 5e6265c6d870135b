//! The public API of the domain, on real titles and units.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod chore_windows;
mod chores;
mod chores_table;
mod estimate;
mod extremes;
mod forecast;
mod histogram;
mod honesty;
mod known_faults;
mod laws;
mod network;
mod places;
mod quality;
mod real_titles;
mod sentinels;
mod statistics;
mod surplus;
mod units;
mod wrong_catalogues;
mod wrong_chores;
