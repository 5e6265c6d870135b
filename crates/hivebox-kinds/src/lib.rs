//! Kinds of values that settings, flags and query parameters can have.
//!
//! A [`Kind`] reads a value from text and says which values it allows: in words for `--help`, the docs and error
//! messages, and as JSON Schema for `/openapi.json`. One definition serves all of them, so they cannot disagree.
//!
//! ```
//! use std::time::Duration;
//!
//! use hivebox_kinds::{Kind, Or, TimeSpan};
//!
//! const EVERY: Or<TimeSpan> =
//!     Or { word: "off", kind: TimeSpan::within(Duration::from_secs(1), Duration::from_hours(24)) };
//!
//! assert_eq!(EVERY.allowed(), "off, or a duration from 1s to 1d");
//! assert_eq!(EVERY.read("90s"), Ok(Some(Duration::from_secs(90))));
//! assert_eq!(EVERY.read("off"), Ok(None));
//! assert_eq!(EVERY.read("2d"), Err("is out of range".to_owned()));
//! ```
//!
//! [`Findings`] is what a reader keeps while it reads one value after the other, and [`Described`] what people
//! are told of each.

mod described;
mod findings;
mod list;
mod number;
mod text;
mod time;
mod words;

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

pub use described::Described;
pub use findings::Findings;
pub use list::{List, each_once};
pub use number::{Integer, Number, number_as_json};
pub use text::{Formed, Text, parse};
pub use time::{Instant, TimeSpan};
pub use words::{Choice, Or, SWITCH, in_a_row, one_of};

/// A kind of values: how a value is read, and how all of them are described.
pub trait Kind {
    /// What a text becomes.
    type Value;

    /// Whether a value is a list with commas between its items.
    const IS_LIST: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    /// The text is not such a value. The error is a predicate that follows a name, as in "is out of range".
    fn read(&self, text: &str) -> Result<Self::Value, String>;

    /// What is allowed, in words.
    fn allowed(&self) -> String;

    /// What is allowed, as JSON Schema: any text unless a kind knows better.
    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).into()
    }

    /// A value as JSON, for examples and defaults.
    fn json(&self, text: &str) -> Value {
        Value::from(text)
    }
}
