//! The question language that HTTP and the command line share: parameters, formats, tables, and questions about
//! the past. This crate knows no status codes and no response headers.
//!
//! | question | module |
//! |---|---|
//! | Which parameters exist, and how is one read? | [`parameters`] |
//! | Which formats can an answer have? | [`mod@format`] |
//! | How do rows become a table or GeoJSON? | [`table`] |
//! | What do boxes and weather model together say about a place? | [`at_place`] |
//! | Which chores does the weather at a place allow, and what does the answer look like? | [`chores`] |
//! | What can be asked about the coming hours, and what does the answer look like? | [`forecast`] |
//! | What can be asked about the past, and what does the answer look like? | [`history`] |
//! | What does it say to people, in which language? | [`words`] |
//! | Which limits apply to such a question, and when is it cancelled? | [`past`] |

pub mod at_place;
pub mod chores;
pub mod forecast;
pub mod format;
pub mod history;
pub mod metrics;
pub mod parameters;
pub mod past;
pub mod table;
pub mod words;

pub use metrics::QueryMetrics;
