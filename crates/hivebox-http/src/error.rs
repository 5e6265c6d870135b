//! Errors as clients see them: problems by RFC 9457, each with advice.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hivebox_archive::{ArchiveError, StoreFault};
use serde::Serialize;
use utoipa::ToSchema;

use hivebox_climate::chores::Language;
use hivebox_config::Quota;
use hivebox_present::NoForecast;
use hivebox_question::parameters::{Kind, Refusal, Wrong};
use hivebox_question::past::PastError;
use hivebox_question::words::Words;
use hivebox_refresh::StoreError;
use hivebox_telemetry::in_words;
use jiff::Timestamp;

/// Why a request fails.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    title: &'static str,
    detail: String,
    retry_after: Option<Duration>,
    errors: Vec<Wrong>,
}

/// The body of an error: `application/problem+json` of RFC 9457. A missing `type` means that title and status say
/// everything.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// The kind of problem.
    #[schema(example = "Bad request")]
    title: &'a str,
    /// The status of the response.
    #[schema(example = 400, minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, and what to do.
    #[schema(example = "lat is out of range: \"91\"; allowed: -90 to 90°.")]
    detail: &'a str,
    /// Everything that is wrong with the parameters.
    #[serde(skip_serializing_if = "<[Wrong]>::is_empty")]
    errors: &'a [Wrong],
}

/// The default of `Retry-After`.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(10);

impl ApiError {
    /// The media type of problems.
    pub(super) const MEDIA_TYPE: &str = "application/problem+json";

    /// An error without `Retry-After`.
    pub(super) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), retry_after: None, errors: Vec::new() }
    }

    /// The parameters are invalid, as `errors` says.
    pub fn wrong(errors: Vec<Wrong>) -> Self {
        let mut detail = errors.first().map_or_else(
            || "The request is invalid.".to_owned(),
            |first| format!("{}; allowed: {}.", first.detail.trim_end_matches('.'), first.allowed),
        );
        if errors.len() > 1 {
            detail.push_str(" See errors for the others.");
        }
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "Bad request", detail) }
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// When to try again, if that may help.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The body.
    pub(super) fn problem(&self) -> Problem<'_> {
        let (title, status) = (self.title, self.status.as_u16());
        Problem { title, status, detail: &self.detail, errors: &self.errors }
    }

    /// The request is invalid for `reason`.
    pub(super) fn bad(reason: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad request", sentence(reason))
    }

    /// The requested resource does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// The resource has no representation that the client accepts.
    pub fn not_acceptable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Not acceptable", detail)
    }

    /// The client has exceeded its quota.
    pub fn too_many_requests(quota: Quota, wait_secs: u64) -> Self {
        let detail = format!(
            "The limit is {quota} per client; try again in {wait_secs} s. The header RateLimit of each response shows \
             how many requests are left."
        );
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail);
        Self { retry_after: Some(Duration::from_secs(wait_secs)), ..error }
    }

    /// The resource is temporarily unavailable.
    pub fn unavailable(title: &'static str, detail: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, title, detail);
        Self { retry_after: Some(RETRY_AFTER_DEFAULT), ..error }
    }

    /// There is no forecast at `now`, for a reason that passes unless no weather model is configured.
    pub(super) fn no_forecast(reason: NoForecast, now: Timestamp) -> Self {
        let sentence = Words::of(Language::English).no_forecast(reason);
        // To the next whole second: a moment too early would be in vain.
        let wait = |until: Timestamp| {
            Duration::from_secs(until.duration_since(now).as_secs().max(0).unsigned_abs() + 1)
        };
        let (title, wait) = match reason {
            NoForecast::Off => {
                return Self::new(StatusCode::NOT_FOUND, "No weather model", sentence);
            }
            // As long as a question to the source takes that is not lost.
            NoForecast::Pending => ("Forecast pending", Duration::from_secs(5)),
            NoForecast::Busy => ("Busy", RETRY_AFTER_DEFAULT),
            NoForecast::SourceFailed => ("The weather model does not answer", Duration::from_mins(1)),
            NoForecast::Paused { until } => ("The weather model has a pause", wait(until)),
            // A share of the budget is one of a minute. Who asks in vain costs nothing.
            NoForecast::BudgetSpent => ("Questions used up", Duration::from_mins(1)),
        };
        Self { retry_after: Some(wait), ..Self::unavailable(title, sentence) }
    }

    /// The store is away, full or too slow. The log has the address and the reason.
    pub(super) fn store_fails(fault: &StoreFault) -> Self {
        match fault {
            StoreFault::Full { .. } => Self::unavailable(
                "The store is full",
                "The disk of the store is full, so nothing can be stored. Somebody must make room; then try again.",
            ),
            StoreFault::QueueFull { .. } => Self::unavailable(
                "The upload queue is full",
                "Earlier snapshots still wait for a slow store; try again when they are stored.",
            ),
            _ => Self::unavailable(
                "The store does not work",
                "The store of snapshots and history does not answer, or refuses to; the log has the details. Try again \
                 soon.",
            ),
        }
    }

    /// A bug, or a failed dependency. The log gets the details, the client does not.
    pub fn internal(error: impl std::error::Error) -> Self {
        tracing::error!(error = in_words(&error), "a request failed");
        Self::fault()
    }

    /// The same for an error that has already been logged.
    pub(super) fn fault() -> Self {
        let detail = "HiveBox failed; its log contains the details under this response's x-request-id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", detail)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NothingYet => Self::unavailable(
                "Nothing to store yet",
                "No readings have arrived from openSenseMap yet; /readyz says why.",
            ),
            StoreError::Busy => {
                Self::unavailable("Busy", "Too many stores are waiting already; try again soon.")
            }
            StoreError::Stopping => {
                Self::unavailable("Stopping", "This replica is stopping; try again to reach another one.")
            }
            StoreError::Spooled { name, source } => {
                let reason = match &source {
                    ArchiveError::Store { source: StoreFault::QueueFull { .. }, .. } => {
                        "The upload queue is full."
                    }
                    _ => "The store is failing.",
                };
                Self::unavailable(
                    "Stored later",
                    format!(
                        "{reason} The snapshot {name} is on this replica's disk, and will be uploaded as soon as the \
                         store works again."
                    ),
                )
            }
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
            ArchiveError::Store { action, source } if is_of_store(&source) => {
                tracing::warn!(action, error = in_words(&source), "the store does not work");
                Self::store_fails(&source)
            }
            error @ (ArchiveError::Corrupt { .. }
            | ArchiveError::Newer { .. }
            | ArchiveError::History { .. }) => {
                tracing::error!(error = in_words(&error), "stored data cannot be read");
                let detail = sentence(&error.to_string());
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Stored data cannot be read", detail)
            }
            error => Self::internal(error),
        }
    }
}

/// Whether the store is at fault, and not HiveBox.
fn is_of_store(fault: &StoreFault) -> bool {
    fault.is_of_whole_store() || matches!(fault, StoreFault::Denied { .. })
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wrong(errors) => Self::wrong(errors),
            Refusal::NotAcceptable(offered) => Self::not_acceptable(format!(
                "The available media types are {}; format={} in the query selects one as well.",
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
        const LESS: &str = "Request a shorter time range, an area or some boxes, longer buckets (whole hours are the \
                            fastest), or fewer phenomena or percentiles.";
        match error {
            PastError::Stopping => StoreError::Stopping.into(),
            PastError::Query(QueryError::Busy { .. }) => {
                Self::unavailable("Busy", "The queue of questions about the past is full; try again soon.")
            }
            PastError::Query(QueryError::TimedOut { after }) => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "Took too long",
                format!("The question took longer than {} s. {LESS}", after.as_secs()),
            ),
            PastError::Query(QueryError::OutOfMemory { limit_bytes }) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Needs too much memory",
                format!("The question needs more than the limit of {} MiB. {LESS}", limit_bytes >> 20),
            ),
            PastError::Query(QueryError::Sql(reason)) => Self::bad(&reason),
            PastError::Query(QueryError::TooComplex(reason)) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Too complex", sentence(&reason))
            }
            PastError::Query(QueryError::Question(error)) => Self::bad(&error.to_string()),
            PastError::Query(QueryError::Store(error)) => error.into(),
            PastError::Query(error @ (QueryError::NoCluster { .. } | QueryError::ClusterFailed { .. })) => {
                tracing::warn!(error = in_words(&error), "the cluster did not answer");
                Self::unavailable(
                    "No answer from the cluster",
                    "The cluster that answers questions about the past is unreachable, or failed; the log has the \
                     details. Try again soon, unless the SQL itself fails on some values, such as a division by zero.",
                )
            }
            PastError::Query(error) => Self::internal(error),
        }
    }
}

/// Turns words into a sentence: a capital first letter and a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut characters = words.trim_end_matches('.').chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem())
            .expect("a problem consists of text and a number, which JSON can represent");
        let content_type = HeaderValue::from_static(Self::MEDIA_TYPE);
        let mut response = (self.status, [(CONTENT_TYPE, content_type)], body).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
        }
        response
    }
}

/// The response to a path without a route.
pub(super) async fn not_found(uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(100).collect();
    ApiError::not_found(format!("There is no route {path}; GET /docs lists all routes."))
}

/// The response to an unsupported method. axum adds the header `Allow`.
pub(super) async fn method_not_allowed() -> ApiError {
    let detail =
        "This route does not support the method; the header Allow lists the methods that it supports.";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: StoreFault) -> ApiError {
        ArchiveError::Store { action: "store a snapshot", source }.into()
    }

    #[test]
    fn a_fault_of_the_store_is_a_503_that_says_what_it_is_and_when_to_ask_again() {
        let (address, reason) = (String::from("http://s3.internal"), String::from("AccessDenied"));
        for (source, title) in [
            (StoreFault::TimedOut { address: address.clone() }, "The store does not work"),
            (
                StoreFault::Failing { address: address.clone(), reason: reason.clone() },
                "The store does not work",
            ),
            (
                StoreFault::Denied { address, reason: reason.clone(), check: "the key" },
                "The store does not work",
            ),
            (StoreFault::Full { folder: "/data".into(), reason }, "The store is full"),
            (StoreFault::QueueFull { waiting: 4 }, "The upload queue is full"),
        ] {
            let error = of(source);
            assert_eq!((error.status, error.title), (StatusCode::SERVICE_UNAVAILABLE, title));
            assert!(error.retry_after.is_some());
            assert!(
                !error.detail.contains("s3.internal") && !error.detail.contains("/data"),
                "{}",
                error.detail
            );
        }
        assert_eq!(of(StoreFault::Other("odd".into())).status, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn a_full_upload_queue_is_not_told_as_a_failing_store() {
        let name = hivebox_archive::SnapshotName::at(Timestamp::UNIX_EPOCH);
        let source = StoreFault::QueueFull { waiting: 4 };
        let source = ArchiveError::Store { action: "store a snapshot", source };
        let error = ApiError::from(StoreError::Spooled { name, source });
        assert!(error.detail.starts_with("The upload queue is full."), "{}", error.detail);
    }
}
