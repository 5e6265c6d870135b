//! Tables with named and typed columns, written as CSV, Parquet or Arrow.
//!
//! Rows come in blocks of bounded size, so that a table of any length can be sent while it is being made.

mod block;
mod column;
mod csv;
mod error;
mod stream;

pub use block::Table;
pub use column::{Cell, CellKind, TableColumn};
pub use error::TableError;
pub use stream::{TableFormat, TableWriter, file_properties};
