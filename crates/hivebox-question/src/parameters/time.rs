//! Values of parameters that say when: moments, lengths of buckets, time zones.

use hivebox_archive::history::question::{Every, EveryError};
use hivebox_kinds::Kind;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// A moment: given as such, by a calendar, or by how long ago it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment;

/// When, as far as a request alone tells.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// At a moment.
    At(Timestamp),
    /// When a calendar and a clock of a time zone show this.
    Shown(DateTime),
    /// So long ago; never negative.
    Ago(Span),
}

/// The length of buckets of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length;

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cuts {
    /// Not at all.
    None,
    /// Into buckets of a length.
    Every(Every),
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone;

impl When {
    /// The moment, in a zone and as of `now`; `None` if that is out of the range of time.
    #[must_use]
    pub fn resolve(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::At(moment) => Some(moment),
            Self::Shown(shown) => Some(shown.to_zoned_datetime(zone.clone()).ok()?.timestamp()),
            // By the calendar: a month ago is the same day of the month before.
            Self::Ago(span) => Some(now.to_zoned_datetime(zone.clone()).checked_sub(span).ok()?.timestamp()),
        }
    }

    /// Whether it is relative to now.
    #[must_use]
    pub fn is_relative(self) -> bool {
        matches!(self, Self::Ago(_))
    }
}

impl Moment {
    /// What is always read; jiff knows more ways to write each.
    const PATTERN: &'static str = concat!(
        "^(20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?",
        "|-?P[1-9][0-9]{0,2}[DWM]|-?PT[1-9][0-9]{0,3}[HM]|[1-9][0-9]{0,2} ?(h|d|w))$",
    );
}

impl Kind for Moment {
    type Value = When;

    fn read(&self, text: &str) -> Result<When, String> {
        if let Ok(moment) = text.parse() {
            return Ok(When::At(moment));
        }
        if let Ok(shown) = text.parse() {
            return Ok(When::Shown(shown));
        }
        let span: Span = text.parse().map_err(|_| "is not a moment, a date or a duration".to_owned())?;
        Ok(When::Ago(span.abs()))
    }

    fn allowed(&self) -> String {
        "a time with Z or an offset such as 2026-11-24T12:00:00Z, a date such as 2026-11-24, or a duration \
         back from now such as -P7D, PT12H or 7d"
            .to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::PATTERN)).into()
    }
}

impl Length {
    /// One for all, as requests have it.
    pub const ALL: &'static str = "all";
    const PATTERN: &'static str =
        "^(all|PT[1-9][0-9]{0,3}[HM]|P[1-9][0-9]{0,2}[DWMY]|[1-9][0-9]{0,2} ?(h|d|w))$";
}

impl Kind for Length {
    type Value = Cuts;

    fn read(&self, text: &str) -> Result<Cuts, String> {
        if text == Self::ALL {
            return Ok(Cuts::None);
        }
        text.parse().map(Cuts::Every).map_err(|error: EveryError| error.to_string())
    }

    fn allowed(&self) -> String {
        "a duration of whole minutes or hours, days, weeks, months or years, such as PT15M, PT1H, P1D, P1W, P1M or \
         P1Y, or all"
            .to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::PATTERN)).into()
    }
}

impl Kind for Zone {
    type Value = TimeZone;

    fn read(&self, text: &str) -> Result<TimeZone, String> {
        TimeZone::get(text).map_err(|_| "is not a time zone".to_owned())
    }

    fn allowed(&self) -> String {
        "the name of a zone in the IANA time zone database, such as UTC or Europe/Berlin".to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(64)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As of noon in Berlin on a day after the clocks have been changed.
    fn resolved(text: &str) -> String {
        let now = "2026-10-26T11:00:00Z".parse().unwrap();
        Moment.read(text).unwrap().resolve(now, &Zone.read("europe/berlin").unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_moment_is_a_time_or_a_date_or_a_while_ago() {
        for (text, moment) in [
            ("2026-10-14T09:20:00Z", "2026-10-14T09:20:00Z"),
            ("2026-10-14T09:20:00+02:00", "2026-10-14T07:20:00Z"),
            ("2026-10-14", "2026-10-13T22:00:00Z"),
            ("2026-10-14T09:20", "2026-10-14T07:20:00Z"),
            ("-P1D", "2026-10-25T11:00:00Z"),
            ("P2D", "2026-10-24T10:00:00Z"),
            ("1 month", "2026-09-26T10:00:00Z"),
            ("36h", "2026-10-24T23:00:00Z"),
            ("PT0S", "2026-10-26T11:00:00Z"),
        ] {
            assert_eq!(resolved(text), moment, "{text}");
        }
        for wrong in ["", "soon", "5", "2026-13-01", "12:00", "1700000000"] {
            assert!(Moment.read(wrong).is_err(), "{wrong}");
        }
        assert!(
            When::Ago(Span::new().years(19_000))
                .resolve("2026-11-25T12:34:56Z".parse().unwrap(), &TimeZone::UTC)
                .is_none()
        );
    }

    #[test]
    fn time_zones_are_those_of_the_database_in_the_binary() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Pacific/Kiritimati"] {
            assert_eq!(Zone.read(name).unwrap().iana_name(), Some(name));
        }
        for wrong in ["", "Berlin", "CET-1CEST", "+02:00", "../../etc/passwd"] {
            assert!(Zone.read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_length_is_that_of_a_bucket_or_of_all() {
        assert_eq!(Length.read("all"), Ok(Cuts::None));
        assert_eq!(Length.read("P1W"), Ok(Cuts::Every(Every::Weeks(1))));
        assert_eq!(Length.read("often"), Err("is not a duration".to_owned()));
    }
}
