//! The refresh loop of HiveBox: it polls openSenseMap, agrees with the other replicas on one present, publishes
//! it, and stores snapshots at fixed times. No other crate knows Redis.
//!
//! | question | module |
//! |---|---|
//! | How does the loop start and stop? | `running` |
//! | What are its parts, and what state does it have? | `refresh` |
//! | Where do senseBoxes come from? | [`upstream`], [`bridge`] |
//! | When does this replica poll, and when does it store? | `schedule` |
//! | How does a poll become the present that requests read? | `poller`, `poll`, `publish` |
//! | Which replica holds the lease, and which present is the newest? | `agree`, [`lease`], [`shared`], [`redis`] |
//! | In which format does one replica send a present to another? | `wire` |
//! | When are snapshots stored, compacted and removed? | `store` |
//! | How are the forecasts fetched that requests want? | [`forecast`] |
//! | How are the last days read back from the store? | `recall` |

mod agree;
pub mod bridge;
mod claim;
pub mod forecast;
pub mod lease;
mod metrics;
mod poll;
mod poller;
mod publish;
mod recall;
pub mod redis;
mod refresh;
mod running;
mod schedule;
pub mod shared;
mod store;
pub mod upstream;
pub mod wire;

pub use metrics::{CacheMetrics, ForecastMetrics, RefreshMetrics, StoreMetrics, UpstreamMetrics};
pub use poller::Poller;
pub use refresh::{Refresh, RefreshParts};
pub use running::Running;
pub use store::{StoreError, StoreHandle};
pub use wire::{Head, PresentWireError};
