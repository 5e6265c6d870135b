//! Errors of a backfill.

use hivebox_archive::ArchiveError;
use jiff::Timestamp;
use opensensemap::FetchError;

use super::request::BackfillRequestError;
use hivebox_refresh::upstream::PollError;

/// Why a backfill stopped. Finished days stay done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackfillError {
    /// The request is invalid.
    #[error(transparent)]
    BackfillRequest(#[from] BackfillRequestError),
    /// The list of boxes cannot be fetched.
    #[error("cannot fetch the boxes from {address}")]
    Boxes {
        /// The address of the API.
        address: String,
        /// Why.
        source: PollError,
    },
    /// Upstream is a file, not an API.
    #[error("a recorded answer contains no past; give the address of an API with --upstream")]
    NoApi,
    /// No box matches the request.
    #[error("no box matches; check --boxes and --bbox")]
    NoBoxes,
    /// Upstream failed for too long.
    #[error("cannot fetch {what}; finished days are kept, and the same command resumes there")]
    Fetch {
        /// The requested values.
        what: String,
        /// Why the request failed.
        source: FetchError,
    },
    /// The archive refuses a file.
    #[error(
        "the archive refuses {what}, so it may block this client: ask its operator; finished days are kept, and the same \
         command resumes there"
    )]
    Refused {
        /// The file.
        what: String,
        /// How it was refused.
        source: FetchError,
    },
    /// Even the answer for the shortest time is truncated.
    #[error(
        "{title:?} has more values around {at} than fit into one answer; exclude its box by naming the others with --boxes"
    )]
    TooMany {
        /// The title of the sensors.
        title: String,
        /// The time of the values.
        at: Timestamp,
    },
    /// The store failed, or the history is damaged.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The record of this request in the store cannot be read.
    #[error(
        "{object} in the store cannot be read: {reason}; remove it to start over, which keeps all imported readings"
    )]
    Record {
        /// The path of the record.
        object: String,
        /// Why it cannot be read.
        reason: String,
    },
}
