//! The present: the readings of all senseBoxes as of one moment, and the state that the process keeps beside it.
//!
//! The refresh loop writes, requests read, and neither waits for the other: a [`Present`] never changes, and
//! [`Cache`] replaces it as a whole.
//!
//! | question | module |
//! |---|---|
//! | What is served, and for how long? | [`present`] |
//! | Where do requests find it, and what was the outcome of the last poll? | [`cache`] |
//! | Which dependency is down, and since when? | [`dependencies`] |
//! | What were the extremes of the last days? | [`days`] |
//! | Which forecasts are known, and which are wanted? | [`forecasts`] |
//! | What time is it? | [`clock`] |
//! | Which thread yields to which? | [`priority`] |
//! | What happens when a long-lived task panics? | [`supervise`] |

pub mod cache;
pub mod clock;
pub mod days;
pub mod dependencies;
pub mod forecasts;
pub mod metrics;
pub mod present;
pub mod priority;
pub mod supervise;

pub use cache::{Cache, Poll, Role, RoleStatus};
pub use clock::Clock;
pub use days::Days;
pub use dependencies::{Dependencies, Dependency, LatestMoment};
pub use forecasts::{CellForecast, Forecasts, NoForecast};
pub use metrics::PresentMetrics;
pub use present::{Detail, Freshness, Present, TemperatureAnswer};
pub use priority::Priority;
pub use supervise::{Supervisor, Task};
