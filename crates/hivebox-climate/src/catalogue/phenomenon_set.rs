//! Sets of phenomena.

use std::ops::{BitAnd, BitOr, Not};

use crate::phenomenon::PhenomenonId;

/// A set of phenomena of one catalogue, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PhenomenonSet(u64);

impl PhenomenonSet {
    /// The number of phenomena that a set can tell apart.
    pub(super) const CAPACITY: usize = u64::BITS as usize;
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u64::MAX);

    pub(super) const fn of(id: PhenomenonId) -> Self {
        Self(1 << id.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitAnd for PhenomenonSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for PhenomenonSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Not for PhenomenonSet {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}
