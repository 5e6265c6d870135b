//! Parameters that choose a stretch of time and how it is cut.

use hivebox_archive::history::question::{Every, QuestionError};
use hivebox_kinds::Kind;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::time::{Cuts, Length, Moment, When, Zone};
use super::{Location, Parameter, Reader, Wrong};

/// Where it begins.
pub const FROM: Parameter<Moment> = Parameter {
    name: "from",
    description: "The first moment: a time, a date (from its beginning in `timezone`), or a duration back from now, \
                  rounded to a whole bucket. By default seven days before `to`.",
    kind: Moment,
    example: "-P7D",
    default: None,
};

/// Where it ends.
pub const TO: Parameter<Moment> = Parameter {
    name: "to",
    description: "The end, exclusive: a time, a date (up to its beginning in `timezone`), or a duration back from now, \
                  rounded to a whole bucket. By default now.",
    kind: Moment,
    example: "2026-11-25",
    default: None,
};

/// How it is cut.
pub const EVERY: Parameter<Length> = Parameter {
    name: "every",
    description: "The length of buckets as an ISO 8601 duration (`PT15M`, `PT1H`, `P1D`, `P1W`, `P1M`, `P1Y`), or `all` \
                  for a single bucket. Minutes and hours are counted from 1970-01-01 in UTC. Days, weeks (from Monday), \
                  months and years are those of `timezone`, so a day on which clocks change has 23 or 25 hours. By \
                  default a length that makes at most some 200 buckets.",
    kind: Length,
    example: "PT1H",
    default: None,
};

/// Whose days they are.
pub const TIMEZONE: Parameter<Zone> = Parameter {
    name: "timezone",
    description: "The time zone of dates, days, weeks, months and years, by its name in the IANA time zone database.",
    kind: Zone,
    example: "Europe/Berlin",
    default: Some("UTC"),
};

/// A stretch of time and how it is cut, as far as a request alone tells.
#[derive(Debug, Clone)]
pub struct Stretch {
    from: Option<When>,
    to: Option<When>,
    every: Option<Cuts>,
    zone: TimeZone,
}

/// A stretch of time and how it is cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The first moment.
    pub from: Timestamp,
    /// The end, which is not part of it.
    pub to: Timestamp,
    /// How long buckets are; one for all if `None`.
    pub every: Option<Every>,
    /// Whose days they are.
    pub zone: TimeZone,
}

impl Default for Stretch {
    /// The range of a request without parameters.
    fn default() -> Self {
        Self { from: None, to: None, every: None, zone: TimeZone::UTC }
    }
}

impl Stretch {
    const USUAL: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// There are no readings from before 2014, and a typing error should not request centuries.
    const LONGEST_YEARS: i64 = 50;
    const LONGEST: SignedDuration = SignedDuration::from_hours(Self::LONGEST_YEARS * 366 * 24);

    /// Reads it; `None` if something is wrong with it.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let (from, to) = (reader.query(&FROM), reader.query(&TO));
        let (every, zone) = (reader.query(&EVERY), reader.query(&TIMEZONE));
        // What was given and is wrong is refused in any case.
        Some(Self { from, to, every, zone: zone? })
    }

    /// The stretch as of `now`.
    ///
    /// # Errors
    /// It ends before it begins, or is too long.
    pub fn cut(&self, now: Timestamp) -> Result<Cut, Wrong> {
        let zone = &self.zone;
        let moment = |parameter: &Parameter<Moment>, when: When| {
            when.resolve(now, zone).ok_or_else(|| wrong(parameter, "is out of the range of time"))
        };
        let to = self.to.map_or(Ok(now), |when| moment(&TO, when))?;
        let from = match self.from {
            Some(when) => moment(&FROM, when)?,
            None => to.checked_sub(Self::USUAL).unwrap_or(Timestamp::MIN),
        };
        if from >= to {
            return Err(wrong(&FROM, &format!("is not before to: {from} to {to}")));
        }
        if to.duration_since(from) > Self::LONGEST {
            let detail = format!("is more than {} years before to: {from} to {to}", Self::LONGEST_YEARS);
            return Err(wrong(&FROM, &detail));
        }
        let every = match self.every {
            None => Some(Every::proposed(from, to)),
            Some(Cuts::Every(every)) => Some(every),
            Some(Cuts::None) => None,
        };
        // Where nobody named the moment, buckets are whole: theirs are not cut by when the request came.
        let widened = |moment: Timestamp, given: Option<When>, edge: Edge| {
            let every = every.filter(|_| given.is_none_or(When::is_relative))?;
            edge(every, moment, zone).ok().flatten()
        };
        Ok(Cut {
            from: widened(from, self.from, Every::floor).unwrap_or(from),
            to: widened(to, self.to, Every::ceil).unwrap_or(to),
            every,
            zone: zone.clone(),
        })
    }
}

type Edge = fn(Every, Timestamp, &TimeZone) -> Result<Option<Timestamp>, QuestionError>;

impl Cut {
    /// That there would be more than `most` buckets.
    pub(crate) fn too_many(&self, most: usize) -> Wrong {
        let would_do = Every::proposed(self.from, self.to);
        let detail = format!(
            "every makes more than {most} buckets of the time from {} to {}; {would_do} would do, or ask for less time \
             or fewer phenomena at once.",
            self.from, self.to
        );
        Wrong::beside(Location::Query, EVERY.name, detail, EVERY.kind.allowed())
    }
}

fn wrong(parameter: &Parameter<Moment>, what: &str) -> Wrong {
    let detail = format!("{} {what}.", parameter.name);
    Wrong::beside(Location::Query, parameter.name, detail, parameter.kind.allowed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T12:34:56Z".parse().unwrap()
    }

    fn stretch(from: &str, to: &str, every: &str, zone: &str) -> Stretch {
        let moment = |text: &str| (!text.is_empty()).then(|| Moment.read(text).unwrap());
        Stretch {
            from: moment(from),
            to: moment(to),
            every: (!every.is_empty()).then(|| Length.read(every).unwrap()),
            zone: Zone.read(zone).unwrap(),
        }
    }

    fn cut(from: &str, to: &str, every: &str, zone: &str) -> String {
        let cut = stretch(from, to, every, zone).cut(now()).unwrap();
        let every = cut.every.map_or("all".to_owned(), |every| every.to_string());
        format!("{} {} {every}", cut.from, cut.to)
    }

    #[test]
    fn who_says_nothing_asks_for_whole_hours_of_the_last_week() {
        assert_eq!(cut("", "", "", "UTC"), "2026-11-18T12:00:00Z 2026-11-25T13:00:00Z PT1H");
        assert_eq!(cut("", "2026-11-08", "", "UTC"), "2026-11-01T00:00:00Z 2026-11-08T00:00:00Z PT1H");
    }

    #[test]
    fn what_is_only_so_long_ago_begins_and_ends_with_whole_buckets() {
        let berlin = "Europe/Berlin";
        assert_eq!(cut("-P2D", "", "P1D", berlin), "2026-11-22T23:00:00Z 2026-11-25T23:00:00Z P1D");
        assert_eq!(cut("3 months", "P1M", "P1M", berlin), "2026-07-31T22:00:00Z 2026-10-31T23:00:00Z P1M");
        assert_eq!(cut("36h", "", "", "UTC"), "2026-11-24T00:30:00Z 2026-11-25T12:45:00Z PT15M");
    }

    #[test]
    fn what_is_named_is_taken_as_it_stands() {
        let named = cut("2026-11-24T10:20:00Z", "2026-11-25T10:40:00Z", "P1D", "UTC");
        assert_eq!(named, "2026-11-24T10:20:00Z 2026-11-25T10:40:00Z P1D");
        assert_eq!(cut("-P1D", "", "all", "UTC"), "2026-11-24T12:34:56Z 2026-11-25T12:34:56Z all");
        let month = cut("2026-03-01", "2026-04-01", "P1D", "Europe/Berlin");
        assert_eq!(month, "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z P1D");
    }

    #[test]
    fn what_has_no_length_or_too_much_is_refused() {
        for (from, to, detail) in [
            (
                "2026-11-25",
                "2026-11-25",
                "from is not before to: 2026-11-25T00:00:00Z to 2026-11-25T00:00:00Z.",
            ),
            ("P1D", "P2D", "from is not before to: 2026-11-24T12:34:56Z to 2026-11-23T12:34:56Z."),
            ("2030-01-01", "", "from is not before to: 2030-01-01T00:00:00Z to 2026-11-25T12:34:56Z."),
            (
                "1926-11-25",
                "",
                "from is more than 50 years before to: 1926-11-25T00:00:00Z to 2026-11-25T12:34:56Z.",
            ),
            ("19000 years", "", "from is out of the range of time."),
        ] {
            assert_eq!(stretch(from, to, "", "UTC").cut(now()).unwrap_err().detail, detail);
        }
    }
}
