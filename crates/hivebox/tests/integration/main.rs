//! HiveBox from a user's view: over HTTP and on the command line, with a simulated openSenseMap.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]
#![expect(clippy::float_cmp, reason = "counts are whole numbers, also as metrics")]

mod app;
mod asking;
mod backfill;
mod boxes;
mod broken_cache;
mod broken_store;
mod chores;
mod clients;
#[cfg(feature = "otlp")]
mod collector;
mod commands;
mod conditions;
mod connections;
mod dashboard;
#[cfg(feature = "sql")]
mod described;
#[cfg(feature = "sql")]
mod documented;
mod endpoints;
mod forecast;
mod forecast_commands;
mod forecast_faults;
mod forecast_sharing;
mod front;
mod history;
mod hostile_redis;
mod hostile_upstream;
mod housekeeping;
mod killed;
mod live;
mod map;
mod met_norway;
mod metrics;
mod misspelled;
mod odd_archive;
mod open_files;
mod openapi;
mod outages;
mod panics;
mod place_commands;
mod proxy;
mod rate_limit;
mod read_only;
mod readiness;
mod redis_server;
mod replica;
mod replicas;
mod representation;
mod rolling_restart;
mod routing;
mod schema;
mod secrets;
mod shared_ids;
mod sharing;
mod some_boxes;
#[cfg(feature = "sql")]
mod sql;
mod status;
mod stopping;
mod storing;
mod surface;
#[cfg(feature = "otlp")]
mod traces;
#[path = "../../../hivebox-archive/tests/integration/weed.rs"]
mod weed;
