//! Errors as the real API words them: the name of the error as code, and a sentence.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::fault::InvalidFault;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ErrorAnswer {
    /// 400
    #[error("{0}")]
    BadRequest(String),
    /// 404: there is no such path.
    #[error("{0} does not exist")]
    ResourceNotFound(String),
    /// 404: the path is valid, but the thing does not exist.
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

impl ErrorAnswer {
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

impl IntoResponse for ErrorAnswer {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({ "code": self.code(), "message": self.to_string() }))).into_response()
    }
}

/// 400 for an invalid fault. Not in the API's words, because the API knows no faults.
pub(crate) fn refuse(error: &InvalidFault) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "code": "InvalidFault", "message": error.to_string() })))
        .into_response()
}
