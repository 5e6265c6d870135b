//! Questions about past measurements, validated before they are sent.

use std::ops::Range;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::box_id::BoxId;

/// The most measurements in one answer. The API drops the rest without notice.
pub const MAX_MEASUREMENTS: usize = 10_000;

/// The longest time span of one question. For a longer one the API answers with status 200 and
/// nothing.
///
/// It is a millisecond less than 31 days, because the API excludes both ends of the span.
pub const MAX_SPAN: Duration = Duration::from_millis(31 * 86_400_000 - 1);

/// The most box ids in one question: more would make the address too long for proxies.
pub const MAX_BOX_IDS: usize = 200;

/// A question for [`Client::measurements`](crate::Client::measurements): the measurements of one
/// phenomenon by some boxes in a time span.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementQuery {
    phenomenon: String,
    area: QueryArea,
    times: Range<Timestamp>,
    box_ids: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum QueryArea {
    Boxes(Vec<BoxId>),
    /// West, south, east and north in degrees.
    Within([f64; 4]),
}

/// Why a question about past measurements cannot be sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasurementQueryError {
    /// The title is empty.
    #[error("the phenomenon is empty: give the title of the sensors, letter for letter")]
    NoPhenomenon,
    /// The number of boxes is zero or too large.
    #[error("ask for 1 to {MAX_BOX_IDS} boxes at once, not for {0}")]
    Boxes(usize),
    /// The bounding box is empty or not on Earth.
    #[error("{0:?} must be west, south, east and north in degrees, with west < east and south < north")]
    Area([f64; 4]),
    /// The time span is empty.
    #[error("the time span must end after its start, {0}")]
    Empty(Timestamp),
    /// The time span is longer than [`MAX_SPAN`].
    #[error("ask for less than 31 days at once, not for {0:?}: the API would answer with nothing")]
    TooLong(SignedDuration),
    /// The text is not a sensor id.
    #[error("{0:?} is not a sensor id, which has 24 hex digits")]
    SensorId(String),
}

impl MeasurementQuery {
    /// Asks for the measurements of these boxes, from all sensors with this title (letter for
    /// letter), from the start of `times` up to but not including its end.
    ///
    /// # Errors
    /// [`MeasurementQueryError`] if the API would refuse the question or answer it with nothing.
    pub fn of_boxes(
        phenomenon: &str,
        boxes: Vec<BoxId>,
        times: Range<Timestamp>,
    ) -> Result<Self, MeasurementQueryError> {
        if !(1..=MAX_BOX_IDS).contains(&boxes.len()) {
            return Err(MeasurementQueryError::Boxes(boxes.len()));
        }
        Self::new(phenomenon, QueryArea::Boxes(boxes), times)
    }

    /// Asks all boxes in an area, given as west, south, east and north in degrees.
    ///
    /// # Errors
    /// As for [`of_boxes`](Self::of_boxes).
    pub fn within(
        phenomenon: &str,
        bounds: [f64; 4],
        times: Range<Timestamp>,
    ) -> Result<Self, MeasurementQueryError> {
        let [west, south, east, north] = bounds;
        let on_earth = [west, east].iter().all(|degrees| degrees.abs() <= 180.0)
            && [south, north].iter().all(|degrees| degrees.abs() <= 90.0);
        if !on_earth || west >= east || south >= north {
            return Err(MeasurementQueryError::Area(bounds));
        }
        Self::new(phenomenon, QueryArea::Within(bounds), times)
    }

    /// Asks for the box id of each measurement as well.
    #[must_use]
    pub fn with_box_ids(self) -> Self {
        Self { box_ids: true, ..self }
    }

    pub(crate) fn has_box_ids(&self) -> bool {
        self.box_ids
    }

    fn new(
        phenomenon: &str,
        area: QueryArea,
        times: Range<Timestamp>,
    ) -> Result<Self, MeasurementQueryError> {
        let phenomenon = phenomenon.trim().to_owned();
        if phenomenon.is_empty() {
            return Err(MeasurementQueryError::NoPhenomenon);
        }
        if times.is_empty() {
            return Err(MeasurementQueryError::Empty(times.start));
        }
        let span = times.end.duration_since(times.start);
        if span.unsigned_abs() > MAX_SPAN {
            return Err(MeasurementQueryError::TooLong(span));
        }
        Ok(Self { phenomenon, area, times, box_ids: false })
    }

    /// The path and query string.
    pub(crate) fn path(&self) -> String {
        const ROUTE: &str = "/boxes/data?";
        // Measurement times have milliseconds, and the API excludes both ends.
        let from = ceil_millis(self.times.start) - 1;
        let to = ceil_millis(self.times.end);
        let columns =
            if self.box_ids { "sensorId,boxId,createdAt,value" } else { "sensorId,createdAt,value" };
        let (area, value) = match &self.area {
            QueryArea::Boxes(ids) => ("boxId", ids.iter().map(BoxId::as_str).collect::<Vec<_>>().join(",")),
            QueryArea::Within(bounds) => ("bbox", bounds.map(|degrees| degrees.to_string()).join(",")),
        };
        let mut query = form_urlencoded::Serializer::for_suffix(ROUTE.to_owned(), ROUTE.len());
        query
            .append_pair("phenomenon", &self.phenomenon)
            .append_pair(area, &value)
            .append_pair("from-date", &iso(from))
            .append_pair("to-date", &iso(to))
            .append_pair("columns", columns)
            .append_pair("format", "csv");
        query.finish()
    }
}

fn ceil_millis(moment: Timestamp) -> i64 {
    moment.as_millisecond() + i64::from(moment.subsec_nanosecond() % 1_000_000 > 0)
}

fn iso(millis: i64) -> String {
    let moment = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN);
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5386026e5f08822009b8b60d";

    fn times(from: &str, to: &str) -> Range<Timestamp> {
        from.parse().unwrap()..to.parse().unwrap()
    }

    #[test]
    fn a_question_becomes_an_address_that_leaves_nothing_out() {
        let day = times("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
        let query = MeasurementQuery::of_boxes("rel. Luftfeuchte", vec![ID.parse().unwrap()], day).unwrap();
        assert_eq!(
            query.with_box_ids().path(),
            "/boxes/data?phenomenon=rel.+Luftfeuchte&boxId=5386026e5f08822009b8b60d\
             &from-date=2026-10-31T23%3A59%3A59.999Z&to-date=2026-11-02T00%3A00%3A00.000Z\
             &columns=sensorId%2CboxId%2CcreatedAt%2Cvalue&format=csv"
        );
    }

    #[test]
    fn what_would_be_answered_with_nothing_is_not_asked() {
        let boxes = || vec![ID.parse().unwrap()];
        let day = || times("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
        let ask = |title, boxes, times| MeasurementQuery::of_boxes(title, boxes, times).unwrap_err();
        assert_eq!(ask(" ", boxes(), day()), MeasurementQueryError::NoPhenomenon);
        assert_eq!(ask("PM10", vec![], day()), MeasurementQueryError::Boxes(0));
        assert_eq!(ask("PM10", vec![ID.parse().unwrap(); 201], day()), MeasurementQueryError::Boxes(201));
        let month = times("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!(
            ask("PM10", boxes(), month),
            MeasurementQueryError::TooLong(SignedDuration::from_hours(31 * 24))
        );
        let start = "2026-11-02T00:00:00Z".parse().unwrap();
        assert_eq!(ask("PM10", boxes(), start..start), MeasurementQueryError::Empty(start));
        for bounds in [[0.0, 0.0, 0.0, 1.0], [-181.0, 0.0, 0.0, 1.0], [0.0, f64::NAN, 1.0, 1.0]] {
            assert!(MeasurementQuery::within("PM10", bounds, day()).is_err(), "{bounds:?}");
        }
    }
}
