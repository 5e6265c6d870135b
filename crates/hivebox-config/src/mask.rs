//! Addresses without their secrets.

/// Hides what may be secret in a value, so that it can be shown: a login, that is, everything before the last `@`, and
/// everything after a `?` or `#`.
///
/// The value may be a misspelled address, so this does not parse it. When in doubt it hides too much.
#[must_use]
pub fn mask_secrets(value: &str) -> String {
    let (scheme, rest) = split_scheme(value);
    mask(scheme, rest, scheme.is_empty())
}

/// Hides the same in a value that should be an address, even if it has no scheme, or no `@` after the login.
#[must_use]
pub fn mask_address(value: &str) -> String {
    // The settings of weather models name one before its address. A login without a host may look like that as well.
    if let Some((model, address)) = value.split_once(':')
        && ["open-meteo", "metno"].contains(&model)
        && (address.contains("://") || address.contains('.'))
    {
        return format!("{model}:{}", mask_address(address));
    }
    let (scheme, rest) = split_scheme(value);
    mask(scheme, rest, ["file:", "memory:"].iter().any(|path| value.starts_with(path)))
}

fn mask(scheme: &str, rest: &str, may_be_anything: bool) -> String {
    let (place, query) = match rest.find(['?', '#']) {
        Some(start) => (&rest[..start], &rest[start..]),
        None => (rest, ""),
    };
    let hidden = if query.is_empty() { "" } else { "?***" };
    match place.rsplit_once('@') {
        // Either the login has a `?`, or the query has an `@`: what is which cannot be told.
        _ if query.contains('@') => format!("{scheme}***"),
        Some((_, place)) => format!("{scheme}***@{place}{hidden}"),
        None if may_be_anything || has_hosts_only(place) => format!("{scheme}{place}{hidden}"),
        None => format!("{scheme}***"),
    }
}

/// The scheme with its `://`, which is empty if there is none, and the rest.
fn split_scheme(value: &str) -> (&str, &str) {
    const LONGEST: usize = "open-meteo:https".len();
    let Some(end) = value.find("://").filter(|end| *end <= LONGEST) else { return ("", value) };
    let scheme = &value[..end];
    let is_plain = scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.:".contains(char));
    // `open-meteo:https` is a scheme, and `USER:PASSWORD` is none.
    let has_login = scheme.rsplit_once(':').is_some_and(|(_, last)| !matches!(last, "http" | "https" | ""));
    if is_plain && !has_login { value.split_at(end + 3) } else { ("", value) }
}

/// Whether an address begins with hosts, each with or without a port, as opposed to a login whose `@` is missing.
fn has_hosts_only(place: &str) -> bool {
    let (hosts, _) = place.split_once('/').unwrap_or((place, ""));
    hosts.is_empty() || hosts.split(',').all(is_host)
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, port),
        _ => (text, "0"),
    };
    let is_one = !host.is_empty() && (!host.contains(':') || (host.starts_with('[') && host.ends_with(']')));
    is_one && port.len() <= 5 && port.chars().all(|char| char.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_hidden_however_the_address_is_spelled() {
        for (value, shown) in [
            ("https://me:S3CRET@host:1/x", "https://***@host:1/x"),
            ("redis://:S3C/RET@host", "redis://***@host"),
            ("redis://:S3C@RET@host", "redis://***@host"),
            ("redis://:S3C?RET@host", "redis://***"),
            ("redis://:S3C#RET@host", "redis://***"),
            ("https://host/x?token=S3CRET", "https://host/x?***"),
            ("https://host/x?token=S3C@RET", "https://***"),
            ("https://host/x#S3CRET", "https://host/x?***"),
            ("https://me:S3CRET@host/x?token=S3CRET", "https://***@host/x?***"),
            ("default:S3CRET@redis:6379", "***@redis:6379"),
            ("redis//:S3CRET@host", "***@host"),
            ("redis:/:S3CRET@host", "***@host"),
            ("redis:://:S3CRET@host", "redis:://***@host"),
            ("redis;//:S3CRET@host", "***@host"),
            ("user:S3CRET://host", "***"),
            ("redis://:S3CRET", "redis://***"),
            ("redis://default:S3CRET:redis:6379", "redis://***"),
            ("default:S3CRET:redis:6379", "***"),
            ("redis+sentinel://:S3CRET@a:1,b:2/hive", "redis+sentinel://***@a:1,b:2/hive"),
            ("open-meteo:https://me:S3CRET@host?key=S3CRET", "open-meteo:https://***@host?***"),
            ("open-meteo:ftp://me:S3CRET@host", "open-meteo:ftp://***@host"),
            ("metno:me:S3CRET@host.org", "metno:***@host.org"),
            ("metno:S3CRET@host", "***@host"),
            ("metno:me:S3CRET", "***"),
        ] {
            assert_eq!(mask_address(value), shown, "{value}");
        }
    }

    #[test]
    fn an_address_without_a_secret_is_shown_whole() {
        for value in [
            "memory:",
            "memory",
            "file:./a b/c.json",
            "file:///a/b:c/d.json",
            "redis://cache",
            "rediss://cache:7000/2",
            "redis+cluster://a:1,b:2",
            "redis://[::1]:7000",
            "https://api.opensensemap.org",
            "http://127.0.0.1:5001/api",
            "ballista://scheduler:50050",
            "cache:6379",
            "off",
        ] {
            assert_eq!(mask_address(value), value);
            assert_eq!(mask_secrets(value), value);
        }
        for value in ["open-meteo:ftp://api.open-meteo.com", "metno:api.met.no/v2", "dwd:https://example.org"]
        {
            assert_eq!(mask_address(value), value);
        }
        assert_eq!(mask_secrets("10:Cold,32:Good,:Hot"), "10:Cold,32:Good,:Hot");
    }
}
