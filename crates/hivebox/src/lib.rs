//! HiveBox: what it is like out there, by the sensors that citizens run.
//!
//! One way through the house: bytes → `opensensemap` (boxes, one at a time) → [`bridge`] →
//! `hivebox-climate` (columns, verdicts, averages) → [`refresh`] makes an immutable [`present`] and puts it
//! into the [`cache`] → [`http`] only reads it; `hivebox-archive` writes it down.
//!
//! | question | module |
//! |---|---|
//! | Which settings are there? | [`config`] |
//! | How does it start and stop? | [`service`], [`shutdown`], [`exit`] |
//! | Where do senseBoxes come from? | [`upstream`], [`bridge`] |
//! | When is upstream asked, when stored? | [`refresh`] |
//! | What is served, and for how long? | [`present`], [`cache`] |
//! | How is the past brought in? | [`backfill`] |
//! | What were the last days like? | [`days`] |
//! | How is the past asked? | `history` |
//! | What do clients see? | [`http`], over [`app`] |
//! | What do operators see? | [`telemetry`] |
//! | Which commands are there? | [`cli`] |

pub mod app;
pub mod backfill;
pub mod bridge;
pub mod cache;
pub mod cli;
pub mod config;
pub mod days;
pub mod exit;
pub mod history;
pub mod http;
mod open_files;
pub mod present;
mod priority;
pub mod refresh;
pub mod service;
pub mod shutdown;
pub mod telemetry;
pub mod upstream;
mod words;
