//! Errors as clients see them: RFC 9457, with what to do.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hivebox_archive::ArchiveError;
use serde::Serialize;
use utoipa::ToSchema;

use hivebox_config::Quota;
use hivebox_question::parameters::{Kind, Refusal, Wrong};
use hivebox_question::past::PastError;
use hivebox_refresh::StoreError;
use hivebox_telemetry::in_words;

/// Why a request cannot be answered as asked.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    title: &'static str,
    detail: String,
    retry_after: Option<Duration>,
    errors: Vec<Wrong>,
}

/// The body: `application/problem+json` of RFC 9457. `type` is left out, which means that title and status
/// say it all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// What kind of problem it is.
    #[schema(example = "Bad request")]
    title: &'a str,
    /// The status of the answer.
    #[schema(example = 400, minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, and what to do.
    #[schema(example = "lat is out of range: \"91\"; allowed: -90 to 90°.")]
    detail: &'a str,
    /// All that is wrong with the parameters of the request.
    #[serde(skip_serializing_if = "<[Wrong]>::is_empty")]
    errors: &'a [Wrong],
}

/// When nothing better is known: the time after which another attempt may go well.
const SOON: Duration = Duration::from_secs(10);

impl ApiError {
    pub(super) const MEDIA_TYPE: &str = "application/problem+json";

    pub(super) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), retry_after: None, errors: Vec::new() }
    }

    /// What was asked is wrong, as `errors` say.
    pub fn wrong(errors: Vec<Wrong>) -> Self {
        let mut detail = errors.first().map_or_else(
            || "The request is wrong.".to_owned(),
            |first| format!("{}; allowed: {}.", first.detail.trim_end_matches('.'), first.allowed),
        );
        if errors.len() > 1 {
            detail.push_str(" There is more, in errors.");
        }
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "Bad request", detail) }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn problem(&self) -> Problem<'_> {
        let (title, status) = (self.title, self.status.as_u16());
        Problem { title, status, detail: &self.detail, errors: &self.errors }
    }

    /// What was asked makes no sense, as `reason` says.
    pub(super) fn bad(reason: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad request", sentence(reason))
    }

    /// There is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// None of the representations that the client accepts can be had.
    pub fn not_acceptable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Not acceptable", detail)
    }

    /// The client has asked more often than it may.
    pub fn too_many_requests(quota: Quota, wait_secs: u64) -> Self {
        let detail = format!(
            "A client may send {quota}; ask again in {wait_secs} s. The RateLimit header of each answer tells \
             how many are left."
        );
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail);
        Self { retry_after: Some(Duration::from_secs(wait_secs)), ..error }
    }

    /// It cannot be had now, but may be soon.
    pub fn unavailable(title: &'static str, detail: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, title, detail);
        Self { retry_after: Some(SOON), ..error }
    }

    /// A fault of HiveBox, told to the log and not to the client.
    pub fn internal(error: impl std::error::Error) -> Self {
        tracing::error!(error = in_words(&error), "a request failed");
        Self::fault()
    }

    /// A fault of HiveBox that the log has been told of.
    pub(super) fn fault() -> Self {
        let detail = "HiveBox failed; its log has the details under this answer's x-request-id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", detail)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NothingYet => Self::unavailable(
                "Nothing to store yet",
                "No readings have come from openSenseMap yet; /readyz says why.",
            ),
            StoreError::Busy => Self::unavailable("Busy", "Several stores wait already; try again soon."),
            StoreError::Stopping => {
                Self::unavailable("Stopping", "This replica is stopping; ask another one.")
            }
            StoreError::Spooled { name, .. } => Self::unavailable(
                "Stored later",
                format!(
                    "The store does not answer as it should. The snapshot {name} waits on the disk of this \
                     replica, and will be stored as soon as the store takes it."
                ),
            ),
            StoreError::Archive(error) => error.into(),
        }
    }
}

impl From<ArchiveError> for ApiError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::NotFound { name } => {
                Self::not_found(format!("There is no snapshot {name}; GET /api/v1/snapshots lists them."))
            }
            error => Self::internal(error),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wrong(errors) => Self::wrong(errors),
            Refusal::NotAcceptable(offered) => Self::not_acceptable(format!(
                "This can be had as {}; format={} in the query chooses as well.",
                offered.in_words(),
                offered.allowed()
            )),
            Refusal::Contradiction(reason) => Self::bad(&reason),
        }
    }
}

impl From<PastError> for ApiError {
    fn from(error: PastError) -> Self {
        use hivebox_archive::query::QueryError;
        const LESS: &str = "Ask for less time, for an area or some boxes, for longer buckets (whole hours are the \
                            fastest), or for fewer phenomena or percentiles.";
        match error {
            PastError::Stopping => StoreError::Stopping.into(),
            PastError::Query(QueryError::Busy { .. }) => Self::unavailable(
                "Busy",
                "As many questions about the past wait as may wait; ask again soon.",
            ),
            PastError::Query(QueryError::TimedOut { after }) => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "Took too long",
                format!("There was no answer within {} s. {LESS}", after.as_secs()),
            ),
            PastError::Query(QueryError::OutOfMemory { limit_bytes }) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Needs too much memory",
                format!("The answer needs more than the {} MiB that there may be. {LESS}", limit_bytes >> 20),
            ),
            PastError::Query(QueryError::Sql(reason)) => Self::bad(&reason),
            PastError::Query(QueryError::Question(error)) => Self::bad(&error.to_string()),
            PastError::Query(QueryError::Store(error)) => error.into(),
            PastError::Query(error @ (QueryError::NoCluster { .. } | QueryError::ClusterFailed { .. })) => {
                tracing::warn!(error = in_words(&error), "the cluster did not answer");
                Self::unavailable(
                    "No answer from the cluster",
                    "The cluster that works on questions about the past is away, or failed at this one: the log says how. \
                     Ask again soon, unless it is SQL that fails on some values, as a division by zero does.",
                )
            }
            PastError::Query(error) => Self::internal(error),
        }
    }
}

/// Words as a sentence.
pub(super) fn sentence(words: &str) -> String {
    let mut characters = words.trim_end_matches('.').chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body =
            serde_json::to_vec(&self.problem()).expect("a problem is text and a number, which JSON can hold");
        let content_type = HeaderValue::from_static(Self::MEDIA_TYPE);
        let mut response = (self.status, [(CONTENT_TYPE, content_type)], body).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
        }
        response
    }
}

/// The answer where there is no route.
pub(super) async fn not_found(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(100).collect();
    ApiError::not_found(format!("There is nothing at {path}; GET /docs lists all paths."))
}

/// The answer where a route does not know the method; axum adds which methods it allows.
pub(super) async fn method_not_allowed() -> ApiError {
    let detail = "This path does not take that method; the Allow header has those that it takes.";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail)
}
