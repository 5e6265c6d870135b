//! How requests get to the API: which proxy they pass, and which redirects they follow.

use std::net::IpAddr;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{ClientBuilder, Url};

/// The most redirects of one request.
const MAX_REDIRECTS: usize = 3;

/// The proxy between this process and the API, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// Scheme, host and port of the proxy, without its credentials; `None` for a direct connection.
    proxy: Option<String>,
}

impl Route {
    /// The route to `base_url`.
    pub(super) fn to(base_url: &Url) -> Self {
        Self::by(base_url, &Matcher::from_system())
    }

    fn by(base_url: &Url, proxies: &Matcher) -> Self {
        if is_loopback(base_url) {
            return Self::default();
        }
        let uri = base_url.as_str().parse().ok();
        let proxy = uri.and_then(|uri| proxies.intercept(&uri));
        let proxy = proxy.and_then(|proxy| {
            let (scheme, host) = (proxy.uri().scheme_str()?, proxy.uri().host()?);
            let port = proxy.uri().port_u16().map(|port| format!(":{port}")).unwrap_or_default();
            Some(format!("{scheme}://{host}{port}"))
        });
        Self { proxy }
    }

    /// The proxy: scheme, host and port.
    pub(super) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Makes a client take this route, and follow no redirect that leaves the API.
    pub(super) fn set(&self, client: ClientBuilder) -> ClientBuilder {
        let client = client.redirect(Policy::custom(follow));
        // The client reads the same variables itself, but would send requests for this very machine
        // through the proxy as well.
        if self.proxy.is_none() { client.no_proxy() } else { client }
    }
}

/// Follows redirects to the same origin only: another host must not learn what is asked, and its
/// answers are not those of the API. A redirect that is not followed becomes an error.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let is_allowed = attempt.previous().len() <= MAX_REDIRECTS
        && attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if is_allowed { attempt.follow() } else { attempt.stop() }
}

/// Removes query, fragment and login.
pub(super) fn strip(url: &mut Url) {
    url.set_query(None);
    url.set_fragment(None);
    // An address that cannot lose a login, having no host, has none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
}

/// Whether the address is that of this machine: no proxy can reach it.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(base_url: &str, no_proxy: &str) -> Option<String> {
        let proxies = Matcher::builder().all("http://bee:secret@proxy.example:3128").no(no_proxy).build();
        Route::by(&base_url.parse().unwrap(), &proxies).proxy
    }

    #[test]
    fn a_proxy_is_named_without_its_credentials() {
        let named = Some("http://proxy.example:3128".to_owned());
        assert_eq!(proxy("https://api.opensensemap.org", ""), named);
        assert_eq!(proxy("http://api.opensensemap.org", ""), named);
        assert_eq!(proxy("https://api.opensensemap.org", "opensensemap.org"), None);
    }

    #[test]
    fn no_proxy_is_asked_for_what_is_on_this_machine() {
        for host in
            ["127.0.0.1", "127.9.9.9:8000", "localhost", "osem.localhost", "[::1]:8000", "[::ffff:127.0.0.1]"]
        {
            assert_eq!(proxy(&format!("http://{host}"), ""), None, "{host}");
        }
        assert_ne!(proxy("http://localhost.example", ""), None);
    }
}
