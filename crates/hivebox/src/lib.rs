//! HiveBox: the service from start to stop, and the commands.
//!
//! The crates below this one do the work; docs/architecture.md says where to look for what.
//!
//! | question | module |
//! |---|---|
//! | How does the service start and stop? | [`service`], [`shutdown`], [`exit`] |
//! | How does a backfill import past measurements? | [`backfill`] |
//! | Which commands exist? | [`cli`] |

pub mod backfill;
pub mod cli;
pub mod exit;
mod open_files;
pub mod service;
pub mod shutdown;
