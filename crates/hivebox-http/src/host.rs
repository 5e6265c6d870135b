//! Which requests name the host that they are for, as HTTP demands.

use axum::extract::Request as AxumRequest;
use axum::http::header::HOST;
use axum::http::{Request, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Whether the header `Host` is as RFC 9112 (section 3.2) demands: once, except in HTTP/1.0, and without characters
/// that a host cannot have. Servers that read such requests in different ways can be played off against each other.
pub(crate) fn is_named<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => host.as_bytes().iter().all(|byte| may_stand_in_host(*byte)),
        (Some(_), Some(_)) => false,
    }
}

/// Whether a host and port can contain the byte (RFC 3986).
fn may_stand_in_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

/// Middleware that refuses requests that do not name their host.
pub(crate) async fn require_host(request: AxumRequest, next: Next) -> Response {
    if is_named(&request) {
        next.run(request).await
    } else {
        let detail = "A request needs the header Host exactly once, with a host and at most a port.";
        ApiError::bad(detail).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(version: Version, hosts: &[&str]) -> bool {
        let request = Request::builder().version(version);
        let request = hosts.iter().fold(request, |request, host| request.header(HOST, *host));
        is_named(&request.body(()).unwrap())
    }

    #[test]
    fn a_request_names_one_host() {
        for host in ["x", "hivebox.example:5000", "[::1]:5000", "", "b%C3%BCcher.example", "a_b"] {
            assert!(is_fine(Version::HTTP_11, &[host]), "{host:?}");
        }
        for host in ["a b", "a/b", "user@host", "a?b", "a#b", "a\\b", "a\tb", "a<b"] {
            assert!(!is_fine(Version::HTTP_11, &[host]), "{host:?}");
        }
        assert!(!is_fine(Version::HTTP_11, &[]));
        assert!(is_fine(Version::HTTP_10, &[]));
        for version in [Version::HTTP_10, Version::HTTP_11] {
            assert!(!is_fine(version, &["x", "x"]));
        }
    }
}
