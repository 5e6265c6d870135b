//! Values of flags, as people write them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

/// A moment.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "use a time with its zone, such as 2024-10-14T09:20:00Z".into())
}

/// A day.
pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "use a day such as 2026-01-31".into())
}

/// How long snapshots may be kept: an hour at least, since `5m` may have been meant as months.
pub(super) fn time_to_keep(text: &str) -> Result<Duration, String> {
    hivebox_config::time_to_keep(text)
        .map_err(|_| "use a duration of an hour or more, such as 12h or 90d".into())
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
        assert_eq!(time_to_keep("90d"), Ok(Duration::from_hours(90 * 24)));
        for wrong in ["-1h", "0s", "59m", "old"] {
            assert!(time_to_keep(wrong).unwrap_err().contains("90d"), "{wrong}");
        }
    }
}
