//! Reads one senseBox of the API's JSON into places in its text.

use jiff::Timestamp;

use super::instant::InstantReader;
use super::scan::{Cursor, Span, Stop};

/// One box as places in its bytes: kept from box to box, so that reading allocates nothing.
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

/// One sensor as places in its box's bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SensorSpans {
    pub(crate) id: Option<Span>,
    pub(crate) title: Option<Span>,
    pub(crate) unit: Option<Span>,
    pub(crate) sensor_type: Option<Span>,
    pub(crate) last_measurement: MeasurementSpans,
}

/// The forms that `lastMeasurement` takes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum MeasurementSpans {
    /// `null`, or the key is missing.
    #[default]
    Absent,
    /// The 24 hex digits of a measurement that the API did not look up.
    Reference(Span),
    /// `{"value": …, "createdAt": …}`.
    Reading { value: Option<Span>, created_at: Option<Timestamp> },
}

const LONGITUDE: usize = 0;
const LATITUDE: usize = 1;

impl BoxSpans {
    /// Reads the object at the cursor into `self`, in whatever order its keys come.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, instants: &mut InstantReader) -> Result<(), Stop> {
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

    /// A list of tags, or a single one, as boxes of old have it.
    fn read_grouptags(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
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

    fn read_location(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        if cursor.peek()? != b'{' {
            return cursor.skip();
        }
        object(cursor, |key, cursor| match key {
            b"coordinates" => self.read_coordinates(cursor),
            _ => cursor.skip(),
        })
    }

    fn read_coordinates(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        self.coordinates = [None; 3];
        let mut index = 0;
        array(cursor, |cursor| {
            let coordinate = number(cursor)?;
            if let Some(slot) = self.coordinates.get_mut(index) {
                *slot = coordinate;
            }
            index += 1;
            Ok(())
        })
    }

    fn read_sensors(&mut self, cursor: &mut Cursor<'_>, instants: &mut InstantReader) -> Result<(), Stop> {
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
    fn read(cursor: &mut Cursor<'_>, instants: &mut InstantReader) -> Result<Self, Stop> {
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
    fn read(cursor: &mut Cursor<'_>, instants: &mut InstantReader) -> Result<Self, Stop> {
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

/// Takes an object, giving each member to `member`, which must take the value.
#[inline]
fn object<'a>(
    cursor: &mut Cursor<'a>,
    mut member: impl FnMut(&'a [u8], &mut Cursor<'a>) -> Result<(), Stop>,
) -> Result<(), Stop> {
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

/// Takes an array, giving each element to `element`, which must take it; any other value is skipped.
#[inline]
fn array<'a>(
    cursor: &mut Cursor<'a>,
    mut element: impl FnMut(&mut Cursor<'a>) -> Result<(), Stop>,
) -> Result<(), Stop> {
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
fn text(cursor: &mut Cursor<'_>) -> Result<Option<Span>, Stop> {
    if cursor.peek()? == b'"' {
        return cursor.string().map(Some);
    }
    cursor.skip()?;
    Ok(None)
}

/// A measured value as its text, be it a string or a number; what is neither keeps its JSON text, so
/// that it can be told from a value that is missing.
#[inline]
fn value_text(cursor: &mut Cursor<'_>) -> Result<Option<Span>, Stop> {
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
fn number(cursor: &mut Cursor<'_>) -> Result<Option<f64>, Stop> {
    match cursor.peek()? {
        b'-' | b'0'..=b'9' => {
            let span = cursor.scalar()?;
            Ok(std::str::from_utf8(cursor.slice(span)).ok().and_then(|text| text.parse().ok()))
        }
        _ => cursor.skip().map(|()| None),
    }
}
