//! The HTTP API of HiveBox: one file a resource. It alone knows statuses and headers.
//!
//! | question | file |
//! |---|---|
//! | Which routes are there, and what do their requests pass? | `routes.rs`, `policy.rs` |
//! | Which status does an error have? | `error.rs` |
//! | What do handlers have at hand? | `app.rs`, `state.rs` |
//! | What is said of a route in `/openapi.json`? | `describe` beside its handler; `describe.rs` |
//! | How is `/temperature` answered? | `front.rs`, `temperature.rs` |
//! | How are answers tagged, compressed and kept? | `represent.rs` |
//! | How is a new present told to streams? | `live.rs` |
//! | How are connections accepted and drained? | [`server`] |

mod app;
mod asked;
mod boxes;
mod chores;
mod compressed;
mod conditions;
mod connection;
mod cors;
mod current;
mod dashboard;
mod describe;
mod docs;
mod error;
mod example;
mod exposition;
mod front;
mod headers;
mod health;
mod history;
mod live;
mod map;
mod metrics;
mod observe;
mod one_box;
mod openapi;
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
mod table;
mod temperature;
mod version;

pub use app::App;
pub use error::ApiError;
pub use front::Front;
pub use metrics::HttpMetrics;
pub use routes::{document, register_metrics};
