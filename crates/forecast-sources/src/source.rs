//! The trait of all sources, and its vocabulary.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::forecast::Forecast;
use crate::http::FetchError;

/// A weather model that can be asked about places.
pub trait Source: std::fmt::Debug + Send + Sync {
    /// Its name, licence and attribution.
    fn facts(&self) -> &'static SourceFacts;

    /// The largest number of places in one call of [`fetch`](Self::fetch).
    fn most_places(&self) -> usize;

    /// What a question about a place takes of the source's quota, in the unit of that quota.
    fn place_cost(&self) -> u64 {
        1
    }

    /// What the source says about each place, in the order of the questions. A fault of one place does not spoil
    /// the others. `now` is the time of day, for expiry. At `deadline` it ends with what has arrived; the rest is
    /// [`FetchError::Late`] or [`FetchError::NotAsked`].
    fn fetch<'a>(
        &'a self,
        questions: &'a [Question],
        now: Timestamp,
        deadline: Instant,
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

impl Spot {
    /// Whether both coordinates are finite and within their range.
    pub(crate) fn is_on_earth(self) -> bool {
        self.latitude_degrees.abs() <= 90.0 && self.longitude_degrees.abs() <= 180.0
    }

    /// The error of asking about no place on earth.
    pub(crate) fn no_place(self) -> FetchError {
        let Self { latitude_degrees, longitude_degrees } = self;
        FetchError::NoPlace { latitude_degrees, longitude_degrees }
    }

    /// The distance along the great circle.
    pub(crate) fn kilometres_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude_degrees.to_radians(), other.latitude_degrees.to_radians());
        let half_north = (to - from) / 2.0;
        let half_east = (other.longitude_degrees - self.longitude_degrees).to_radians() / 2.0;
        let haversine = half_north.sin().powi(2) + from.cos() * to.cos() * half_east.sin().powi(2);
        2.0 * 6371.0 * haversine.sqrt().min(1.0).asin()
    }

    /// Latitude and longitude with at most four decimals, which is the most that MET Norway takes.
    pub(crate) fn decimals(self) -> (String, String) {
        let text = |degrees: f64| {
            let rounded = (degrees * 1e4).round() / 1e4;
            // Adding zero takes the sign of a negative one.
            (rounded + 0.0).to_string()
        };
        (text(self.latitude_degrees), text(self.longitude_degrees))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(latitude_degrees: f64, longitude_degrees: f64) -> Spot {
        Spot { latitude_degrees, longitude_degrees }
    }

    #[test]
    fn coordinates_have_at_most_four_decimals() {
        let decimals = |latitude, longitude| spot(latitude, longitude).decimals();
        assert_eq!(decimals(52.516_278_9, 13.4), ("52.5163".into(), "13.4".into()));
        assert_eq!(decimals(-0.000_01, 0.1 + 0.2), ("0".into(), "0.3".into()));
        assert_eq!(decimals(-89.999_99, -180.0), ("-90".into(), "-180".into()));
    }

    #[test]
    fn distances_are_those_along_the_great_circle() {
        let kilometres = |from: Spot, to| from.kilometres_to(to).round();
        assert!((kilometres(spot(52.52, 13.41), spot(48.14, 11.58)) - 504.0).abs() < 2.0, "Berlin to Munich");
        assert!(kilometres(spot(0.0, 179.95), spot(0.0, -179.95)) < 12.0, "across the date line");
        assert!(kilometres(spot(90.0, 0.0), spot(90.0, 180.0)) < 1.0, "one pole");
    }
}
