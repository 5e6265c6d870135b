//! The key that tells clients apart.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, Request};

use crate::connection::Connection;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of a client, by which the limit tells clients apart. In IPv6 it is the /64 network: a household or a
/// server owns all addresses of one, and could otherwise pose as any number of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ClientKey {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The first half of an IPv6 address.
    V6([u16; 4]),
}

impl ClientKey {
    /// The client that sent a request through `trusted_proxies` proxies. `None` if the peer's address is unknown, as
    /// it is when the router is served without [`Connection`]s.
    pub(super) fn of<B>(request: &Request<B>, trusted_proxies: usize) -> Option<Self> {
        let peer = request.extensions().get::<Connection>()?.peer()?;
        let forwarded_for = forwarded_for(request.headers(), trusted_proxies);
        Some(forwarded_for.unwrap_or(peer).into())
    }
}

impl From<IpAddr> for ClientKey {
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

/// The address from which the outermost trusted proxy received the request. Each proxy appends the address of its
/// peer; the client may have forged everything before those entries.
fn forwarded_for(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all(&X_FORWARDED_FOR).iter().rev();
    // Split as bytes: a forged entry that is not text must not make the others unreadable.
    let entries = lists.flat_map(|list| list.as_bytes().rsplit(|&byte| byte == b','));
    address(std::str::from_utf8(entries.take(trusted_proxies).last()?).ok()?.trim())
}

/// Parses an address as proxies write it, with or without a port.
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
    fn only_entries_of_trusted_proxies_are_believed() {
        let lists = ["9.9.9.9, 1.1.1.1", "2.2.2.2"];
        assert_eq!(forwarded(&lists, 0), None);
        assert_eq!(forwarded(&lists, 1).unwrap(), "2.2.2.2");
        assert_eq!(forwarded(&lists, 2).unwrap(), "1.1.1.1");
        // A client that bypasses the outer proxies is known by the entries of the inner ones.
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
    fn an_ipv6_network_is_one_client() {
        let client = |text: &str| ClientKey::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(client("2001:db8:1:2::3"), client("2001:db8:1:2:ffff::"));
        assert_ne!(client("2001:db8:1:2::3"), client("2001:db8:1:3::3"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
