//! The length of buckets, and how it is written.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Span, Timestamp};

/// The length of buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// A fixed length in whole seconds, at least [`Every::SHORTEST`], counted from 1970-01-01T00:00Z.
    Fixed(Duration),
    /// Days of the zone, counted from 1970-01-01. They have 23 or 25 hours when its clocks change.
    Days(u32),
    /// Weeks of the zone from Monday to Sunday, counted from the week of 1970-01-01.
    Weeks(u32),
    /// Months of the zone, counted from January of year 0. 3 are a quarter, 12 a year.
    Months(u32),
}

impl Every {
    /// The shortest fixed length.
    pub const SHORTEST: Duration = Duration::from_mins(1);
}

/// A text is not a length of buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EveryError {
    /// It is not a duration.
    #[error("is not a duration")]
    NoDuration,
    /// A month has no fixed number of days, nor a day of hours.
    #[error("mixes years and months, weeks, days, or hours and less with another of them")]
    Mixed,
    /// It is shorter than a minute, not in whole seconds, or too long.
    #[error("is not from a minute to 9,999 years, in whole seconds")]
    Range,
}

impl Every {
    /// The proposed lengths, from short to long.
    const STEPS: [Self; 11] = [
        Self::minutes(5),
        Self::minutes(15),
        Self::minutes(60),
        Self::minutes(180),
        Self::minutes(360),
        Self::Days(1),
        Self::Weeks(1),
        Self::Months(1),
        Self::Months(3),
        Self::Months(12),
        Self::Months(120),
    ];
    /// The most buckets that a chart can show.
    const PROPOSED_BUCKETS: u64 = 200;

    const fn minutes(minutes: u64) -> Self {
        Self::Fixed(Duration::from_secs(60 * minutes))
    }

    /// The shortest common length that makes at most about 200 buckets.
    ///
    /// ```
    /// use hivebox_archive::history::question::Every;
    ///
    /// let week = Every::proposed("2026-11-18T00:00:00Z".parse()?, "2026-11-25T00:00:00Z".parse()?);
    /// assert_eq!(week.to_string(), "PT1H");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn proposed(from: Timestamp, to: Timestamp) -> Self {
        let length = to.duration_since(from);
        let fits = |every: &&Self| every.about() * Self::PROPOSED_BUCKETS as i32 >= length;
        *Self::STEPS.iter().find(fits).unwrap_or(&Self::STEPS[Self::STEPS.len() - 1])
    }

    /// About how long such a bucket is.
    fn about(self) -> SignedDuration {
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        match self {
            Self::Fixed(length) => SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX),
            Self::Days(days) => DAY.saturating_mul(days as i32),
            Self::Weeks(weeks) => (DAY * 7).saturating_mul(weeks as i32),
            Self::Months(months) => (DAY * 30).saturating_mul(months as i32),
        }
    }
}

/// Reads ISO 8601 durations, such as `PT15M`, `P1D`, `P1W`, `P3M` or `P1Y`, and common spellings, such as `15m` or `1 day`.
impl FromStr for Every {
    type Err = EveryError;

    fn from_str(text: &str) -> Result<Self, EveryError> {
        let span: Span = text.parse().map_err(|_| EveryError::NoDuration)?;
        if !span.is_positive() {
            return Err(EveryError::Range);
        }
        let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
        let (weeks, days) = (i64::from(span.get_weeks()), i64::from(span.get_days()));
        let rest = span.years(0).months(0).weeks(0).days(0);
        let count = |count: i64| u32::try_from(count).map_err(|_| EveryError::Range);
        match (months, weeks, days, rest.is_zero()) {
            (1.., 0, 0, true) => count(months).map(Self::Months),
            (0, 1.., 0, true) => count(weeks).map(Self::Weeks),
            (0, 0, 1.., true) => count(days).map(Self::Days),
            (0, 0, 0, false) => {
                let length = SignedDuration::try_from(rest).map_err(|_| EveryError::Range)?;
                let length = Duration::try_from(length).map_err(|_| EveryError::Range)?;
                let is_usable = length >= Self::SHORTEST && length.subsec_nanos() == 0;
                is_usable.then_some(Self::Fixed(length)).ok_or(EveryError::Range)
            }
            _ => Err(EveryError::Mixed),
        }
    }
}

/// Writes an ISO 8601 duration.
impl fmt::Display for Every {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fixed(length) => {
                let seconds = length.as_secs();
                let parts = [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M'), (seconds % 60, 'S')];
                formatter.write_str("PT")?;
                parts
                    .iter()
                    .filter(|(count, _)| *count > 0)
                    .try_for_each(|(count, unit)| write!(formatter, "{count}{unit}"))
            }
            Self::Days(days) => write!(formatter, "P{days}D"),
            Self::Weeks(weeks) => write!(formatter, "P{weeks}W"),
            Self::Months(months) if months % 12 == 0 => write!(formatter, "P{}Y", months / 12),
            Self::Months(months) => write!(formatter, "P{months}M"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_iso_8601_and_as_people_write_them() {
        for (text, every, canonical) in [
            ("PT15M", Every::minutes(15), "PT15M"),
            ("15m", Every::minutes(15), "PT15M"),
            ("90 minutes", Every::minutes(90), "PT1H30M"),
            ("PT24H", Every::minutes(24 * 60), "PT24H"),
            ("P1D", Every::Days(1), "P1D"),
            ("2 weeks", Every::Weeks(2), "P2W"),
            ("P3M", Every::Months(3), "P3M"),
            ("1y", Every::Months(12), "P1Y"),
            ("P1Y6M", Every::Months(18), "P18M"),
        ] {
            assert_eq!(text.parse(), Ok(every), "{text}");
            assert_eq!(every.to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(every));
        }
        for (text, error) in [
            ("", EveryError::NoDuration),
            ("hour", EveryError::NoDuration),
            ("60", EveryError::NoDuration),
            ("P1DT12H", EveryError::Mixed),
            ("P1M1D", EveryError::Mixed),
            ("P1W1D", EveryError::Mixed),
            ("PT59S", EveryError::Range),
            ("PT60.5S", EveryError::Range),
            ("PT0S", EveryError::Range),
            ("-PT1H", EveryError::Range),
        ] {
            assert_eq!(text.parse::<Every>(), Err(error), "{text}");
        }
    }

    #[test]
    fn as_many_buckets_are_proposed_as_a_chart_can_show() {
        let from = Timestamp::UNIX_EPOCH;
        let proposed =
            |hours: i64| Every::proposed(from, from + SignedDuration::from_hours(hours)).to_string();
        let proposed = [1, 24, 7 * 24, 31 * 24, 366 * 24, 5 * 366 * 24, 20 * 366 * 24].map(proposed);
        assert_eq!(proposed, ["PT5M", "PT15M", "PT1H", "PT6H", "P1W", "P1M", "P3M"]);
        assert_eq!(Every::proposed(Timestamp::MIN, Timestamp::MAX).to_string(), "P10Y");
    }
}
