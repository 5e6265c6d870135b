//! Verdicts on chores.

/// Whether a chore can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChoreVerdict {
    /// Yes.
    Go,
    /// Yes, with care.
    Caution,
    /// No.
    No,
    /// Unknown, because an input is missing or the sources are silent.
    Unknown,
}

impl ChoreVerdict {
    /// All verdicts in the order in which their rules are tried, the most careful first.
    pub const ALL: [Self; 4] = [Self::No, Self::Unknown, Self::Caution, Self::Go];

    /// Whether its rules are tried before those of another verdict.
    #[must_use]
    pub fn is_more_careful_than(self, other: Self) -> bool {
        self.rank() < other.rank()
    }

    /// The index in [`ChoreVerdict::ALL`].
    const fn rank(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Unknown => 1,
            Self::Caution => 2,
            Self::Go => 3,
        }
    }

    /// Whether the chore can be done.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Go | Self::Caution)
    }

    /// The name in JSON and in `chores.toml`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Caution => "caution",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}
