//! The trait of all sources, and its vocabulary.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::forecast::Forecast;

/// A weather model that can be asked about places.
pub trait Source: std::fmt::Debug + Send + Sync {
    /// Its name, licence and attribution.
    fn facts(&self) -> &'static SourceFacts;

    /// The largest number of places in one call of [`fetch`](Self::fetch).
    fn most_places(&self) -> usize;

    /// What the source says about each place, in the order of the questions. A fault of one place does not spoil
    /// the others. `now` is the time of day, for expiry.
    fn fetch<'a>(
        &'a self,
        questions: &'a [Question],
        now: Timestamp,
    ) -> BoxFuture<'a, Vec<Result<Answer, FetchError>>>;
}

/// What users must be told about a source.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Its name in settings and JSON, such as `open-meteo`.
    pub slug: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The attribution that its licence requires.
    pub attribution: &'static str,
    /// The address that the attribution links to.
    pub attribution_address: &'static str,
    /// The name of the licence of its data.
    pub licence: &'static str,
    /// The address of that licence.
    pub licence_address: &'static str,
}

/// A place in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Degrees north, -90 to 90.
    pub latitude_degrees: f64,
    /// Degrees east, -180 to 180.
    pub longitude_degrees: f64,
}

/// A question about one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The place.
    pub spot: Spot,
    /// That of the last forecast for the same place, if there is one.
    pub validator: Option<Validator>,
}

/// What a source gave to ask whether something has changed: its `Last-Modified`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validator(pub String);

/// What a source says about one place.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A forecast.
    Forecast(Forecast),
    /// The last forecast still holds.
    Unchanged {
        /// Until when the source must not be asked again.
        expires_at: Timestamp,
    },
}

/// Why a source has no forecast for a place.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {}
