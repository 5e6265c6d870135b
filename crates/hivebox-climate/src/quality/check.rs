//! Checks, their outcomes, and how far they let a reading be trusted.

/// A check that can find a plausible reading to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Check {
    /// The reading is not far from those of the boxes around it.
    Neighbours,
    /// The value has not stayed the same for longer than weather does.
    Stuck,
    /// The value does not look like a heated room, unless the box says that it is in one.
    Indoor,
    /// No other box at the same place sent the same reading.
    Duplicate,
    /// The box seems to stand where it says, not where its latitude and longitude would be swapped.
    Place,
    /// No other value of the same chip says that the chip has failed.
    Chip,
}

/// The result of a [`Check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The check found nothing wrong.
    Passed,
    /// The reading should not be trusted.
    Failed,
    /// The phenomenon has no rule, there is too little to compare with, or the verdict has already
    /// ruled the reading out.
    NotChecked,
}

/// How far a reading can be trusted, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Its verdict is [`Verdict::Ok`](crate::verdict::Verdict::Ok).
    Plausible,
    /// It is plausible, and no check failed, but nobody else stands there who could object: no box
    /// around measures the same, or the box has no place.
    Alone,
    /// It is plausible, no check failed, and others stand around.
    Unsuspicious,
    /// It is unsuspicious, and close to the boxes around it: nearer than the check of neighbours
    /// demands.
    Confirmed,
}

impl Check {
    /// All checks; `ALL[check.index()]` is `check`.
    pub const ALL: [Self; 6] =
        [Self::Neighbours, Self::Stuck, Self::Indoor, Self::Duplicate, Self::Place, Self::Chip];

    /// The index in [`Check::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in JSON and metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Neighbours => "neighbours",
            Self::Stuck => "stuck",
            Self::Indoor => "indoor",
            Self::Duplicate => "duplicate",
            Self::Place => "place",
            Self::Chip => "chip",
        }
    }

    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Outcome {
    /// The name in JSON and metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }
}

impl Level {
    /// All levels, from the least trusted.
    pub const ALL: [Self; 4] = [Self::Plausible, Self::Alone, Self::Unsuspicious, Self::Confirmed];

    /// What estimates and statistics ask for, unless clients say otherwise: no check objects. Where
    /// only one box stands, it is better than nothing.
    pub const USUAL: Self = Self::Alone;

    /// The name in parameters and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Plausible => "plausible",
            Self::Alone => "alone",
            Self::Unsuspicious => "unsuspicious",
            Self::Confirmed => "confirmed",
        }
    }

    /// The level with this name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert!(Check::ALL.iter().enumerate().all(|(index, check)| check.index() == index));
        assert!(Level::ALL.into_iter().all(|level| Level::from_slug(level.slug()) == Some(level)));
        assert_eq!(Level::from_slug("perfect"), None);
    }
}
