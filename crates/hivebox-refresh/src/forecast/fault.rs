//! Why there is no forecast for a cell that was asked about.

use forecast_sources::{FailureKind, FetchError};

use super::convert::Useless;

/// Why there is no forecast for a cell that was asked about.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Fetch(FetchError),
    #[error("the forecast is no use: {0}")]
    Useless(Useless),
    #[error("the source says nothing in time")]
    Silent,
}

impl Fault {
    /// Whether nothing was sent, so that the failure says nothing about the cell.
    pub(super) fn is_not_asked(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.kind() == FailureKind::NotAsked)
    }

    /// The name in metrics.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.kind().slug(),
            Self::Useless(_) => "useless",
            Self::Silent => "silent",
        }
    }
}
