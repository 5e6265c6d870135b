//! A client and streaming decoder for the API of [openSenseMap](https://opensensemap.org), the map of
//! citizens' sensors.
//!
//! ```no_run
//! # async fn example() -> Result<(), opensensemap::FetchError> {
//! // Once per process, before its first client; whoever installed one earlier has chosen.
//! drop(rustls::crypto::ring::default_provider().install_default());
//! let client = opensensemap::Client::new(opensensemap::ClientOptions::default())?;
//! let fetched = client.fold_boxes(|| 0, |sensors, sense_box| *sensors += sense_box.sensors().len()).await?;
//! println!("{} boxes have {} sensors", fetched.decoded.boxes, fetched.value);
//! # Ok(())
//! # }
//! ```
//!
//! [`Client`] asks: within bounds of size and time, again when it fails, and not at all for a while when it
//! keeps failing. [`Decoder`] reads: an answer of 20 MB as it arrives, holding one box at a time, in every
//! form that the API has been seen to send. [`SenseBox`] is what it reads, borrowed from the answer's text.
//!
//! Of the past, [`Client::measurements`] asks the API, [`Client::archive_folders`] and [`Client::archive_day`] the daily archive. What the API would answer with
//! nothing, or with a part, without saying so is refused beforehand ([`QuestionError`]) or told ([`Measurements::may_be_cut`]).

mod archive;
mod box_id;
mod client;
mod decode;
mod question;
mod rows;
mod sense_box;

pub use archive::{ArchiveFolder, ListingError};
pub use box_id::{BoxId, BoxIdError};
pub use client::{
    Attempt, Client, ClientOptions, FailureKind, FetchError, Fetched, FetchedBox, Measurements, Observer,
};
pub use decode::{DecodeError, Decoded, Decoder, Limits, SkippedBox, decode_box};
pub use question::{MAX_BOX_IDS, MAX_MEASUREMENTS, MAX_SPAN, MeasurementQuery, QuestionError};
pub use rows::{MeasurementRow, RowsError};
pub use sense_box::{LastMeasurement, Location, SenseBox, Sensor};
