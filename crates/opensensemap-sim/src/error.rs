//! Errors in the words of the real API: a code that is the name of the error, and a sentence.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    /// 400
    #[error("{0}")]
    BadRequest(String),
    /// 404: the path leads nowhere.
    #[error("{0} does not exist")]
    ResourceNotFound(String),
    /// 404: the path is right, but the thing is not there.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// 404: no box matches.
    #[error("No senseBoxes found")]
    NoBoxes,
    /// 405
    #[error("{0} is not allowed")]
    MethodNotAllowed(String),
    /// 409
    #[error("{0}")]
    InvalidArgument(String),
    /// 422
    #[error("{0}")]
    UnprocessableEntity(String),
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::ResourceNotFound(_) | Self::NotFound(_) | Self::NoBoxes => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::InvalidArgument(_) => StatusCode::CONFLICT,
            Self::UnprocessableEntity(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "BadRequest",
            Self::ResourceNotFound(_) => "ResourceNotFound",
            Self::NotFound(_) | Self::NoBoxes => "NotFound",
            Self::MethodNotAllowed(_) => "MethodNotAllowed",
            Self::InvalidArgument(_) => "InvalidArgument",
            Self::UnprocessableEntity(_) => "UnprocessableEntity",
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({ "code": self.code(), "message": self.to_string() }))).into_response()
    }
}
