//! Whether a reading can be trusted, and if not, why not.

use jiff::{SignedDuration, Timestamp};

use crate::catalogue::{Catalogue, Meaning};
use crate::phenomenon::PhenomenonId;
use crate::quantity::Canonical;

/// How far a clock may be ahead. HiveBox ignores what claims to be from further in the future: the clock that
/// stamped it is wrong, or ours has stepped back since.
pub const MAX_CLOCK_LEAD: SignedDuration = SignedDuration::from_mins(5);

/// With how many sensors of one phenomenon a box counts: the first so many in its own order. Of the
/// 11,390 boxes of 2023, 36 have more thermometers in the air. Without a limit one box would count as
/// much as any number of others.
pub const MAX_SENSORS_OF_A_BOX: usize = 4;

/// The judgement of one reading. Each reading has exactly one verdict: of those that apply, the
/// last in the order below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Current, plausible and in a known unit: the reading counts.
    Ok,
    /// Of a sensor beyond the first [`MAX_SENSORS_OF_A_BOX`] of its box that measure the phenomenon.
    Surplus,
    /// Outside the plausible range of the phenomenon.
    Implausible,
    /// A number that the chip or its driver sends instead of a reading, such as -127 °C.
    Sentinel,
    /// The unit cannot be converted, or the catalogue does not know the title.
    UnitUnknown,
    /// Older than the maximum age.
    Stale,
    /// Measured in the future, by more than an inaccurate clock explains.
    FromFuture,
    /// The value is not a finite number.
    NotANumber,
    /// The sensor has no reading, or one without a time.
    Missing,
}

impl Verdict {
    /// All verdicts; `ALL[verdict.index()]` is `verdict`.
    pub const ALL: [Self; 9] = [
        Self::Ok,
        Self::Surplus,
        Self::Implausible,
        Self::Sentinel,
        Self::UnitUnknown,
        Self::Stale,
        Self::FromFuture,
        Self::NotANumber,
        Self::Missing,
    ];

    /// The index in [`Verdict::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in metrics, snapshots and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Surplus => "surplus",
            Self::Implausible => "implausible",
            Self::Sentinel => "sentinel",
            Self::UnitUnknown => "unit_unknown",
            Self::Stale => "stale",
            Self::FromFuture => "from_future",
            Self::NotANumber => "not_a_number",
            Self::Missing => "missing",
        }
    }

    /// Whether the sensor reports anything at present, good or bad: its reading is neither missing
    /// nor stale.
    #[must_use]
    pub const fn is_current(self) -> bool {
        !matches!(self, Self::Stale | Self::Missing)
    }
}

/// The limits on a reading's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictRules {
    /// The maximum age: an older reading is stale, one of exactly this age is not.
    pub max_age: SignedDuration,
    /// The maximum lead: a reading further in the future has a wrong time; up to here its clock is
    /// merely a little fast. The API itself refuses more than one minute by its own clock.
    pub max_lead: SignedDuration,
}

impl Default for VerdictRules {
    /// A maximum age of one hour and a maximum lead of five minutes.
    fn default() -> Self {
        Self { max_age: SignedDuration::from_hours(1), max_lead: MAX_CLOCK_LEAD }
    }
}

/// A verdict and the value that it judges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The value in the canonical unit wherever it can be converted, even if it does not count.
    pub value: Option<Canonical>,
}

impl Judged {
    /// The same, for a sensor that may be surplus in its box.
    pub(crate) fn surplus_if(self, is_surplus: bool) -> Self {
        let verdict = if is_surplus && self.verdict == Verdict::Ok { Verdict::Surplus } else { self.verdict };
        Self { verdict, ..self }
    }
}

/// Judges a value measured at `measured_at` as of `as_of`, without regard to the other sensors of the
/// box.
pub fn judge(
    catalogue: &Catalogue,
    rules: &VerdictRules,
    as_of: Timestamp,
    meaning: Meaning,
    raw: f64,
    measured_at: Timestamp,
) -> Judged {
    if !raw.is_finite() {
        return Judged { verdict: Verdict::NotANumber, value: None };
    }
    let (phenomenon, value) = match meaning {
        Meaning::Measures { phenomenon, conversion } => {
            let value = catalogue.phenomenon(phenomenon).value(raw, conversion);
            (Some(phenomenon), Some(value))
        }
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
    // Converting a huge number can overflow to infinity: implausible, and not a value.
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
