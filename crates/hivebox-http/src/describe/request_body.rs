//! The description of a request body.

use hivebox_question::format::Format;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::Schema;

/// A JSON request body.
pub(super) struct RequestBodyDoc {
    schema: RefOr<Schema>,
    example: Value,
    /// This schema and those it refers to.
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl RequestBodyDoc {
    /// A body with the schema of `T`.
    pub(super) fn json<T: serde::Serialize + utoipa::ToSchema>(example: &T) -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        schemas.push((T::name().into_owned(), T::schema()));
        Self {
            schema: utoipa::openapi::Ref::from_schema_name(T::name()).into(),
            example: serde_json::to_value(example)
                .expect("an example consists of structs, text and numbers, which JSON can represent"),
            schemas,
        }
    }

    /// Takes out the schemas for the document's components.
    pub(super) fn take_schemas(&mut self) -> Vec<(String, RefOr<Schema>)> {
        std::mem::take(&mut self.schemas)
    }

    /// The body as an OpenAPI object.
    pub(super) fn described(&self) -> RequestBody {
        let content = ContentBuilder::new().schema(Some(self.schema.clone()));
        let content = content.example(Some(self.example.clone())).build();
        RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content(Format::Json.media_type(), content)
            .build()
    }
}
