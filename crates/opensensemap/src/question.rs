//! What is asked of the past, checked before it is sent.

use std::ops::Range;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::BoxId;

/// The most values that the API gives in one answer. Of more it gives so many, and does not say so.
pub const MAX_MEASUREMENTS: usize = 10_000;

/// The longest time that may be asked for at once. To a longer one the API answers with nothing at all, and status 200.
///
/// It is a millisecond less than 31 days, since the API leaves out both ends of the time that it is asked for.
pub const MAX_SPAN: Duration = Duration::from_millis(31 * 86_400_000 - 1);

/// The most boxes that may be asked for by their ids: more make an address longer than proxies take.
pub const MAX_BOX_IDS: usize = 200;

/// A question for [`Client::measurements`](crate::Client::measurements): the measurements of one phenomenon, of some boxes, in a time.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementQuery {
    phenomenon: String,
    area: Area,
    times: Range<Timestamp>,
    box_ids: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Area {
    Boxes(Vec<BoxId>),
    /// West, south, east, north, in degrees.
    Within([f64; 4]),
}

/// Why a question about the past is not sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// The API needs the title of a sensor, letter for letter.
    #[error("name the phenomenon by the title of its sensors")]
    NoPhenomenon,
    /// No or too many boxes.
    #[error("ask for 1 to {MAX_BOX_IDS} boxes at once, not for {0}")]
    Boxes(usize),
    /// A bounding box that is not on Earth, or is empty.
    #[error("{0:?} is not west, south, east and north of an area, in degrees")]
    Area([f64; 4]),
    /// The time ends before it begins.
    #[error("the time must end after {0}, where it begins")]
    Empty(Timestamp),
    /// The time is longer than [`MAX_SPAN`].
    #[error(
        "ask for less than 31 days at once: to {0:?} the API answers with nothing, as if there were no data"
    )]
    TooLong(SignedDuration),
    /// A text is not the id of a sensor.
    #[error("{0:?} is not the id of a sensor, which has 24 hex digits")]
    SensorId(String),
}

impl MeasurementQuery {
    /// Asks boxes for what their sensors with this title (letter for letter) measured in a time, with its start and without its end.
    ///
    /// # Errors
    /// The question would be refused, or answered with nothing.
    pub fn of_boxes(
        phenomenon: &str,
        boxes: Vec<BoxId>,
        times: Range<Timestamp>,
    ) -> Result<Self, QuestionError> {
        if !(1..=MAX_BOX_IDS).contains(&boxes.len()) {
            return Err(QuestionError::Boxes(boxes.len()));
        }
        Self::new(phenomenon, Area::Boxes(boxes), times)
    }

    /// Asks all boxes in an area, given by its west, south, east and north in degrees.
    ///
    /// # Errors
    /// As [`of_boxes`](Self::of_boxes).
    pub fn within(
        phenomenon: &str,
        bounds: [f64; 4],
        times: Range<Timestamp>,
    ) -> Result<Self, QuestionError> {
        let [west, south, east, north] = bounds;
        let on_earth = [west, east].iter().all(|degrees| degrees.abs() <= 180.0)
            && [south, north].iter().all(|degrees| degrees.abs() <= 90.0);
        if !on_earth || west >= east || south >= north {
            return Err(QuestionError::Area(bounds));
        }
        Self::new(phenomenon, Area::Within(bounds), times)
    }

    /// Asks for the box of each measurement as well.
    #[must_use]
    pub fn with_box_ids(self) -> Self {
        Self { box_ids: true, ..self }
    }

    pub(crate) fn has_box_ids(&self) -> bool {
        self.box_ids
    }

    fn new(phenomenon: &str, area: Area, times: Range<Timestamp>) -> Result<Self, QuestionError> {
        let phenomenon = phenomenon.trim().to_owned();
        if phenomenon.is_empty() {
            return Err(QuestionError::NoPhenomenon);
        }
        if times.is_empty() {
            return Err(QuestionError::Empty(times.start));
        }
        let span = times.end.duration_since(times.start);
        if span.unsigned_abs() > MAX_SPAN {
            return Err(QuestionError::TooLong(span));
        }
        Ok(Self { phenomenon, area, times, box_ids: false })
    }

    /// The path and query that ask it.
    pub(crate) fn path(&self) -> String {
        const ROUTE: &str = "/boxes/data?";
        // Measurements are told to the millisecond, and the API leaves out both ends.
        let from = ceil_millis(self.times.start) - 1;
        let to = ceil_millis(self.times.end);
        let columns =
            if self.box_ids { "sensorId,boxId,createdAt,value" } else { "sensorId,createdAt,value" };
        let (area, value) = match &self.area {
            Area::Boxes(ids) => ("boxId", ids.iter().map(BoxId::as_str).collect::<Vec<_>>().join(",")),
            Area::Within(bounds) => ("bbox", bounds.map(|degrees| degrees.to_string()).join(",")),
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
        assert_eq!(ask(" ", boxes(), day()), QuestionError::NoPhenomenon);
        assert_eq!(ask("PM10", vec![], day()), QuestionError::Boxes(0));
        assert_eq!(ask("PM10", vec![ID.parse().unwrap(); 201], day()), QuestionError::Boxes(201));
        let month = times("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!(ask("PM10", boxes(), month), QuestionError::TooLong(SignedDuration::from_hours(31 * 24)));
        let start = "2026-11-02T00:00:00Z".parse().unwrap();
        assert_eq!(ask("PM10", boxes(), start..start), QuestionError::Empty(start));
        for bounds in [[0.0, 0.0, 0.0, 1.0], [-181.0, 0.0, 0.0, 1.0], [0.0, f64::NAN, 1.0, 1.0]] {
            assert!(MeasurementQuery::within("PM10", bounds, day()).is_err(), "{bounds:?}");
        }
    }
}
