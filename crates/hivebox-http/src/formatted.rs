//! A question whose answer is a table, with the format of the response.

use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::{Ask, Reader};

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);

/// A question, and the format of the response: JSON, CSV, Parquet or Arrow.
#[derive(Debug)]
pub(crate) struct Formatted<A> {
    pub(crate) asked: A,
    pub(crate) format: Format,
}

impl<A: Ask> Ask for Formatted<A> {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (asked, format) = (A::read(reader), reader.format(FORMATS));
        Some(Self { asked: asked?, format: format? })
    }
}
