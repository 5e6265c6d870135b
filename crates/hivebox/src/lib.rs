//! HiveBox: the service, its life from start to stop, and its commands.
//!
//! What it is made of stands in the crates below; docs/architecture.md says which question leads where.
//!
//! | question | module |
//! |---|---|
//! | How does it start and stop? | [`service`], [`shutdown`], [`exit`] |
//! | How is the past brought in? | [`backfill`] |
//! | Which commands are there? | [`cli`] |

pub mod backfill;
pub mod cli;
pub mod exit;
mod open_files;
pub mod service;
pub mod shutdown;
