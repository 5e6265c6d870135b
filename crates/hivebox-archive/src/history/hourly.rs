//! The hourly sums: the readings of each hour added up, for the planet and for each of its cells, in one file a day.
//!
//! A row is an hour of a phenomenon in an exposure. Only readings with the verdict `ok` count. The planet's rows come first,
//! in row groups of their own, so that a question about all boxes reads nothing else. Rows can be added over hours,
//! exposures and cells; [`COLUMNS`] says how.

mod build;
mod columns;
mod error;
mod read;
mod row;
mod write;

pub use build::{HourlyBuilder, HourlyReading};
pub use columns::{COLUMNS, HOURLY_VERSION, schema};
pub use error::HourlyError;
pub use read::read;
pub use row::{HourlyArea, HourlyRow, HourlySums};
pub use write::HourlyFile;
