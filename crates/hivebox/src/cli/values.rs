//! Values of flags that are neither settings nor parameters of a query.

use hivebox_kinds::{Formed, Kind};
use jiff::civil::Date;

/// A day.
pub(super) const DAY: Formed<Date> = Formed::by(hivebox_kinds::parse, "a day such as 2026-01-31");

/// Reads the value of a flag.
///
/// # Errors
/// The text is not of the kind. The error says why, and what is allowed.
pub(super) fn read<K: Kind>(kind: &K, text: &str) -> Result<K::Value, String> {
    kind.read(text).map_err(|reason| format!("it {reason}; allowed: {}", kind.allowed()))
}

/// What clap reads the values of a flag by.
pub(super) fn of<K: Kind + Clone>(kind: K) -> impl Fn(&str) -> Result<K::Value, String> + Clone {
    move |text| read(&kind, text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hivebox_config::TIME_TO_KEEP;
    use hivebox_kinds::Instant;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_refused_with_an_example() {
        assert!(read(&Instant, "2024-10-14T09:20:00Z").is_ok());
        assert!(read(&Instant, "yesterday").unwrap_err().contains("2024-10-14T09:20:00Z"));
        assert!(read(&DAY, "2026-01-31").is_ok());
        assert!(read(&DAY, "01/31").unwrap_err().contains("2026-01-31"));
        assert_eq!(read(&TIME_TO_KEEP, "90d"), Ok(Duration::from_hours(90 * 24)));
        for wrong in ["-1h", "0s", "59m", "old"] {
            assert!(read(&TIME_TO_KEEP, wrong).unwrap_err().contains("90d"), "{wrong}");
        }
    }
}
