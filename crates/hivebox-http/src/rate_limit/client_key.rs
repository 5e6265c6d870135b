//! Who asks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, Request};

use crate::connection::Connection;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A client, as the limit tells them apart. In IPv6 a household or a server has all addresses of a /64, and
/// would be as many clients as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Client {
    V4(Ipv4Addr),
    /// The first half of the address.
    V6([u16; 4]),
}

impl Client {
    /// Who sent the request, behind so many proxies that are trusted. `None` if the connection is not known,
    /// which is so where only the router is served.
    pub(super) fn of<B>(request: &Request<B>, trusted_proxies: usize) -> Option<Self> {
        let peer = request.extensions().get::<Connection>()?.peer()?;
        let forwarded_for = forwarded_for(request.headers(), trusted_proxies);
        Some(forwarded_for.unwrap_or(peer).into())
    }
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

/// Whose request the outermost of the trusted proxies passed on. Each adds the address that it was asked
/// from at the end; what stands before theirs, the client may have made up.
fn forwarded_for(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all(&X_FORWARDED_FOR).iter().rev();
    // By bytes, so that what a client has made up cannot make the rest of the line unreadable.
    let entries = lists.flat_map(|list| list.as_bytes().rsplit(|&byte| byte == b','));
    address(std::str::from_utf8(entries.take(trusted_proxies).last()?).ok()?.trim())
}

/// An address as proxies write it, some with the port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn forwarded(lists: &[&str], trusted_proxies: usize) -> Option<String> {
        let lists = lists.iter().map(|list| (X_FORWARDED_FOR, HeaderValue::from_str(list).unwrap()));
        forwarded_for(&lists.collect(), trusted_proxies).map(|address| address.to_string())
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let lists = ["9.9.9.9, 1.1.1.1", "2.2.2.2"];
        assert_eq!(forwarded(&lists, 0), None);
        assert_eq!(forwarded(&lists, 1).unwrap(), "2.2.2.2");
        assert_eq!(forwarded(&lists, 2).unwrap(), "1.1.1.1");
        // Who came past the outer proxies is known by what the inner ones wrote.
        assert_eq!(forwarded(&["2.2.2.2"], 3).unwrap(), "2.2.2.2");
        assert_eq!(forwarded(&[], 1), None);
        for nobody in ["", "unknown", "_hidden", "1.2.3", "1.1.1.1,"] {
            assert_eq!(forwarded(&[nobody], 1), None, "{nobody}");
        }
    }

    #[test]
    fn addresses_may_have_ports() {
        for text in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443"] {
            assert_eq!(forwarded(&[text], 1).unwrap(), "2001:db8::1", "{text}");
        }
        assert_eq!(forwarded(&["192.0.2.1:443"], 1).unwrap(), "192.0.2.1");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let client = |text: &str| Client::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(client("2001:db8:1:2::3"), client("2001:db8:1:2:ffff::"));
        assert_ne!(client("2001:db8:1:2::3"), client("2001:db8:1:3::3"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
