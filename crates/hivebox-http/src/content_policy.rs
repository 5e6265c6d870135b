//! What the browser may load for the dashboard.

use axum::http::HeaderValue;
use hivebox_config::Tiles;

/// What the page may load: its own files, and pictures from the operator's tile server, if there is one.
#[derive(Debug, Clone)]
pub(crate) struct ContentPolicy(HeaderValue);

impl ContentPolicy {
    /// The policy with these tiles.
    pub(crate) fn of(tiles: Option<&Tiles>) -> Self {
        let pictures = tiles.map_or_else(String::new, |tiles| format!(" {}", tiles.address.origin()));
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{pictures}; \
             connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        Self(HeaderValue::try_from(policy).expect("an origin has visible ASCII characters only"))
    }

    /// The value of its header.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.0
    }
}
