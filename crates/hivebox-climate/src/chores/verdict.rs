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
        let rank = |verdict| Self::ALL.iter().position(|one| *one == verdict);
        rank(self) < rank(other)
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
