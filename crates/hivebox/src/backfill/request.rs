//! The days and boxes that a backfill imports.

use hivebox_climate::place::Bbox;
use hivebox_config::mask_secrets;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use opensensemap::BoxId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most days of one request. This limits the size of its record.
const MAX_DAYS: i32 = 36_600;

/// The days and boxes to import, and their source.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillRequest {
    /// The source of the measurements.
    pub source: BackfillSource,
    /// The base address of the API or of the archive.
    pub address: String,
    /// The first day, by UTC.
    pub from: Date,
    /// The last day, by UTC.
    pub to: Date,
    /// The boxes; `None` means all.
    pub boxes: Option<Vec<BoxId>>,
    /// Only boxes with a current position in this area.
    pub bbox: Option<Bbox>,
}

/// A source of past measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum BackfillSource {
    /// The API: up to yesterday, many boxes per answer
    Api,
    /// The daily archive: one file per sensor and day
    Archive,
}

/// Why a request is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackfillRequestError {
    /// The last day is before the first.
    #[error("--to {to} is before --from {from}; swap them")]
    Backwards {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// A requested day is not over.
    #[error("{flag} can be {yesterday} at the latest: later days are not over yet in UTC")]
    NotOver {
        /// The flag with that day.
        flag: &'static str,
        /// The last day that is over.
        yesterday: Date,
    },
    /// There are too many days.
    #[error("a backfill can import {MAX_DAYS} days at most, not {0}; split it")]
    TooLong(i32),
}

/// A request in the form that the store keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredRequest {
    source: BackfillSource,
    address: String,
    from: Date,
    to: Date,
    boxes: Option<Vec<String>>,
    bbox: Option<[f64; 4]>,
}

impl BackfillRequest {
    /// The last day that is over.
    #[must_use]
    pub fn yesterday(now: Timestamp) -> Date {
        Offset::UTC.to_datetime(now).date().saturating_sub(1.day())
    }

    /// Checks the request.
    ///
    /// # Errors
    /// The days are in the wrong order, too many, or not over at `now`.
    pub fn check(&self, now: Timestamp) -> Result<(), BackfillRequestError> {
        let Self { from, to, .. } = *self;
        let yesterday = Self::yesterday(now);
        if from > yesterday {
            Err(BackfillRequestError::NotOver { flag: "--from", yesterday })
        } else if to < from {
            Err(BackfillRequestError::Backwards { from, to })
        } else if to > yesterday {
            Err(BackfillRequestError::NotOver { flag: "--to", yesterday })
        } else if self.day_count() > MAX_DAYS {
            Err(BackfillRequestError::TooLong(self.day_count()))
        } else {
            Ok(())
        }
    }

    /// All its days, in order.
    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        let last = self.to;
        self.from.series(1.day()).take_while(move |day| *day <= last)
    }

    fn day_count(&self) -> i32 {
        self.from.duration_until(self.to).as_hours() as i32 / 24 + 1
    }

    pub(super) fn stored(&self) -> StoredRequest {
        let boxes = self.boxes.as_ref().map(|boxes| {
            let mut ids: Vec<String> = boxes.iter().map(ToString::to_string).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        });
        // The store is no place for a login.
        let address = mask_secrets(self.address.trim_end_matches('/'));
        let bbox = self.bbox.map(|bbox| bbox.degrees());
        StoredRequest { source: self.source, address, from: self.from, to: self.to, boxes, bbox }
    }

    /// The name of its record in the store. The order of the boxes does not change it.
    pub(super) fn key(&self) -> String {
        let text =
            serde_json::to_vec(&self.stored()).expect("text, dates and numbers can be written as JSON");
        let digest = Sha256::digest(text);
        let first = digest.as_slice().first_chunk().expect("a SHA-256 digest has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*first))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn request() -> BackfillRequest {
        BackfillRequest {
            source: BackfillSource::Api,
            address: "https://api.opensensemap.org/".into(),
            from: date(2026, 11, 1),
            to: date(2026, 11, 3),
            boxes: None,
            bbox: None,
        }
    }

    #[test]
    fn equal_requests_have_equal_keys_and_different_ones_do_not() {
        let id = |text: &str| text.parse::<BoxId>().unwrap();
        let (one, two) = (id("5386026e5f08822009b8b60d"), id("5386026e5f08822009b8b60e"));
        let of = |boxes| BackfillRequest { boxes: Some(boxes), ..request() }.key();
        assert_eq!(of(vec![one.clone(), two.clone()]), of(vec![two.clone(), one.clone(), two]));
        assert_ne!(of(vec![one]), request().key());
        assert_ne!(BackfillRequest { to: date(2026, 11, 4), ..request() }.key(), request().key());
        assert_ne!(BackfillRequest { source: BackfillSource::Archive, ..request() }.key(), request().key());
        let bbox = Bbox::new(6.0, 47.0, 15.0, 55.0);
        assert_ne!(BackfillRequest { bbox, ..request() }.key(), request().key());
        assert_eq!(request().key().len(), 16);
        let slash = BackfillRequest { address: "https://api.opensensemap.org".into(), ..request() };
        assert_eq!(slash.key(), request().key());
    }

    #[test]
    fn days_that_are_not_over_are_refused() {
        let now = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(request().check(now("2026-11-04T00:00:00Z")), Ok(()));
        let yesterday = date(2026, 11, 2);
        let not_over = |flag| Err(BackfillRequestError::NotOver { flag, yesterday });
        assert_eq!(request().check(now("2026-11-03T23:59:59Z")), not_over("--to"));
        let today = BackfillRequest { from: date(2026, 11, 3), to: yesterday, ..request() };
        assert_eq!(today.check(now("2026-11-03T23:59:59Z")), not_over("--from"));
        let backwards = BackfillRequest { to: date(2026, 10, 31), ..request() };
        assert!(matches!(
            backwards.check(now("2026-11-04T00:00:00Z")),
            Err(BackfillRequestError::Backwards { .. })
        ));
        let ages = BackfillRequest { from: date(1900, 1, 1), ..request() };
        assert!(matches!(
            ages.check(now("2026-11-04T00:00:00Z")),
            Err(BackfillRequestError::TooLong(46_328))
        ));
        assert_eq!(request().days().count(), 3);
    }
}
