//! Reads one senseBox from the API's JSON, as spans of its text.

use jiff::Timestamp;

use super::scan::{ScanError, Scanner, Span};
use crate::instant::InstantReader;

/// A box as spans of its bytes. Reused from box to box, so reading allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct BoxSpans {
    pub(crate) id: Option<Span>,
    pub(crate) name: Option<Span>,
    pub(crate) exposure: Option<Span>,
    pub(crate) model: Option<Span>,
    pub(crate) coordinates: [Option<f64>; 3],
    pub(crate) grouptags: Vec<Span>,
    pub(crate) has_sensors: bool,
    pub(crate) sensors: Vec<SensorSpans>,
}

/// A sensor as spans of its box's bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SensorSpans {
    pub(crate) id: Option<Span>,
    pub(crate) title: Option<Span>,
    pub(crate) unit: Option<Span>,
    pub(crate) sensor_type: Option<Span>,
    pub(crate) last_measurement: MeasurementSpans,
}

/// The forms of `lastMeasurement`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum MeasurementSpans {
    /// `null`, or the key is missing.
    #[default]
    Absent,
    /// The 24 hex digits of a measurement's id, which the API did not resolve.
    Reference(Span),
    /// `{"value": …, "createdAt": …}`.
    Reading { value: Option<Span>, created_at: Option<Timestamp> },
}

const LONGITUDE: usize = 0;
const LATITUDE: usize = 1;
const HEIGHT: usize = 2;

impl BoxSpans {
    /// Reads the object at the cursor into `self`, whatever the order of its keys.
    pub(crate) fn read(
        &mut self,
        cursor: &mut Scanner<'_>,
        instants: &mut InstantReader,
    ) -> Result<(), ScanError> {
        *self = Self {
            grouptags: std::mem::take(&mut self.grouptags),
            sensors: std::mem::take(&mut self.sensors),
            ..Self::default()
        };
        self.grouptags.clear();
        self.sensors.clear();
        object(cursor, |key, cursor| {
            match key {
                b"_id" | b"id" => self.id = text(cursor)?,
                b"name" => self.name = text(cursor)?,
                b"exposure" => self.exposure = text(cursor)?,
                b"model" => self.model = text(cursor)?,
                b"grouptag" => self.read_grouptags(cursor)?,
                b"currentLocation" => self.read_location(cursor)?,
                b"longitude" => self.coordinates[LONGITUDE] = number(cursor)?,
                b"latitude" => self.coordinates[LATITUDE] = number(cursor)?,
                b"sensors" => self.read_sensors(cursor, instants)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })
    }

    /// A list of tags, or a single tag as in old boxes.
    fn read_grouptags(&mut self, cursor: &mut Scanner<'_>) -> Result<(), ScanError> {
        self.grouptags.clear();
        if cursor.peek()? == b'"' {
            self.grouptags.push(cursor.string()?);
            return Ok(());
        }
        array(cursor, |cursor| {
            self.grouptags.extend(text(cursor)?);
            Ok(())
        })
    }

    fn read_location(&mut self, cursor: &mut Scanner<'_>) -> Result<(), ScanError> {
        if cursor.peek()? != b'{' {
            return cursor.skip();
        }
        object(cursor, |key, cursor| match key {
            b"coordinates" => self.read_coordinates(cursor),
            _ => cursor.skip(),
        })
    }

    /// Longitude, latitude, and perhaps height. With more numbers than these the third is something
    /// else: some boxes send their place twice.
    fn read_coordinates(&mut self, cursor: &mut Scanner<'_>) -> Result<(), ScanError> {
        self.coordinates = [None; 3];
        let mut index = 0;
        array(cursor, |cursor| {
            let coordinate = number(cursor)?;
            match self.coordinates.get_mut(index) {
                Some(slot) => *slot = coordinate,
                None => self.coordinates[HEIGHT] = None,
            }
            index += 1;
            Ok(())
        })
    }

    fn read_sensors(
        &mut self,
        cursor: &mut Scanner<'_>,
        instants: &mut InstantReader,
    ) -> Result<(), ScanError> {
        self.sensors.clear();
        self.has_sensors = true;
        array(cursor, |cursor| {
            if cursor.peek()? != b'{' {
                return cursor.skip();
            }
            self.sensors.push(SensorSpans::read(cursor, instants)?);
            Ok(())
        })
    }
}

impl SensorSpans {
    fn read(cursor: &mut Scanner<'_>, instants: &mut InstantReader) -> Result<Self, ScanError> {
        let mut sensor = Self::default();
        object(cursor, |key, cursor| {
            match key {
                b"_id" | b"id" => sensor.id = text(cursor)?,
                b"title" => sensor.title = text(cursor)?,
                b"unit" => sensor.unit = text(cursor)?,
                b"sensorType" => sensor.sensor_type = text(cursor)?,
                b"lastMeasurement" => sensor.last_measurement = MeasurementSpans::read(cursor, instants)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(sensor)
    }
}

impl MeasurementSpans {
    fn read(cursor: &mut Scanner<'_>, instants: &mut InstantReader) -> Result<Self, ScanError> {
        match cursor.peek()? {
            b'{' => {}
            b'"' => return Ok(Self::Reference(cursor.string()?)),
            _ => {
                cursor.skip()?;
                return Ok(Self::Absent);
            }
        }
        let (mut value, mut created_at) = (None, None);
        object(cursor, |key, cursor| {
            match key {
                b"value" => value = value_text(cursor)?,
                b"createdAt" => {
                    created_at = text(cursor)?.and_then(|span| instants.read(cursor.slice(span)));
                }
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(Self::Reading { value, created_at })
    }
}

/// Takes an object and passes each key to `member`, which must take the value.
#[inline]
fn object<'a>(
    cursor: &mut Scanner<'a>,
    mut member: impl FnMut(&'a [u8], &mut Scanner<'a>) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    cursor.expect(b'{', "an object")?;
    if cursor.take(b'}')? {
        return Ok(());
    }
    loop {
        let key = cursor.key()?;
        member(key, cursor)?;
        if !cursor.more(b'}')? {
            return Ok(());
        }
    }
}

/// Takes an array and calls `element` for each element, which must take it. Any other value is
/// skipped.
#[inline]
fn array<'a>(
    cursor: &mut Scanner<'a>,
    mut element: impl FnMut(&mut Scanner<'a>) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    if cursor.peek()? != b'[' {
        return cursor.skip();
    }
    cursor.expect(b'[', "an array")?;
    if cursor.take(b']')? {
        return Ok(());
    }
    loop {
        element(cursor)?;
        if !cursor.more(b']')? {
            return Ok(());
        }
    }
}

/// A string; any other value is skipped.
#[inline]
fn text(cursor: &mut Scanner<'_>) -> Result<Option<Span>, ScanError> {
    if cursor.peek()? == b'"' {
        return cursor.string().map(Some);
    }
    cursor.skip()?;
    Ok(None)
}

/// The text of a measured value, whether string or number. Anything else keeps its JSON text, which
/// distinguishes it from a missing value.
#[inline]
fn value_text(cursor: &mut Scanner<'_>) -> Result<Option<Span>, ScanError> {
    match cursor.peek()? {
        b'"' => cursor.string().map(Some),
        b'{' | b'[' => {
            let start = cursor.at();
            cursor.skip()?;
            Ok(Some(Span { start: start as u32, end: cursor.at() as u32, escaped: false }))
        }
        _ => {
            let span = cursor.scalar()?;
            Ok((cursor.slice(span) != b"null").then_some(span))
        }
    }
}

/// A number; any other value is skipped.
fn number(cursor: &mut Scanner<'_>) -> Result<Option<f64>, ScanError> {
    match cursor.peek()? {
        b'-' | b'0'..=b'9' => {
            let span = cursor.scalar()?;
            Ok(std::str::from_utf8(cursor.slice(span)).ok().and_then(|text| text.parse().ok()))
        }
        _ => cursor.skip().map(|()| None),
    }
}
