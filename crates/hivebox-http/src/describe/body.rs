//! What is said of a request's body.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::Schema;

/// A body in one form.
pub(super) struct Taken {
    media_type: &'static str,
    schema: RefOr<Schema>,
    example: Value,
    /// The schemas that this one refers to, itself among them.
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Taken {
    /// Text.
    pub(super) fn text(example: &'static str) -> Self {
        let text = utoipa::openapi::schema::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
        let schema = text.min_length(Some(1)).into();
        Self { media_type: "text/plain", schema, example: example.into(), schemas: Vec::new() }
    }

    /// JSON: any such value as `example`.
    pub(super) fn json<T: serde::Serialize + utoipa::ToSchema>(example: &T) -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        schemas.push((T::name().into_owned(), T::schema()));
        Self {
            media_type: hivebox_question::format::Format::Json.media_type(),
            schema: utoipa::openapi::Ref::from_schema_name(T::name()).into(),
            // Bodies are made of what can always be written as JSON.
            example: serde_json::to_value(example).unwrap_or_default(),
            schemas,
        }
    }
}

impl Taken {
    pub(super) fn take_schemas(&mut self) -> Vec<(String, RefOr<Schema>)> {
        std::mem::take(&mut self.schemas)
    }

    /// All forms as OpenAPI has them; `None` if there is none.
    pub(super) fn described(forms: &[Self]) -> Option<RequestBody> {
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = forms.iter().fold(body, |body, form| {
            let content = ContentBuilder::new().schema(Some(form.schema.clone()));
            body.content(form.media_type, content.example(Some(form.example.clone())).build())
        });
        (!forms.is_empty()).then(|| body.build())
    }
}
