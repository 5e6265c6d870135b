//! A client and streaming decoder for the API of [openSenseMap](https://opensensemap.org), the map of
//! citizens' sensors.
//!
//! ```no_run
//! # async fn example() -> Result<(), opensensemap::FetchError> {
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

mod box_id;
mod client;
mod decode;
mod sense_box;

pub use box_id::{BoxId, BoxIdError};
pub use client::{Attempt, Client, ClientOptions, FailureKind, FetchError, Fetched, FetchedBox, Observer};
pub use decode::{DecodeError, Decoded, Decoder, Limits, SkippedBox, decode_box};
pub use sense_box::{LastMeasurement, Location, SenseBox, Sensor};
