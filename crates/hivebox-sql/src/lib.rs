//! SQL over the history of HiveBox, by `DataFusion`; with the feature `ballista` also questions and SQL on a Ballista
//! cluster. No other crate knows either of them.
//!
//! | question | module |
//! |---|---|
//! | Who answers SQL, and within which limits? | [`SqlEngine`], `memory` |
//! | What may SQL do, and how is it planned? | `session` |
//! | How large can a plan and its rows get? | `bounds`, `references` |
//! | When does planning end? | `deadline` |
//! | Why does no whole number wrap around? | `checked` |
//! | Which tables are there, and how are their files read? | `table` |
//! | Which functions are there, and which differ from those of `DataFusion`? | `functions` |
//! | Why can a join be cancelled? | `yielding_joins` |
//! | How do the rows of window functions count? | `counted_windows` |
//! | What do errors mean to the user? | `error` |
//! | How are rows sent and written? | [`SqlRows`], [`BatchWriter`] |
//! | How does a cluster do all of this? | `cluster` |

mod batches;
mod bounds;
mod checked;
#[cfg(feature = "ballista")]
mod cluster;
mod counted_windows;
mod deadline;
mod engine;
mod error;
mod functions;
mod memory;
mod references;
mod rows;
mod session;
mod table;
mod yielding_joins;

pub use arrow_array::RecordBatch;
pub use arrow_schema::SchemaRef;
pub use batches::{BatchError, BatchFormat, BatchWriter, texts};
#[cfg(feature = "ballista")]
pub use cluster::{Cluster, Scheduler};
pub use engine::SqlEngine;
pub use rows::{SqlLimits, SqlRows};
