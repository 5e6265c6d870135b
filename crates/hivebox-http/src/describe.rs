//! The description of a route in `/openapi.json`. A handler is only accepted together with its description, so no
//! route can lack one.
//!
//! A description is built from what the handler itself uses: parameters from the type that reads them ([`Ask`]),
//! schemas from the response types, and problems from the errors.

mod document;
pub(super) mod headers;
mod request_body;
mod response;

use std::num::NonZeroU32;
use std::time::Duration;

use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::{self, MethodRouter};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

pub(super) use document::{Tag, document};
use request_body::RequestBodyDoc;
pub(super) use response::ResponseDoc;

use crate::error::ApiError;
use hivebox_archive::StoreFault;
use hivebox_config::Quota;
use hivebox_question::parameters::{Ask, refusals};

/// The methods of a path: the handler and the description of each.
pub(super) struct Methods<S> {
    /// The handlers.
    pub(super) handlers: MethodRouter<S>,
    /// The descriptions.
    pub(super) operations: Operations,
}

/// The descriptions of a path's methods.
pub(super) type Operations = Vec<(HttpMethod, Operation)>;

/// The description of one method of one path.
pub(super) struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    description: Option<&'static str>,
    parameters: Vec<Parameter>,
    body: Option<RequestBodyDoc>,
    responses: Vec<ResponseDoc>,
}

/// A path that supports GET, and therefore HEAD.
pub(super) fn get<H, T, S>(handler: H, operation: Operation) -> Methods<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Methods { handlers: routing::get(handler), operations: vec![(HttpMethod::Get, operation)] }
}

/// A path that supports POST only.
pub(super) fn post<H, T, S>(handler: H, operation: Operation) -> Methods<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Methods { handlers: routing::post(handler), operations: vec![(HttpMethod::Post, operation)] }
}

impl<S: Clone + Send + Sync + 'static> Methods<S> {
    /// Adds POST.
    pub(super) fn post<H: Handler<T, S>, T: 'static>(mut self, handler: H, operation: Operation) -> Self {
        self.operations.push((HttpMethod::Post, operation));
        Self { handlers: self.handlers.post(handler), ..self }
    }

    /// Applies `change` to the description of GET.
    pub(super) fn map_gets(mut self, change: impl Fn(Operation) -> Operation) -> Self {
        let change = |(method, operation)| match method {
            HttpMethod::Get => (HttpMethod::Get, change(operation)),
            other => (other, operation),
        };
        self.operations = self.operations.into_iter().map(change).collect();
        self
    }

    /// Applies `change` to every description.
    pub(super) fn map(mut self, change: impl Fn(Operation) -> Operation) -> Self {
        self.operations =
            self.operations.into_iter().map(|(method, operation)| (method, change(operation))).collect();
        self
    }
}

impl Operation {
    /// A description with a summary only. Clients generated from the document name the operation by its id.
    pub(super) const fn new(id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            description: None,
            parameters: Vec::new(),
            body: None,
            responses: Vec::new(),
        }
    }

    /// Adds a description in Markdown.
    pub(super) const fn description(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Adds the parameters that `A` reads, and the problems that reading them can cause.
    pub(super) fn asks<A: Ask>(mut self) -> Self {
        self.parameters.extend(A::describe());
        for (when, refusal) in refusals::<A>() {
            self = self.fails(when, &refusal.into());
        }
        self
    }

    /// Adds a JSON body with the schema of `T`.
    pub(super) fn takes_json<T: serde::Serialize + utoipa::ToSchema>(mut self, example: &T) -> Self {
        self.body = Some(RequestBodyDoc::json(example));
        self
    }

    /// Adds a request header.
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

    /// Adds a response. Responses of the same status are merged.
    pub(super) fn responds(mut self, response: ResponseDoc) -> Self {
        match self.responses.iter_mut().find(|other| other.status() == response.status()) {
            Some(other) => other.merge(response),
            None => self.responses.push(response),
        }
        self
    }

    /// Adds an error response; `when` is a sentence.
    pub(super) fn fails(self, when: &'static str, error: &ApiError) -> Self {
        self.responds(ResponseDoc::error(when, error))
    }

    /// Adds the errors of a question about the past: the queue is full, the time is up, or memory runs out.
    pub(super) fn fails_of_past(self) -> Self {
        use hivebox_archive::query::QueryError;
        let (after, limit_bytes) = (Duration::from_secs(30), 256 << 20);
        let error = |error: QueryError| ApiError::from(hivebox_question::past::PastError::from(error));
        self.fails(
            "The queue of questions about the past is full.",
            &error(QueryError::Busy { running: 1, waiting: 16 }),
        )
        .fails("The question takes too long.", &error(QueryError::TimedOut { after }))
        .fails("The question needs too much memory.", &error(QueryError::OutOfMemory { limit_bytes }))
        .needs_store()
    }

    /// Adds the response while the store is away.
    pub(super) fn needs_store(self) -> Self {
        let away = StoreFault::TimedOut { address: String::new() };
        self.fails("The store does not work.", &ApiError::store_fails(&away))
    }

    /// Adds the response to a bug, or to a failure of something that HiveBox depends on.
    pub(super) fn may_fail(self) -> Self {
        self.fails("HiveBox failed.", &ApiError::fault())
    }

    /// Adds the response to a client over its rate limit, and the rate-limit headers of all responses.
    pub(super) fn limited(mut self) -> Self {
        for response in &mut self.responses {
            response.add_headers(&[headers::RATE_LIMIT, headers::RATE_LIMIT_POLICY]);
        }
        let quota = Quota { requests: NonZeroU32::MIN.saturating_add(599), window: Duration::from_mins(1) };
        let limited = ResponseDoc::error(
            "The client has exceeded its rate limit.",
            &ApiError::too_many_requests(quota, 1),
        );
        self.responds(limited.headers(&[headers::RATE_LIMIT, headers::RATE_LIMIT_POLICY]))
    }

    /// Adds the headers of compressed and cacheable responses, and the response 304.
    pub(super) fn revalidates(mut self) -> Self {
        for response in &mut self.responses {
            response.add_headers(&[headers::CACHE_CONTROL, headers::VARY]);
            if response.status() == StatusCode::OK {
                response.add_headers(&[headers::CONTENT_ENCODING, headers::ETAG]);
            }
        }
        let unchanged = ResponseDoc::new(
            StatusCode::NOT_MODIFIED,
            "The response still matches a tag in `If-None-Match`.",
        );
        self.header(
            "If-None-Match",
            "The `ETag` of a response that the client has stored.",
            "\"5f3a1c2b9d8e7f60\"",
        )
        .responds(unchanged.headers(&[headers::CACHE_CONTROL, headers::ETAG, headers::VARY]))
    }
}
