//! What is said of an answer.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

use super::headers::{self, Header};
use crate::error::ApiError;
use crate::error::Problem;
use hivebox_question::format::Format;

/// The schemas that others refer to, by name.
pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// An answer: its status, its headers, and its body in each form that it can be had in.
pub(crate) struct Answer {
    status: StatusCode,
    description: String,
    headers: Vec<Header>,
    forms: Vec<Form>,
    schemas: Schemas,
}

/// A body.
struct Form {
    media_type: &'static str,
    /// None for bytes, of which a media type says all that OpenAPI can.
    schema: Option<RefOr<Schema>>,
    /// Each with what it is an example of, if there are several.
    examples: Vec<(&'static str, Value)>,
}

impl Answer {
    /// One without a body; the description is a sentence.
    pub(crate) fn new(status: StatusCode, description: &'static str) -> Self {
        Self {
            status,
            description: description.to_owned(),
            headers: Vec::new(),
            forms: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// What was asked for.
    pub(crate) fn ok(description: &'static str) -> Self {
        Self::new(StatusCode::OK, description)
    }

    /// An error as clients see it.
    pub(super) fn error(when: &'static str, error: &ApiError) -> Self {
        let problem = error.problem();
        let answer = Self::new(error.status(), when).form(Form {
            media_type: ApiError::MEDIA_TYPE,
            schema: Some(reference::<Problem<'_>>()),
            examples: vec![(when, as_json(&problem))],
        });
        let answer = answer.schemas_of::<Problem<'_>>();
        if error.retry_after().is_some() {
            return answer.headers(&[headers::RETRY_AFTER]);
        }
        answer
    }

    /// It has JSON: any such value as `example`.
    pub(crate) fn json<T: Serialize + ToSchema>(self, example: &T) -> Self {
        let form = Form {
            media_type: Format::Json.media_type(),
            schema: Some(reference::<T>()),
            examples: vec![("", as_json(example))],
        };
        self.form(form).schemas_of::<T>()
    }

    /// It has a JSON array of such values.
    pub(crate) fn json_array<T: Serialize + ToSchema>(self, example: &[T]) -> Self {
        let form = Form {
            media_type: Format::Json.media_type(),
            schema: Some(ArrayBuilder::new().items(reference::<T>()).into()),
            examples: vec![("", as_json(&example))],
        };
        self.form(form).schemas_of::<T>()
    }

    /// It has a JSON object that is described elsewhere.
    pub(crate) fn object(self, media_type: &'static str, example: Map<String, Value>) -> Self {
        let schema = Some(ObjectBuilder::new().schema_type(Type::Object).into());
        self.form(Form { media_type, schema, examples: vec![("", example.into())] })
    }

    /// It has text.
    pub(crate) fn text(self, media_type: &'static str, example: &str) -> Self {
        let schema = Some(ObjectBuilder::new().schema_type(Type::String).into());
        self.form(Form { media_type, schema, examples: vec![("", example.into())] })
    }

    /// It has Server-Sent Events with such values as their data: any such one as `example`.
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
        self.form(Form {
            media_type: "text/event-stream",
            schema: Some(schema.into()),
            examples: vec![("", example)],
        })
        .schemas_of::<T>()
    }

    /// It has bytes that no example can show.
    pub(crate) fn bytes(self, media_type: &'static str) -> Self {
        self.form(Form { media_type, schema: None, examples: Vec::new() })
    }

    /// Headers.
    pub(crate) fn headers(mut self, headers: &[Header]) -> Self {
        self.add_headers(headers);
        self
    }

    fn schemas_of<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn add_headers(&mut self, headers: &[Header]) {
        for header in headers {
            if self.headers.iter().all(|other| other.name != header.name) {
                self.headers.push(*header);
            }
        }
    }

    pub(super) fn take_schemas(&mut self) -> Schemas {
        std::mem::take(&mut self.schemas)
    }

    /// The same status for another reason.
    pub(super) fn merge(&mut self, other: Self) {
        self.description = format!("{} {}", self.description, other.description);
        self.add_headers(&other.headers);
        self.schemas.extend(other.schemas);
        for form in other.forms {
            match self.forms.iter_mut().find(|same| same.media_type == form.media_type) {
                Some(same) => same.examples.extend(form.examples),
                None => self.forms.push(form),
            }
        }
    }

    pub(super) fn described(&self) -> Response {
        let response = ResponseBuilder::new().description(&self.description);
        let headers = self.headers.iter().chain([&headers::REQUEST_ID]);
        let response =
            headers.fold(response, |response, header| response.header_ref(header.name, header.reference()));
        let forms = self.forms.iter();
        forms.fold(response, |response, form| response.content(form.media_type, form.described())).build()
    }

    fn form(mut self, form: Form) -> Self {
        self.forms.push(form);
        self
    }
}

impl Form {
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
    // Answers are made of what can always be written as JSON.
    serde_json::to_value(value).unwrap_or_default()
}
