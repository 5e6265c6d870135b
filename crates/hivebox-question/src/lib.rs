//! What can be asked of HiveBox, over HTTP and on the command line: parameters, formats, tables, and the past
//! that answers questions about it. It knows no status and no header.
//!
//! | question | module |
//! |---|---|
//! | Which parameters are there, and how is one read? | [`parameters`] |
//! | In which formats can an answer be had? | [`format`] |
//! | How do rows become a table, or GeoJSON? | [`table`] |
//! | What can be asked about the past, and what does the answer look like? | [`history`] |
//! | What may such a question take, and when is it cancelled? | [`past`] |

pub mod format;
#[cfg(feature = "history")]
pub mod history;
pub mod metrics;
pub mod parameters;
#[cfg(feature = "history")]
pub mod past;
pub mod table;

pub use metrics::QueryMetrics;
