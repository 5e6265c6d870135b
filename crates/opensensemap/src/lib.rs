//! A client and streaming decoder for the API of [openSenseMap](https://opensensemap.org), the map
//! of citizens' sensors.
//!
//! ```
//! use opensensemap::{Decoder, LastMeasurement, Limits, SenseBox};
//!
//! let mut decoder = Decoder::new(Limits::default());
//! let mut values = Vec::new();
//! let mut collect = |sense_box: SenseBox<'_>| {
//!     for sensor in sense_box.sensors().filter(|sensor| sensor.title() == "Temperatur") {
//!         if let LastMeasurement::Reading { value: Some(value), .. } = sensor.last_measurement() {
//!             values.push(value.into_owned());
//!         }
//!     }
//! };
//! // The answer of `GET /boxes?full=true` may arrive in pieces of any size.
//! decoder.push(br#"[{"_id":"5386026e5f08822009b8b60d","sensors":[{"title":"Tempe"#, &mut collect)?;
//! decoder.push(br#"ratur","lastMeasurement":{"value":"16.07"}}]}]"#, &mut collect)?;
//! assert_eq!(decoder.finish(&mut collect)?.boxes, 1);
//! assert_eq!(values, ["16.07"]);
//! # Ok::<(), opensensemap::DecodeError>(())
//! ```
//!
//! [`Client`] fetches and decodes in one go:
//!
//! ```no_run
//! # async fn example() -> Result<(), opensensemap::FetchError> {
//! use opensensemap::{Client, ClientOptions};
//!
//! // Once per process, before its first client; an error means that there is a provider already.
//! let _ = rustls::crypto::ring::default_provider().install_default();
//! let client = Client::new(ClientOptions::default())?;
//! let count = |sensors: &mut usize, sense_box: opensensemap::SenseBox<'_>| *sensors += sense_box.sensors().len();
//! let fetched = client.fold_boxes(|| 0, count).await?;
//! println!("{} boxes have {} sensors", fetched.decoded.boxes, fetched.value);
//! # Ok(())
//! # }
//! ```
//!
//! * [`Client`] limits time and size, retries failed attempts, and stops asking for a while when the
//!   API keeps failing.
//! * [`Decoder`] reads an answer of 20 MB while it arrives, holding one box at a time, in every form
//!   that the API has been seen to send. [`SenseBox`] borrows from the answer's text.
//! * [`Client::measurements`] fetches past measurements from the API, [`Client::archive_folders`] and
//!   [`Client::archive_day`] from the daily archive. Questions that the API would answer with nothing,
//!   without an error, are refused ([`MeasurementQueryError`]); answers that it may have cut short are
//!   marked ([`Measurements::may_be_cut`]).

mod archive;
mod box_id;
mod client;
mod decode;
mod instant;
mod json;
mod measurement_query;
mod rows;
mod sense_box;

pub use archive::{ArchiveFolder, ArchiveFolderError, ListingError, ListingReader};
pub use box_id::{BoxId, BoxIdError};
pub use client::{
    AnswerFacts, Attempt, Client, ClientOptions, FailureKind, FetchError, Fetched, FetchedBox, Measurements,
    Observer, WallClock,
};
pub use decode::{DecodeError, Decoded, Decoder, Limits, SkipCounts, SkipReason, SkippedElement, decode_box};
pub use measurement_query::{
    MAX_BOX_IDS, MAX_MEASUREMENTS, MAX_SPAN, MeasurementQuery, MeasurementQueryError,
};
pub use rows::{MeasurementRow, RowsError};
pub use sense_box::{LastMeasurement, Location, SenseBox, Sensor};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
