//! Lengths of time and moments.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo, Timestamp};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

use super::Kind;

/// A length of time, such as `90s`, `1h 30m`, `7d` or `PT90S`. A day has 24 hours. Years and months are refused,
/// since they differ in length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    /// The shortest.
    pub shortest: Duration,
    /// The longest; `None` means no limit.
    pub longest: Option<Duration>,
    /// Some values as people write them; empty if the bounds are example enough.
    pub examples: &'static str,
}

/// A moment, by RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant;

impl TimeSpan {
    /// Forms that are always read; jiff knows more ways to write a duration.
    const PATTERN: &'static str = "^([1-9][0-9]{0,4} ?(s|m|min|h|d)|P[1-9][0-9]{0,4}D|PT[1-9][0-9]{0,4}[HMS]|PT[1-9][0-9]{0,2}H[1-5]?[0-9]M)$";

    /// A length of time within bounds.
    #[must_use]
    pub const fn within(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest: Some(longest), examples: "" }
    }

    /// A length of time without a limit.
    #[must_use]
    pub const fn any(examples: &'static str) -> Self {
        Self { shortest: Duration::ZERO, longest: None, examples }
    }
}

impl Kind for TimeSpan {
    type Value = Duration;

    fn read(&self, text: &str) -> Result<Duration, String> {
        let span: Span = text.parse().map_err(|_| "is not a duration".to_owned())?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let duration = duration.map_err(|_| "has years or months, which differ in length".to_owned())?;
        let duration = Duration::try_from(duration).map_err(|_| "is negative".to_owned())?;
        let is_short = self.longest.is_none_or(|longest| duration <= longest);
        if duration >= self.shortest && is_short { Ok(duration) } else { Err("is out of range".to_owned()) }
    }

    fn allowed(&self) -> String {
        let bounds = match self.longest {
            Some(longest) => format!(" from {} to {}", short(self.shortest), short(longest)),
            None if self.shortest.is_zero() => String::new(),
            None => format!(" from {}", short(self.shortest)),
        };
        let comma = if bounds.is_empty() { "" } else { "," };
        let examples = match self.examples {
            "" => String::new(),
            examples => format!("{comma} such as {examples}"),
        };
        format!("a duration{bounds}{examples}")
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::PATTERN)).into()
    }
}

/// A duration in the largest unit that makes a whole number of it.
fn short(duration: Duration) -> String {
    const UNITS: [(u128, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let millis = duration.as_millis();
    if millis == 0 {
        return "0s".to_owned();
    }
    let (size, unit) = UNITS.into_iter().find(|(size, _)| millis.is_multiple_of(*size)).unwrap_or((1, "ms"));
    format!("{}{unit}", millis / size)
}

impl Kind for Instant {
    type Value = Timestamp;

    fn read(&self, text: &str) -> Result<Timestamp, String> {
        text.parse().map_err(|_| "is not a moment".to_owned())
    }

    fn allowed(&self) -> String {
        "a date and a time with Z or an offset, such as 2024-10-14T09:20:00Z".to_owned()
    }

    fn schema(&self) -> Schema {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn durations_are_read_from_milliseconds_to_days() {
        let kind = TimeSpan::within(Duration::ZERO, 100 * DAY);
        for (text, millis) in [("250ms", 250), ("90s", 90_000), ("1h 30m", 5_400_000), ("7d", 604_800_000)] {
            assert_eq!(kind.read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "5", "5x", "-1s", "1 month", "101d"] {
            assert!(kind.read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_read_as_iso_8601_and_as_people_write_them() {
        let kind = TimeSpan::any("30m");
        for (text, seconds) in [("30m", 1800), ("2h", 7200), ("1h 30m", 5400), ("PT90S", 90), ("P1D", 86_400)]
        {
            assert_eq!(kind.read(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "5", "-1h", "1 month", "P1Y", "soon"] {
            assert!(kind.read(wrong).is_err(), "{wrong}");
        }
        for (text, minutes) in [("10 min", 10), ("99999d", 99_999 * 24 * 60), ("PT12H5M", 725)] {
            assert_eq!(kind.read(text), Ok(Duration::from_mins(minutes)), "{text}: as the pattern has it");
        }
    }

    #[test]
    fn bounds_are_told_in_the_largest_unit() {
        for (shortest, longest, told) in [
            (Duration::ZERO, Duration::from_mins(5), "a duration from 0s to 5m"),
            (Duration::from_millis(50), Duration::from_mins(1), "a duration from 50ms to 1m"),
            (Duration::from_secs(90), 7 * DAY, "a duration from 90s to 7d"),
            (Duration::from_hours(1), DAY, "a duration from 1h to 1d"),
        ] {
            assert_eq!(TimeSpan::within(shortest, longest).allowed(), told);
        }
        let spans = TimeSpan { examples: "90d", ..TimeSpan::within(Duration::from_hours(1), 100 * DAY) };
        assert_eq!(spans.allowed(), "a duration from 1h to 100d, such as 90d");
        assert_eq!(TimeSpan::any("30m or 2h").allowed(), "a duration such as 30m or 2h");
    }
}
