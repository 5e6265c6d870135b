//! Boxes and sensors, as views of the API's JSON.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::json::{BoxSpans, MeasurementSpans, SensorSpans, Span};

/// One senseBox of an answer, borrowing the answer's text.
///
/// All texts are spelled as the owner or the API spelled them; only their encoding is checked.
#[derive(Debug, Clone, Copy)]
pub struct SenseBox<'a> {
    text: &'a str,
    spans: &'a BoxSpans,
}

/// The location of a box (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees east; between -180 and 180.
    pub longitude_degrees: f64,
    /// Degrees north; between -90 and 90.
    pub latitude_degrees: f64,
    /// Metres above sea level, which a third of the boxes give.
    pub height_metres: Option<f64>,
}

impl Location {
    /// The location; `None` if it is not on Earth.
    pub(crate) fn on_earth(
        longitude_degrees: f64,
        latitude_degrees: f64,
        height_metres: Option<f64>,
    ) -> Option<Self> {
        let is_on_earth = longitude_degrees.abs() <= 180.0 && latitude_degrees.abs() <= 90.0;
        is_on_earth.then_some(Self { longitude_degrees, latitude_degrees, height_metres })
    }
}

/// One sensor of a box.
#[derive(Debug, Clone, Copy)]
pub struct Sensor<'a> {
    text: &'a str,
    spans: &'a SensorSpans,
}

/// The last measurement of a sensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastMeasurement<'a> {
    /// The key is missing or null.
    Absent,
    /// Only the measurement's id (24 hex digits): the request did not ask for values.
    Reference(Cow<'a, str>),
    /// A value and its time, each `None` if missing or malformed.
    Reading {
        /// The value as text; the API sends most as strings, a few as numbers.
        value: Option<Cow<'a, str>>,
        /// The measurement time.
        created_at: Option<Timestamp>,
    },
}

impl<'a> SenseBox<'a> {
    pub(crate) fn new(text: &'a str, spans: &'a BoxSpans) -> Self {
        Self { text, spans }
    }

    /// The id: 24 hex digits in all answers seen, and empty only if the API sends it so.
    #[must_use]
    pub fn id(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.id)
    }

    /// The name given by the owner; empty if there is none.
    #[must_use]
    pub fn name(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.name)
    }

    /// `indoor`, `outdoor`, `mobile` or `unknown`; empty if the API does not say.
    #[must_use]
    pub fn exposure(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.exposure)
    }

    /// The model, such as `homeV2Wifi` or `custom`; empty if the API does not say.
    #[must_use]
    pub fn model(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.model)
    }

    /// The tags by which owners group their boxes. Empty tags, which the API sends for none, are
    /// dropped.
    pub fn grouptags(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.spans.grouptags.iter().map(move |&span| text_at(text, Some(span))).filter(|tag| !tag.is_empty())
    }

    /// The current location; `None` if the API gives none, or one that is not on Earth.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        let [longitude, latitude, height] = self.spans.coordinates;
        Location::on_earth(longitude?, latitude?, height)
    }

    /// The sensors, in the API's order.
    #[must_use]
    pub fn sensors(&self) -> impl ExactSizeIterator<Item = Sensor<'a>> + use<'a> {
        let text = self.text;
        self.spans.sensors.iter().map(move |spans| Sensor { text, spans })
    }
}

impl<'a> Sensor<'a> {
    /// The id: 24 hex digits in all answers seen; empty if missing.
    #[must_use]
    pub fn id(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.id)
    }

    /// What it measures, in the owner's words; empty if missing.
    #[must_use]
    pub fn title(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.title)
    }

    /// The unit, in the owner's spelling; empty if missing.
    #[must_use]
    pub fn unit(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.unit)
    }

    /// The chip, such as `BME280`; empty if missing.
    #[must_use]
    pub fn sensor_type(&self) -> Cow<'a, str> {
        text_at(self.text, self.spans.sensor_type)
    }

    /// The last measurement.
    #[must_use]
    pub fn last_measurement(&self) -> LastMeasurement<'a> {
        match self.spans.last_measurement {
            MeasurementSpans::Absent => LastMeasurement::Absent,
            MeasurementSpans::Reference(id) => LastMeasurement::Reference(text_at(self.text, Some(id))),
            MeasurementSpans::Reading { value, created_at } => LastMeasurement::Reading {
                value: value.map(|value| text_at(self.text, Some(value))),
                created_at,
            },
        }
    }
}

/// The text of a span, with escapes resolved. An escape that JSON does not define is kept.
fn text_at(text: &str, span: Option<Span>) -> Cow<'_, str> {
    let Some(span) = span else {
        return Cow::Borrowed("");
    };
    let (start, end) = (span.start as usize, span.end as usize);
    if span.escaped
        && let Some(Ok(resolved)) = text.get(start - 1..=end).map(serde_json::from_str::<String>)
    {
        return Cow::Owned(resolved);
    }
    // Spans end at quotes and other ASCII characters of this very text.
    Cow::Borrowed(&text[start..end])
}
