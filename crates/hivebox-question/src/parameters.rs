//! What requests can ask for. Each parameter is defined once. Its definition reads it and describes it, in
//! `/openapi.json` and in the help of its flag, so they cannot disagree.
//!
//! A route says what it takes by [`Ask`]: a type and how it is read. The description comes from reading an empty
//! request and noting what was looked for.

pub mod extent;
pub mod filter;
pub mod page;
pub mod phenomenon;
pub mod query_string;
mod reader;
mod refusal;
pub mod stretch;
pub mod tile;
pub mod time;
pub mod wrong;

use hivebox_kinds::Described;
pub use hivebox_kinds::Kind;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn, ParameterStyle};

pub use reader::{Ask, Reader, read, refusals};
pub use refusal::Refusal;
pub use wrong::Wrong;

/// A parameter of a query or of a path.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<K> {
    /// The name, as the query or the path has it.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Which values it can have.
    pub kind: K,
    /// A value, as a request would have it.
    pub example: &'static str,
    /// The value that applies if a query does not have it.
    pub default: Option<&'static str>,
}

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// After the question mark.
    Query,
    /// In a segment of the path.
    Path,
}

impl<K: Kind> Parameter<K> {
    /// The parameter as help texts describe it.
    #[must_use]
    pub fn described(&self) -> Described {
        let Self { name, description: help, default, .. } = *self;
        Described { name, help, allowed: self.kind.allowed(), default }
    }

    /// The parameter as OpenAPI has it.
    #[must_use]
    pub fn describe(&self, location: Location, required: bool) -> utoipa::openapi::path::Parameter {
        let schema = match self.default {
            Some(default) => with_default(self.kind.schema(), self.kind.json(default)),
            None => self.kind.schema(),
        };
        let parameter = ParameterBuilder::new().name(self.name).description(Some(self.description));
        // The place comes first: one in a path is always required, and the builder begins with that.
        let parameter = match location {
            Location::Path => parameter.parameter_in(ParameterIn::Path),
            Location::Query => parameter.parameter_in(ParameterIn::Query),
        };
        let parameter = if K::IS_LIST && location == Location::Query {
            parameter.style(Some(ParameterStyle::Form)).explode(Some(false))
        } else {
            parameter
        };
        parameter
            .required(if required { Required::True } else { Required::False })
            .schema(Some(schema))
            .example(Some(self.kind.json(self.example)))
            .build()
    }
}

fn with_default(schema: utoipa::openapi::Schema, default: serde_json::Value) -> utoipa::openapi::Schema {
    use utoipa::openapi::Schema;
    match schema {
        Schema::Object(mut object) => {
            object.default = Some(default);
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.default = Some(default);
            Schema::Array(array)
        }
        other => other,
    }
}

impl Location {
    /// The name in pointers.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
        }
    }
}
