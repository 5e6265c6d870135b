//! Made-up histories for the tests of this crate and of those above it.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on must say so")]

pub mod bytes;
pub mod held_store;
pub mod questions;
pub mod readings;
pub mod rounds;
