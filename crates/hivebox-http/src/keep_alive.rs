//! Tells clients for how long they may reuse their connection.

use std::time::Duration;

use axum::http::header::CONNECTION;
use axum::http::{HeaderName, HeaderValue, Request, Version};
use axum::response::Response;

use crate::header_value::header_value;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
/// How much sooner than HiveBox a client should stop reusing a connection. A request that is under way while HiveBox
/// closes the connection is lost, and this is the longest that one should be under way.
const MARGIN: Duration = Duration::from_secs(5);

/// The announcement of the time limit for idle connections.
#[derive(Debug, Clone)]
pub(crate) struct KeepAlive {
    /// `None` if the limit is too short to be announced in seconds.
    timeout: Option<HeaderValue>,
}

impl KeepAlive {
    /// Announces that connections may idle for `limit`.
    pub(crate) fn of(limit: Duration) -> Self {
        let seconds = limit.saturating_sub(MARGIN.min(limit / 5)).as_secs();
        Self { timeout: (seconds > 0).then(|| header_value(format!("timeout={seconds}"))) }
    }

    /// What the response to `request` says about its connection.
    pub(crate) fn for_response<B>(&self, request: &Request<B>, is_draining: bool) -> Persistence {
        // hyper answers clients of HTTP/1.0, and those with other wishes than to persist.
        if request.version() != Version::HTTP_11 {
            return Persistence::Unsaid;
        }
        if is_draining {
            return Persistence::Closes;
        }
        let wish = request.headers().get(CONNECTION);
        match &self.timeout {
            Some(timeout) if wish.is_none_or(|wish| wish.as_bytes().eq_ignore_ascii_case(b"keep-alive")) => {
                Persistence::Persists(timeout.clone())
            }
            _ => Persistence::Unsaid,
        }
    }
}

/// What a response says about its connection.
#[derive(Debug)]
pub(crate) enum Persistence {
    /// Nothing, beside what hyper says.
    Unsaid,
    /// HiveBox closes it after this response.
    Closes,
    /// The client may reuse it for this long.
    Persists(HeaderValue),
}

impl Persistence {
    /// Says it in `response`.
    pub(crate) fn announce(self, response: &mut Response) {
        let headers = response.headers_mut();
        match self {
            Self::Unsaid => {}
            Self::Closes => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            // It closes the connection for a reason of its own.
            Self::Persists(_) if headers.contains_key(CONNECTION) => {}
            Self::Persists(timeout) => {
                // A header about the connection itself must be listed here, so that proxies do not pass it on.
                headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
                headers.insert(KEEP_ALIVE, timeout);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn said(limit: Duration, wish: Option<&str>, version: Version, is_draining: bool) -> String {
        let mut request = Request::builder().version(version);
        if let Some(wish) = wish {
            request = request.header(CONNECTION, wish);
        }
        let mut response = Response::new(Body::empty());
        KeepAlive::of(limit).for_response(&request.body(()).unwrap(), is_draining).announce(&mut response);
        let value = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
        format!("{} {}", value(CONNECTION), value(KEEP_ALIVE)).trim().to_owned()
    }

    #[test]
    fn a_client_is_told_for_how_long_it_may_reuse_its_connection() {
        let default = Duration::from_secs(75);
        assert_eq!(said(default, None, Version::HTTP_11, false), "keep-alive timeout=70");
        assert_eq!(said(default, Some("Keep-Alive"), Version::HTTP_11, false), "keep-alive timeout=70");
        assert_eq!(said(Duration::from_secs(10), None, Version::HTTP_11, false), "keep-alive timeout=8");
        assert_eq!(said(Duration::from_secs(1), None, Version::HTTP_11, false), "", "less than a second");
        assert_eq!(said(default, Some("close"), Version::HTTP_11, false), "");
        assert_eq!(said(default, None, Version::HTTP_10, false), "");
        assert_eq!(said(default, None, Version::HTTP_11, true), "close");
        assert_eq!(said(default, Some("keep-alive, TE"), Version::HTTP_11, true), "close");
        assert_eq!(said(default, None, Version::HTTP_10, true), "");
        assert_eq!(said(Duration::from_secs(1), None, Version::HTTP_11, true), "close");
    }
}
