//! Requests whose handler panics: a bug becomes a 500, and the connection and its other requests go on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use hivebox_present::supervise::panic_message;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use crate::error::ApiError;

/// What a handler panicked with. Marks its response, so that whoever observes the request logs it under its id.
#[derive(Debug, Clone)]
pub(crate) struct Panicked(pub(crate) Arc<str>);

/// Makes a response of a panic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToFault;

/// The layer that catches the panics of handlers.
pub(crate) fn layer() -> CatchPanicLayer<ToFault> {
    CatchPanicLayer::custom(ToFault)
}

/// What `answer` returns, or the response to its panic.
///
/// Handlers share pointers that are swapped as a whole, counters, and locks whose data is in order between any two
/// statements. So a panic breaks nothing for later requests.
pub(crate) fn caught(answer: impl FnOnce() -> Option<Response>) -> Option<Response> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|panic| Some(response(&*panic)))
}

fn response(panic: &(dyn Any + Send)) -> Response {
    let mut response = ApiError::fault().into_response();
    response.extensions_mut().insert(Panicked(panic_message(panic).into()));
    response
}

impl ResponseForPanic for ToFault {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, panic: Box<dyn Any + Send>) -> Response {
        response(&*panic)
    }
}
