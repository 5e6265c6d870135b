//! Whether a reading can be trusted, and if not, why not.

use jiff::{SignedDuration, Timestamp};

use crate::catalogue::{Catalogue, Meaning};
use crate::phenomenon::PhenomenonId;
use crate::quantity::Canonical;

/// How far a clock may be ahead. What claims to be from further in the future is ignored: the clock that
/// stamped it is wrong, or ours has stepped back since.
pub const MAX_CLOCK_LEAD: SignedDuration = SignedDuration::from_mins(5);

/// What is said of one reading. Each reading has exactly one verdict: the first in the order below, read
/// from the end, that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Current, in a known unit and plausible: it counts.
    Ok,
    /// Outside the range that the phenomenon can have.
    Implausible,
    /// A number by which the sensor's chip or driver says that it has no reading, such as -127 °C.
    Sentinel,
    /// The unit cannot be converted, or what the sensor measures is not in the catalogue.
    UnitUnknown,
    /// Measured longer ago than readings may be.
    Stale,
    /// Measured in the future, by more than clocks go wrong.
    FromFuture,
    /// The value is no finite number.
    NotANumber,
    /// The sensor has no reading, or one without a time.
    Missing,
}

impl Verdict {
    /// All verdicts; `ALL[verdict.index()]` is the verdict itself.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Implausible,
        Self::Sentinel,
        Self::UnitUnknown,
        Self::Stale,
        Self::FromFuture,
        Self::NotANumber,
        Self::Missing,
    ];

    /// The place in [`Verdict::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in metrics, snapshots and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Implausible => "implausible",
            Self::Sentinel => "sentinel",
            Self::UnitUnknown => "unit_unknown",
            Self::Stale => "stale",
            Self::FromFuture => "from_future",
            Self::NotANumber => "not_a_number",
            Self::Missing => "missing",
        }
    }

    /// Whether the sensor says something now, be it good or bad: what it says is neither missing nor stale.
    #[must_use]
    pub const fn is_current(self) -> bool {
        !matches!(self, Self::Stale | Self::Missing)
    }
}

/// What readings are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// A reading older than this is stale; one exactly this old is not.
    pub max_age: SignedDuration,
    /// A reading further than this in the future is from the future; up to here it is a clock that goes
    /// wrong a little. The API itself refuses more than one minute, at its own clock.
    pub max_lead: SignedDuration,
}

impl Default for Rules {
    /// One hour and five minutes.
    fn default() -> Self {
        Self { max_age: SignedDuration::from_hours(1), max_lead: MAX_CLOCK_LEAD }
    }
}

/// A verdict with the value that it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The value, wherever there is one that can be converted, also when it does not count.
    pub value: Option<Canonical>,
}

/// Judges a value measured at `measured_at` as of `as_of`.
pub fn judge(
    catalogue: &Catalogue,
    rules: &Rules,
    as_of: Timestamp,
    meaning: Meaning,
    raw: f64,
    measured_at: Timestamp,
) -> Judged {
    if !raw.is_finite() {
        return Judged { verdict: Verdict::NotANumber, value: None };
    }
    let (phenomenon, value) = match meaning {
        Meaning::Measures { phenomenon, conversion } => (Some(phenomenon), Some(conversion.apply(raw))),
        Meaning::UnitUnknown { .. } | Meaning::Unknown => (None, None),
    };
    let age = as_of.duration_since(measured_at);
    let verdict = if age < -rules.max_lead {
        Verdict::FromFuture
    } else if age > rules.max_age {
        Verdict::Stale
    } else {
        judge_value(catalogue, phenomenon.zip(value))
    };
    // Converting can take a finite number beyond what an `f64` holds, which is implausible, and no value.
    Judged { verdict, value: value.filter(|value| value.is_finite()).map(Canonical) }
}

fn judge_value(catalogue: &Catalogue, measured: Option<(PhenomenonId, f64)>) -> Verdict {
    let Some((phenomenon, value)) = measured else {
        return Verdict::UnitUnknown;
    };
    let phenomenon = catalogue.phenomenon(phenomenon);
    if phenomenon.is_sentinel(value) {
        Verdict::Sentinel
    } else if phenomenon.plausible().contains(&value) {
        Verdict::Ok
    } else {
        Verdict::Implausible
    }
}
