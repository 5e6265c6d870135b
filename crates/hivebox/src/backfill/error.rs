//! Why a backfill stops.

use hivebox_archive::ArchiveError;
use jiff::Timestamp;
use opensensemap::FetchError;

use super::request::BackfillRequestError;
use hivebox_refresh::upstream::PollError;

/// Why a backfill stopped. Days that were done by then stay done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackfillError {
    /// The request cannot be answered.
    #[error(transparent)]
    BackfillRequest(#[from] BackfillRequestError),
    /// The list of boxes could not be had.
    #[error("the list of boxes could not be had")]
    Boxes(#[from] PollError),
    /// Upstream is a file, which has no past.
    #[error("a recorded answer has no past; --upstream must be the address of an API")]
    NoApi,
    /// No box is meant.
    #[error("there is no such box: see --boxes and --bbox")]
    NoBoxes,
    /// Upstream did not answer for too long.
    #[error("{what} could not be had; what was done is kept, and the same command goes on from there")]
    Fetch {
        /// What was asked for.
        what: String,
        /// Why it could not be had.
        source: FetchError,
    },
    /// Even the shortest time has an answer that is cut.
    #[error(
        "{title:?} has more values around {at} than one answer can have; leave out its box by naming others with --boxes"
    )]
    TooMany {
        /// The title of the sensors.
        title: String,
        /// When.
        at: Timestamp,
    },
    /// The store failed, or the history is damaged.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What the store remembers of this request cannot be read.
    #[error(
        "{object} in the store cannot be read: {reason}; remove it to begin anew, which changes nothing that was brought in"
    )]
    Record {
        /// Where it is.
        object: String,
        /// What is wrong with it.
        reason: String,
    },
}
