//! What clients prefer, as `Accept` and `Accept-Encoding` have it (RFC 9110, section 12).

/// One thing that a client accepts, and how much it wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference<'a> {
    /// A media range, an encoding, or a wildcard.
    pub of: &'a str,
    /// In thousandths: 0 means that it is not acceptable.
    pub quality: u16,
}

/// What a header says; what cannot be read is left out.
pub fn preferences(header: &str) -> impl Iterator<Item = Preference<'_>> {
    header.split(',').filter_map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let of = parts.next().filter(|of| !of.is_empty())?;
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
        });
        let quality = match weight {
            None => 1000,
            Some(weight) => thousandths(weight)?,
        };
        Some(Preference { of, quality })
    })
}

/// How much a client wants a media type: by the range that names it most exactly. Zero if none does.
pub(super) fn quality(ranges: &[Preference<'_>], media_type: &str) -> u16 {
    let exactness = |range: &str| {
        if range.eq_ignore_ascii_case(media_type) {
            return Some(3);
        }
        let (kind, any) = range.split_once('/')?;
        let same_kind = media_type.split_once('/').is_some_and(|(of, _)| of.eq_ignore_ascii_case(kind));
        match (kind, any) {
            ("*", "*") => Some(1),
            (_, "*") if same_kind => Some(2),
            _ => None,
        }
    };
    let fitting = ranges.iter().filter_map(|range| Some((exactness(range.of)?, range.quality)));
    fitting.max().map_or(0, |(_, quality)| quality)
}

/// A weight: from 0 to 1, with at most three decimals.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_plain = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let decimals: u16 = is_plain.then(|| format!("{decimals:0<3}").parse().ok())??;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_and_what_is_none_is_left_out() {
        let read: Vec<_> = preferences("gzip;q=0.5, br ; Q=1.0,, zstd;q=2, *;q=0, x;level=1;q=0.123")
            .map(|preference| (preference.of, preference.quality))
            .collect();
        assert_eq!(read, [("gzip", 500), ("br", 1000), ("*", 0), ("x", 123)]);
    }
}
