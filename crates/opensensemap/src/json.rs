//! Reads the API's JSON into spans of its text.

mod read_box;
mod scan;

pub(crate) use read_box::{BoxSpans, MeasurementSpans, SensorSpans};
pub(crate) use scan::{ScanError, Scanner, Span, find_quote_or_backslash};
