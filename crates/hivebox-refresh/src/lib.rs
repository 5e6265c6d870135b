//! Keeps the present of HiveBox: polls openSenseMap, agrees with the other replicas, publishes, and stores on
//! the clock. It alone knows Redis.
//!
//! | question | module |
//! |---|---|
//! | How does the loop start and stop? | [`running`] |
//! | What does it work with, and what does it know? | [`refresh`] |
//! | Where do senseBoxes come from? | [`upstream`], [`bridge`] |
//! | When is it this replica's turn to poll, and to store? | `schedule` |
//! | How does a poll become what requests see? | [`poll`], `publish` |
//! | Who holds the lease, and whose present is the newest? | `agree`, [`lease`], [`shared`], [`redis`] |
//! | How does a present travel to other replicas? | [`wire`] |
//! | When are snapshots stored, compacted and removed? | [`store`] |
//! | How are the last days read back from the store? | `recall` |

mod agree;
pub mod bridge;
pub mod lease;
pub mod metrics;
pub mod poll;
mod publish;
mod recall;
pub mod redis;
pub mod refresh;
pub mod running;
mod schedule;
pub mod shared;
pub mod store;
pub mod upstream;
pub mod wire;

pub use metrics::RefreshMetrics;
pub use poll::Poller;
pub use refresh::{Refresh, RefreshParts};
pub use running::Running;
pub use store::{StoreError, StoreHandle};
