//! The description of a response.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

use crate::describe::headers::{self, HeaderDoc};
use crate::error::{ApiError, Problem};
use hivebox_question::format::Format;

/// Schemas by name.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// The description of a response: its status, its headers, and its body in each media type.
pub(crate) struct ResponseDoc {
    status: StatusCode,
    description: String,
    headers: Vec<HeaderDoc>,
    contents: Vec<ContentDoc>,
    schemas: Schemas,
}

/// A response body in one media type.
struct ContentDoc {
    media_type: &'static str,
    /// None for binary data, which OpenAPI describes by its media type alone.
    schema: Option<RefOr<Schema>>,
    /// Examples, each with its summary.
    examples: Vec<(&'static str, Value)>,
}

impl ResponseDoc {
    /// A response without a body; `description` is a sentence.
    pub(crate) fn new(status: StatusCode, description: &'static str) -> Self {
        Self {
            status,
            description: description.to_owned(),
            headers: Vec::new(),
            contents: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// A response with status 200.
    pub(crate) fn ok(description: &'static str) -> Self {
        Self::new(StatusCode::OK, description)
    }

    /// The response to an error.
    pub(super) fn error(when: &'static str, error: &ApiError) -> Self {
        let problem = error.problem();
        let response = Self::new(error.status(), when).content(ContentDoc {
            media_type: ApiError::MEDIA_TYPE,
            schema: Some(reference::<Problem<'_>>()),
            examples: vec![(when, as_json(&problem))],
        });
        let response = response.schemas_of::<Problem<'_>>();
        if error.retry_after().is_some() {
            return response.headers(&[headers::RETRY_AFTER]);
        }
        response
    }

    /// Adds a JSON body with the schema of `T`.
    pub(crate) fn json<T: Serialize + ToSchema>(self, example: &T) -> Self {
        let content = ContentDoc {
            media_type: Format::Json.media_type(),
            schema: Some(reference::<T>()),
            examples: vec![("", as_json(example))],
        };
        self.content(content).schemas_of::<T>()
    }

    /// Adds a JSON body: an array of `T`.
    pub(crate) fn json_array<T: Serialize + ToSchema>(self, example: &[T]) -> Self {
        let content = ContentDoc {
            media_type: Format::Json.media_type(),
            schema: Some(ArrayBuilder::new().items(reference::<T>()).into()),
            examples: vec![("", as_json(&example))],
        };
        self.content(content).schemas_of::<T>()
    }

    /// Adds a JSON body whose schema is documented elsewhere.
    pub(crate) fn object(self, media_type: &'static str, example: Map<String, Value>) -> Self {
        let schema = Some(ObjectBuilder::new().schema_type(Type::Object).into());
        self.content(ContentDoc { media_type, schema, examples: vec![("", example.into())] })
    }

    /// Adds a text body.
    pub(crate) fn text(self, media_type: &'static str, example: &str) -> Self {
        let schema = Some(ObjectBuilder::new().schema_type(Type::String).into());
        self.content(ContentDoc { media_type, schema, examples: vec![("", example.into())] })
    }

    /// Adds a body of Server-Sent Events with `T` as their data.
    pub(crate) fn events<T: Serialize + ToSchema>(self, event: &str, id: &str, example: &T) -> Self {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let data =
            text().content_media_type(Format::Json.media_type()).content_schema(Some(reference::<T>()));
        let schema = ObjectBuilder::new()
            .property("event", text().enum_values(Some([event])))
            .property("id", text())
            .property("data", data)
            .property("retry", ObjectBuilder::new().schema_type(Type::Integer))
            .description(Some("One event of the stream, field by field."))
            .required("data");
        let example = json!({ "event": event, "id": id, "data": as_json(example).to_string() });
        self.content(ContentDoc {
            media_type: "text/event-stream",
            schema: Some(schema.into()),
            examples: vec![("", example)],
        })
        .schemas_of::<T>()
    }

    /// Adds a binary body, which has no readable example.
    pub(crate) fn bytes(self, media_type: &'static str) -> Self {
        self.content(ContentDoc { media_type, schema: None, examples: Vec::new() })
    }

    /// Adds headers.
    pub(crate) fn headers(mut self, headers: &[HeaderDoc]) -> Self {
        self.add_headers(headers);
        self
    }

    fn schemas_of<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        self
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Adds the headers that it does not have yet.
    pub(super) fn add_headers(&mut self, headers: &[HeaderDoc]) {
        for header in headers {
            if self.headers.iter().all(|other| other.name != header.name) {
                self.headers.push(*header);
            }
        }
    }

    /// Takes out the schemas for the document's components.
    pub(super) fn take_schemas(&mut self) -> Schemas {
        std::mem::take(&mut self.schemas)
    }

    /// Adds another reason for the same status.
    pub(super) fn merge(&mut self, other: Self) {
        self.description = format!("{} {}", self.description, other.description);
        self.add_headers(&other.headers);
        self.schemas.extend(other.schemas);
        for content in other.contents {
            match self.contents.iter_mut().find(|same| same.media_type == content.media_type) {
                Some(same) => same.examples.extend(content.examples),
                None => self.contents.push(content),
            }
        }
    }

    /// The response as an OpenAPI object.
    pub(super) fn described(&self) -> Response {
        let response = ResponseBuilder::new().description(&self.description);
        let headers = self.headers.iter().chain([&headers::REQUEST_ID]);
        let response =
            headers.fold(response, |response, header| response.header_ref(header.name, header.reference()));
        let contents = self.contents.iter();
        contents
            .fold(response, |response, content| response.content(content.media_type, content.described()))
            .build()
    }

    fn content(mut self, content: ContentDoc) -> Self {
        self.contents.push(content);
        self
    }
}

impl ContentDoc {
    fn described(&self) -> Content {
        let content = ContentBuilder::new().schema(self.schema.clone());
        if let [(_, example)] = self.examples.as_slice() {
            return content.example(Some(example.clone())).build();
        }
        let examples = self.examples.iter().enumerate().map(|(index, (when, example))| {
            let example = ExampleBuilder::new().summary(*when).value(Some(example.clone()));
            (format!("{}", index + 1), example.build())
        });
        content.examples_from_iter(examples).build()
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn as_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect(
        "an example consists of structs, text, numbers and maps keyed by text, which JSON can represent",
    )
}
