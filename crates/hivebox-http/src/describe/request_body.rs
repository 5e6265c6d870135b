//! The description of a request body.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::Schema;

/// A request body in one media type.
pub(super) struct RequestBodyDoc {
    media_type: &'static str,
    schema: RefOr<Schema>,
    example: Value,
    /// This schema and those it refers to.
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl RequestBodyDoc {
    /// A JSON body with the schema of `T`.
    pub(super) fn json<T: serde::Serialize + utoipa::ToSchema>(example: &T) -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        schemas.push((T::name().into_owned(), T::schema()));
        Self {
            media_type: hivebox_question::format::Format::Json.media_type(),
            schema: utoipa::openapi::Ref::from_schema_name(T::name()).into(),
            example: serde_json::to_value(example)
                .expect("an example consists of structs, text and numbers, which JSON can represent"),
            schemas,
        }
    }
}

impl RequestBodyDoc {
    /// Takes out the schemas for the document's components.
    pub(super) fn take_schemas(&mut self) -> Vec<(String, RefOr<Schema>)> {
        std::mem::take(&mut self.schemas)
    }

    /// All media types as one OpenAPI object; `None` if there are none.
    pub(super) fn described(forms: &[Self]) -> Option<RequestBody> {
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = forms.iter().fold(body, |body, form| {
            let content = ContentBuilder::new().schema(Some(form.schema.clone()));
            body.content(form.media_type, content.example(Some(form.example.clone())).build())
        });
        (!forms.is_empty()).then(|| body.build())
    }
}
