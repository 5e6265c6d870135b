//! What `/openapi.json` says of a route. Handlers are only taken together with it, so that no route can be
//! without a description.
//!
//! A description is made of what the route works with: its parameters of what it asks ([`Ask`]), schemas of
//! the types that it answers with, and its errors of the errors themselves.

mod answer;
mod body;
mod document;
pub(super) mod headers;

use std::num::NonZeroU32;
use std::time::Duration;

use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::{self, MethodRouter};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

pub(super) use answer::Answer;
use body::Taken;
pub(super) use document::{Tag, document};

use crate::error::ApiError;
use crate::state::HttpState;
use hivebox_config::Quota;
use hivebox_question::parameters::{Ask, refusals};

/// The methods that a path takes: what answers each, and what is said of it.
pub(super) struct Methods {
    pub(super) handlers: MethodRouter<HttpState>,
    pub(super) operations: Vec<(HttpMethod, Operation)>,
}

/// What is said of one method of one path.
pub(super) struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    description: Option<&'static str>,
    parameters: Vec<Parameter>,
    /// What it takes as a body, in each form.
    bodies: Vec<Taken>,
    answers: Vec<Answer>,
}

/// A path that takes GET, and so HEAD.
pub(super) fn get<H: Handler<T, HttpState>, T: 'static>(handler: H, operation: Operation) -> Methods {
    Methods { handlers: routing::get(handler), operations: vec![(HttpMethod::Get, operation)] }
}

/// A path that takes POST alone.
pub(super) fn post<H: Handler<T, HttpState>, T: 'static>(handler: H, operation: Operation) -> Methods {
    Methods { handlers: routing::post(handler), operations: vec![(HttpMethod::Post, operation)] }
}

impl Methods {
    /// The path takes POST as well.
    pub(super) fn post<H: Handler<T, HttpState>, T: 'static>(
        mut self,
        handler: H,
        operation: Operation,
    ) -> Self {
        self.operations.push((HttpMethod::Post, operation));
        Self { handlers: self.handlers.post(handler), ..self }
    }

    /// Each of its operations that only reads, changed by `change`.
    pub(super) fn map_gets(mut self, change: impl Fn(Operation) -> Operation) -> Self {
        let change = |(method, operation)| match method {
            HttpMethod::Get => (HttpMethod::Get, change(operation)),
            other => (other, operation),
        };
        self.operations = self.operations.into_iter().map(change).collect();
        self
    }

    /// Each of its operations, changed by `change`.
    pub(super) fn map(mut self, change: impl Fn(Operation) -> Operation) -> Self {
        self.operations =
            self.operations.into_iter().map(|(method, operation)| (method, change(operation))).collect();
        self
    }
}

impl Operation {
    /// One that has nothing said of it but what it is for. The id names it in clients that are made from the
    /// description.
    pub(super) const fn new(id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            description: None,
            parameters: Vec::new(),
            bodies: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// More about it, in Markdown.
    pub(super) const fn description(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Its parameters, and how what is wrong with them is refused.
    pub(super) fn asks<A: Ask>(mut self) -> Self {
        self.parameters.extend(A::describe());
        for (when, refusal) in refusals::<A>() {
            self = self.fails(when, &refusal.into());
        }
        self
    }

    /// It takes text as its body.
    pub(super) fn takes_text(mut self, example: &'static str) -> Self {
        self.bodies.push(Taken::text(example));
        self
    }

    /// It takes JSON as its body: any such value as `example`.
    pub(super) fn takes_json<T: serde::Serialize + utoipa::ToSchema>(mut self, example: &T) -> Self {
        self.bodies.push(Taken::json(example));
        self
    }

    /// A header that the route looks at.
    pub(super) fn header(
        mut self,
        name: &'static str,
        description: &'static str,
        example: &'static str,
    ) -> Self {
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let header = header.description(Some(description)).schema(Some(schema));
        self.parameters.push(header.example(Some(example.into())).build());
        self
    }

    /// An answer. What another has said of the same status is said beside it.
    pub(super) fn answers(mut self, answer: Answer) -> Self {
        match self.answers.iter_mut().find(|other| other.status() == answer.status()) {
            Some(other) => other.merge(answer),
            None => self.answers.push(answer),
        }
        self
    }

    /// An error that it can give; `when` is a sentence.
    pub(super) fn fails(self, when: &'static str, error: &ApiError) -> Self {
        self.answers(Answer::error(when, error))
    }

    /// It asks about the past, for which there may be no room, no time or no memory.
    pub(super) fn fails_of_past(self) -> Self {
        use hivebox_archive::query::QueryError;
        let (after, limit_bytes) = (Duration::from_secs(30), 256 << 20);
        let error = |error: QueryError| ApiError::from(hivebox_question::past::PastError::from(error));
        self.fails(
            "Too many others ask about the past.",
            &error(QueryError::Busy { running: 1, waiting: 16 }),
        )
        .fails("It takes too long.", &error(QueryError::TimedOut { after }))
        .fails("It needs too much memory.", &error(QueryError::OutOfMemory { limit_bytes }))
    }

    /// It does work in which HiveBox or what it needs may fail.
    pub(super) fn may_fail(self) -> Self {
        self.fails("HiveBox failed.", &ApiError::fault())
    }

    /// Each client may ask it only so often.
    pub(super) fn limited(mut self) -> Self {
        for answer in &mut self.answers {
            answer.add_headers(&[headers::RATE_LIMIT, headers::RATE_LIMIT_POLICY]);
        }
        let quota = Quota { requests: NonZeroU32::MIN.saturating_add(599), window: Duration::from_mins(1) };
        let limited = Answer::error("This client asks too often.", &ApiError::too_many_requests(quota, 1));
        self.answers(limited.headers(&[headers::RATE_LIMIT, headers::RATE_LIMIT_POLICY]))
    }

    /// Answers are compressed, and it says 304 to those who have them already.
    pub(super) fn revalidates(mut self) -> Self {
        for answer in &mut self.answers {
            answer.add_headers(&[headers::CACHE_CONTROL, headers::VARY]);
            if answer.status() == StatusCode::OK {
                answer.add_headers(&[headers::CONTENT_ENCODING, headers::ETAG]);
            }
        }
        let unchanged = Answer::new(StatusCode::NOT_MODIFIED, "The client has it, as `If-None-Match` says.");
        self.header("If-None-Match", "The `ETag` of an answer that the client has.", "\"5f3a1c2b9d8e7f60\"")
            .answers(unchanged.headers(&[headers::CACHE_CONTROL, headers::ETAG, headers::VARY]))
    }
}
