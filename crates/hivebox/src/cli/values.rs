//! Values of flags, as people write them.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{Span, SpanRelativeTo, Timestamp};

/// A moment.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "use a time with its zone, such as 2024-10-14T09:20:00Z".into())
}

/// A day.
pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "use a day such as 2026-01-31".into())
}

/// An age; a day has 24 hours.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    let age = text.parse::<Span>().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    let age = age.ok().and_then(|age| Duration::try_from(age).ok());
    age.ok_or_else(|| "use a duration such as 12h or 90d".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_refused_with_an_example() {
        assert!(moment("2024-10-14T09:20:00Z").is_ok());
        assert!(moment("yesterday").unwrap_err().contains("2024-10-14T09:20:00Z"));
        assert!(date("2026-01-31").is_ok());
        assert!(date("01/31").unwrap_err().contains("2026-01-31"));
        assert_eq!(age("90d"), Ok(Duration::from_hours(90 * 24)));
        assert!(age("-1h").unwrap_err().contains("90d") && age("old").is_err());
    }
}
