//! `GET /boxes/data` and `GET /boxes/:id/data/:sensorId`: measurements of the past.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::answer::{accepts_gzip, streamed};
use crate::error::ApiError;
use crate::fault::body::{BodyFaults, Spoil};
use crate::object_id::ObjectId;
use crate::query::data::{DataQuery, Extract, Format};
use crate::query::{Parameters, unparsable};
use crate::row::data::{begin, end, write};
use crate::server::SimServer;
use crate::simulation::Simulation;

/// The most values that an answer has. Whoever asked for more is not told.
const MOST_VALUES: usize = 10_000;

type Pairs = Vec<(String, String)>;

/// Answers with the measurements of one phenomenon: sensor by sensor, in the order of their ids, of each the latest first. That is
/// how the database finds them, for the API asks for no other order.
///
/// # Errors
/// 400, 409 or 422 for wrong parameters, 404 if no box has that phenomenon.
pub(crate) async fn of_boxes(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Result<Response, ApiError> {
    answer_for_boxes(&sim, pairs, &faults, &headers)
}

/// The same with the parameters in a body of JSON. Those of the query go before them.
///
/// # Errors
/// As for GET; and 400 if the body is no object.
pub(crate) async fn of_boxes_by_post(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(mut pairs): Query<Pairs>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let given: serde_json::Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ApiError::BadRequest(format!("the body is no object of JSON: {error}")))?;
    let in_query: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in given.into_iter().filter(|(name, _)| !in_query.contains(name)) {
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        pairs.extend(values.into_iter().map(|value| (name.clone(), text(value))));
    }
    answer_for_boxes(&sim, pairs, &faults, &headers)
}

/// Answers with the measurements of one sensor, the latest first. As in the API, nobody looks at the id of the box.
///
/// # Errors
/// 400, 409 or 422 for wrong parameters. A sensor that does not exist has measured nothing.
pub(crate) async fn of_a_sensor(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Result<Response, ApiError> {
    let id: ObjectId = id.parse().map_err(|_| unparsable("sensorId", "id"))?;
    let now = sim.now().as_millisecond();
    let extract = Extract::of_a_sensor(&Parameters(pairs), now)?;
    let sensors = sim.simulation().catalogue.place_of_sensor(id).into_iter().collect();
    let name = format!("{id}.{}", extract.format.extension());
    Ok(answer(Rows::new(&sim, extract, sensors, now, &faults), &name, &faults, &headers))
}

fn answer_for_boxes(
    sim: &SimServer,
    pairs: Pairs,
    faults: &BodyFaults,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let now = sim.now().as_millisecond();
    let query = DataQuery::parse(&Parameters(pairs), now)?;
    let boxes = query.boxes(sim.simulation(), now);
    if boxes.is_empty() {
        return Err(ApiError::NoBoxes);
    }
    let mut sensors = Vec::new();
    for index in boxes {
        let item = sim.simulation().box_at(index as usize, now);
        if query.covers(&item) {
            let titled =
                item.plain_sensors().zip(0..).filter(|(sensor, _)| sensor.title() == query.phenomenon);
            sensors.extend(titled.map(|(sensor, place)| (sensor.id(), (index, place))));
        }
    }
    sensors.sort_unstable();
    let sensors = sensors.into_iter().map(|(_, place)| place).collect();
    let name = download_name(&query, now);
    Ok(answer(Rows::new(sim, query.extract, sensors, now, faults), &name, faults, headers))
}

fn answer(rows: Rows, name: &str, faults: &BodyFaults, headers: &HeaderMap) -> Response {
    let extract = Arc::clone(&rows.extract);
    let mut response = streamed(rows, faults, accepts_gzip(headers));
    if let Format::Csv { .. } = extract.format {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
    }
    if let (true, Ok(value)) = (extract.download, format!("attachment; filename={name}").parse()) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The name under which a browser keeps the answer. The API encodes what was asked for twice.
fn download_name(query: &DataQuery, now: i64) -> String {
    let columns = query.extract.columns.iter().map(|column| column.name());
    let asked: Vec<&str> = std::iter::once(query.phenomenon.as_str()).chain(columns).collect();
    let time = Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y%m%d_%H%M%S");
    let asked = encode_uri(&encode_uri(&asked.join("-")));
    format!("opensensemap_org-download-{asked}-{time}.{}", query.extract.format.extension())
}

/// As JavaScript's `encodeURI` does.
fn encode_uri(text: &str) -> String {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&byte);
    let encode = |byte: u8| if stays(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// The rows as pieces of text. A copy starts where the original stands, which is how a fault finds its half.
#[derive(Clone, Debug)]
struct Rows {
    simulation: Arc<Simulation>,
    extract: Arc<Extract>,
    /// Where the boxes are in the simulation, and the sensors in the boxes.
    sensors: Arc<[(u32, u32)]>,
    now: i64,
    spoil: Option<Spoil>,
    /// The sensor whose turn it is, and the time before which its measurements are still to be written.
    next: usize,
    before: i64,
    written: usize,
    begun: bool,
    ended: bool,
}

impl Rows {
    /// A piece is at least so large, so that a measurement more never costs a system call.
    const PIECE: usize = 32 * 1024;

    fn new(
        sim: &SimServer,
        extract: Extract,
        sensors: Vec<(u32, u32)>,
        now: i64,
        faults: &BodyFaults,
    ) -> Self {
        Self {
            simulation: Arc::clone(sim.simulation()),
            before: extract.to,
            sensors: if extract.is_too_long { Arc::default() } else { sensors.into() },
            extract: Arc::new(extract),
            now,
            spoil: faults.spoil,
            next: 0,
            written: 0,
            begun: false,
            ended: false,
        }
    }

    /// Writes what is left of the sensor whose turn it is, and passes the turn on unless the piece is full.
    fn write_sensor(&mut self, out: &mut Vec<u8>, (index, place): (u32, u32)) {
        let (simulation, extract) = (Arc::clone(&self.simulation), Arc::clone(&self.extract));
        let sense_box = simulation.box_at(index as usize, self.now);
        if let Some(sensor) = sense_box.plain_sensors().nth(place as usize) {
            let left = MOST_VALUES - self.written;
            for measurement in sense_box.measurements(sensor, extract.from + 1, self.before).take(left) {
                if self.written > 0 && extract.format == Format::Json {
                    out.push(b',');
                }
                let start = out.len();
                write(out, &sense_box, &sensor, measurement, &extract);
                if let Some(spoil) = self.spoil.filter(|spoil| spoil.nth == self.written) {
                    spoil.apply_to_row(out, start);
                }
                self.written += 1;
                self.before = measurement.millis;
                if out.len() >= Self::PIECE {
                    return;
                }
            }
        }
        self.next += 1;
        self.before = extract.to;
    }
}

impl Iterator for Rows {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut out = Vec::with_capacity(Self::PIECE + 1024);
        if !self.begun {
            self.begun = true;
            begin(&mut out, &self.extract);
        }
        while out.len() < Self::PIECE {
            match self.sensors.get(self.next).copied() {
                Some(sensor) if self.written < MOST_VALUES => self.write_sensor(&mut out, sensor),
                _ => {
                    end(&mut out, &self.extract);
                    self.ended = true;
                    break;
                }
            }
        }
        Some(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::encode_uri;

    #[test]
    fn names_of_downloads_are_encoded_twice() {
        assert_eq!(encode_uri(&encode_uri("PM2.5 µg")), "PM2.5%2520%25C2%25B5g");
    }
}
