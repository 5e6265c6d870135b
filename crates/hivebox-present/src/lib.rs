//! The present: what all senseBoxes say as of one moment, and what the process keeps beside it.
//!
//! The refresh loop writes, requests read, and neither waits for the other: a [`Present`] never changes, and
//! [`Cache`] swaps it whole.
//!
//! | question | module |
//! |---|---|
//! | What is served, and for how long? | [`present`] |
//! | Where do requests find it, and how did the last poll go? | [`cache`] |
//! | Which part of the system is down, and since when? | [`dependencies`] |
//! | What were the last days like? | [`days`] |
//! | What time is it? | [`clock`] |
//! | Which work gives way to which? | [`priority`] |
pub mod cache;
pub mod clock;
pub mod days;
pub mod dependencies;
pub mod metrics;
pub mod present;
pub mod priority;

pub use cache::{Cache, Poll, Role, RoleStatus};
pub use clock::Clock;
pub use days::Days;
pub use dependencies::{Dependencies, Dependency};
pub use metrics::PresentMetrics;
pub use present::{Detail, Freshness, Present, TemperatureAnswer};
pub use priority::Priority;
