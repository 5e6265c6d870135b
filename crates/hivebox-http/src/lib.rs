//! HiveBox's HTTP API, one file per resource. Only this crate knows statuses and headers.
//!
//! | question | file |
//! |---|---|
//! | Which routes exist, and which middleware do their requests pass? | `routes.rs`, `policy.rs` |
//! | Which status does an error have? | `error.rs` |
//! | Which state do handlers share? | `app.rs`, `state.rs` |
//! | What does `/openapi.json` say about a route? | `describe` beside its handler; `describe.rs` |
//! | How is `/temperature` answered so fast? | `front.rs`, `temperature/rendered.rs` |
//! | How are responses tagged, compressed and cached? | `represent.rs`, `compressed.rs` |
//! | How do event streams learn of a new present? | `live.rs`, `live/hub.rs` |
//! | What happens when a handler panics? | `panicked.rs` |
//! | How are connections accepted and drained? | [`server`] |
//! | How long may a connection idle, and a head take? | `head_timer.rs`, `keep_alive.rs` |

mod app;
mod boxes;
mod chores;
mod comparison;
mod compressed;
mod conditions;
mod connection;
mod content_policy;
mod cors;
mod current;
mod dashboard;
mod describe;
mod docs;
mod error;
mod example;
mod exposition;
mod forecast;
mod formatted;
mod front;
mod head_timer;
mod header_value;
mod health;
mod history;
mod host;
mod keep_alive;
mod live;
mod map;
mod metrics;
mod observe;
mod once_per_present;
mod one_box;
mod openapi;
mod panicked;
mod params;
mod phenomena;
mod pieces;
mod policy;
mod probes;
mod rate_limit;
mod reading_row;
mod readings;
mod represent;
mod routes;
pub mod server;
mod snapshots;
mod sql;
mod state;
mod status;
mod store;
mod surface;
mod table;
mod temperature;
mod trailing_slash;
mod version;
mod whole_body;

pub use app::{App, AppParts};
pub use error::ApiError;
pub use front::Front;
pub use metrics::HttpMetrics;
pub use routes::{document, register_metrics};
