//! In which format an answer is given: by `?format=`, else by `Accept`.

mod accept;

use hivebox_archive::TableFormat;
use hivebox_kinds::Kind;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

pub use accept::{Preference, preferences};

use crate::parameters::Parameter;

/// A format of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// CSV (RFC 4180) with the names of the columns first.
    Csv,
    /// A GeoJSON feature collection (RFC 7946).
    GeoJson,
    /// A Parquet file.
    Parquet,
    /// A stream of Arrow record batches.
    Arrow,
}

/// The parameter by which one of some formats is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats(pub &'static [Format]);

impl Format {
    /// The name in `?format=`, which is also the ending of a file's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::GeoJson => "geojson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// The media type, as answers have it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::GeoJson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// The format as that of a table; `None` for JSON and GeoJSON.
    #[must_use]
    pub const fn table(self) -> Option<TableFormat> {
        match self {
            Self::Csv => Some(TableFormat::Csv),
            Self::Parquet => Some(TableFormat::Parquet),
            Self::Arrow => Some(TableFormat::Arrow),
            Self::Json | Self::GeoJson => None,
        }
    }

    /// Type and subtype, as clients name them in `Accept`.
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Json => &["application/json"],
            Self::Csv => &["text/csv"],
            Self::GeoJson => &["application/geo+json"],
            Self::Parquet => &["application/vnd.apache.parquet", "application/octet-stream"],
            Self::Arrow => &["application/vnd.apache.arrow.stream"],
        }
    }
}

impl Formats {
    /// The query parameter of a route that offers these formats, the first of them by default.
    #[must_use]
    pub const fn parameter(self) -> Parameter<Self> {
        Parameter {
            name: "format",
            description: "The format of the answer. It wins over the header `Accept`.",
            example: self.0[0].name(),
            kind: self,
            default: None,
        }
    }

    /// The best format for `Accept`, the first if several are equal; `None` if none is acceptable.
    ///
    /// A malformed header counts as missing.
    #[must_use]
    pub fn accepted<'a>(self, accept: impl IntoIterator<Item = &'a str>) -> Option<Format> {
        let ranges: Vec<Preference<'_>> =
            accept.into_iter().flat_map(preferences).filter(|range| range.of.contains('/')).collect();
        if ranges.is_empty() {
            return self.0.first().copied();
        }
        let quality = |format: Format| {
            let types = format.types().iter().enumerate();
            types.map(|(index, media_type)| (accept::quality(&ranges, media_type), index == 0)).max()
        };
        let mut best: Option<(Format, (u16, bool))> = None;
        for format in self.0.iter().copied() {
            let quality = quality(format).filter(|(quality, _)| *quality > 0);
            if quality > best.map(|(_, best)| best) {
                best = quality.map(|quality| (format, quality));
            }
        }
        best.map(|(format, _)| format)
    }

    /// All media types, in words.
    #[must_use]
    pub fn in_words(self) -> String {
        let types: Vec<&str> = self.0.iter().map(|format| format.types()[0]).collect();
        types.join(", ")
    }
}

/// Whether the values of `Accept` prefer one media type to another. False if `Accept`
/// names neither.
pub fn prefers<'a>(accept: impl IntoIterator<Item = &'a str>, one: &str, other: &str) -> bool {
    let ranges: Vec<_> = accept.into_iter().flat_map(preferences).collect();
    let quality = |media_type: &str| accept::quality(&ranges, essence(media_type));
    quality(one) > quality(other)
}

/// The media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or(media_type)
}

impl Kind for Formats {
    type Value = Format;

    fn read(&self, text: &str) -> Result<Format, String> {
        let known = self.0.iter().find(|format| format.name() == text);
        known.copied().ok_or_else(|| "is not a format of this answer".to_owned())
    }

    fn allowed(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|format| format.name()).collect();
        names.join(", ")
    }

    fn schema(&self) -> Schema {
        let names = self.0.iter().map(|format| Value::from(format.name()));
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Formats =
        Formats(&[Format::Json, Format::Csv, Format::GeoJson, Format::Parquet, Format::Arrow]);

    fn accepted(accept: &[&str]) -> Option<Format> {
        ALL.accepted(accept.iter().copied())
    }

    #[test]
    fn the_format_that_a_client_wants_most_is_taken() {
        for (accept, expected) in [
            (&[][..], Some(Format::Json)),
            (&["*/*"], Some(Format::Json)),
            (&["text/csv"], Some(Format::Csv)),
            (&["TEXT/CSV;charset=utf-8"], Some(Format::Csv)),
            (&["text/*"], Some(Format::Csv)),
            (&["application/*"], Some(Format::Json)),
            (&["application/octet-stream"], Some(Format::Parquet)),
            (&["application/json;q=0.5, text/csv;q=0.8"], Some(Format::Csv)),
            (&["application/json;q=0.5", "application/vnd.apache.arrow.stream"], Some(Format::Arrow)),
            (&["application/json;q=0, */*"], Some(Format::Csv)),
            (&["text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"], Some(Format::Json)),
            (&["application/*;q=0.1, application/geo+json;q=0.2"], Some(Format::GeoJson)),
            (&["text/html"], None),
            (&["*/*;q=0"], None),
            (&["nonsense"], Some(Format::Json)),
        ] {
            assert_eq!(accepted(accept), expected, "{accept:?}");
        }
    }
}
