//! `GET /boxes/data` and `GET /boxes/:id/data/:sensorId`: past measurements.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::answer::{accepts_gzip, streamed};
use crate::error::ErrorAnswer;
use crate::fault::body::{BodyFaults, Spoil};
use crate::handle::SimServer;
use crate::object_id::ObjectId;
use crate::query::data::{DataFormat, DataQuery, Extract};
use crate::query::{Parameters, unparsable};
use crate::row::data::{begin, end, write};
use crate::simulation::Simulation;

/// The most values in an answer. The rest is dropped without notice.
const MOST_VALUES: usize = 10_000;

type QueryPairs = Vec<(String, String)>;

/// Returns the measurements of one phenomenon: sensor by sensor in the order of their ids, each
/// with the latest measurement first. This is the order in which the database finds them, since the
/// API requests no other.
///
/// # Errors
/// 400, 409 or 422 for invalid parameters, 404 if no box has the phenomenon.
pub(crate) async fn of_boxes(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Query<QueryPairs>,
) -> Result<Response, ErrorAnswer> {
    answer_for_boxes(&sim, pairs, &faults, &headers)
}

/// The same with the parameters in a JSON body. Parameters in the query take precedence.
///
/// # Errors
/// As for GET, and 400 if the body is not a JSON object.
pub(crate) async fn of_boxes_by_post(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(mut pairs): Query<QueryPairs>,
    body: Bytes,
) -> Result<Response, ErrorAnswer> {
    let given: serde_json::Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ErrorAnswer::BadRequest(format!("the body is not a JSON object: {error}")))?;
    let in_query: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in given.into_iter().filter(|(name, _)| !in_query.contains(name)) {
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        pairs.extend(values.into_iter().map(|value| (name.clone(), text(value))));
    }
    answer_for_boxes(&sim, pairs, &faults, &headers)
}

/// Returns the measurements of one sensor, the latest first. Like the API, it ignores the id of the
/// box.
///
/// # Errors
/// 400, 409 or 422 for invalid parameters. An unknown sensor has an empty answer.
pub(crate) async fn of_a_sensor(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    Query(pairs): Query<QueryPairs>,
) -> Result<Response, ErrorAnswer> {
    let id: ObjectId = id.parse().map_err(|_| unparsable("sensorId", "id"))?;
    let now = sim.now().as_millisecond();
    let extract = Extract::of_a_sensor(&Parameters(pairs), now)?;
    let sensors = sim.simulation().catalogue.place_of_sensor(id).into_iter().collect();
    let name = format!("{id}.{}", extract.format.extension());
    Ok(answer(DataRows::new(&sim, extract, sensors, now, &faults), &name, &faults, &headers))
}

fn answer_for_boxes(
    sim: &SimServer,
    pairs: QueryPairs,
    faults: &BodyFaults,
    headers: &HeaderMap,
) -> Result<Response, ErrorAnswer> {
    let now = sim.now().as_millisecond();
    let query = DataQuery::parse(&Parameters(pairs), now)?;
    let boxes = query.boxes(sim.simulation(), now);
    if boxes.is_empty() {
        return Err(ErrorAnswer::NoBoxes);
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
    Ok(answer(DataRows::new(sim, query.extract, sensors, now, faults), &name, faults, headers))
}

fn answer(rows: DataRows, name: &str, faults: &BodyFaults, headers: &HeaderMap) -> Response {
    let extract = Arc::clone(&rows.extract);
    let mut response = streamed(rows, faults, accepts_gzip(headers));
    if let DataFormat::Csv { .. } = extract.format {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
    }
    if extract.download {
        let value = format!("attachment; filename={name}").parse();
        let value = value.expect("an id or a percent-encoded name is ASCII without control characters");
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The file name of the answer. The API percent-encodes the request twice.
fn download_name(query: &DataQuery, now: i64) -> String {
    let columns = query.extract.columns.iter().map(|column| column.name());
    let asked: Vec<&str> = std::iter::once(query.phenomenon.as_str()).chain(columns).collect();
    let time =
        Timestamp::from_millisecond(now).expect("it was made from a timestamp").strftime("%Y%m%d_%H%M%S");
    let asked = encode_uri(&encode_uri(&asked.join("-")));
    format!("opensensemap_org-download-{asked}-{time}.{}", query.extract.format.extension())
}

/// Encodes like JavaScript's `encodeURI`.
fn encode_uri(text: &str) -> String {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&byte);
    let encode = |byte: u8| if stays(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// The rows as pieces of text. A clone continues from the same position, which lets a fault find
/// the middle.
#[derive(Clone, Debug)]
struct DataRows {
    simulation: Arc<Simulation>,
    extract: Arc<Extract>,
    /// The indices of the boxes in the simulation and of the sensors in the boxes.
    sensors: Arc<[(u32, u32)]>,
    now: i64,
    spoil: Option<Spoil>,
    /// The index of the current sensor, and the time before which its measurements are still to be
    /// written.
    next: usize,
    before: i64,
    written: usize,
    begun: bool,
    ended: bool,
}

impl DataRows {
    /// The minimum size of a piece in bytes, which keeps system calls rare.
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

    /// Writes the rest of the current sensor, and moves on to the next one unless the piece is
    /// full.
    fn write_sensor(&mut self, out: &mut Vec<u8>, (index, place): (u32, u32)) {
        let (simulation, extract) = (Arc::clone(&self.simulation), Arc::clone(&self.extract));
        let sense_box = simulation.box_at(index as usize, self.now);
        if let Some(sensor) = sense_box.plain_sensors().nth(place as usize) {
            let left = MOST_VALUES - self.written;
            for measurement in sense_box.measurements(sensor, extract.from + 1, self.before).take(left) {
                if self.written > 0 && extract.format == DataFormat::Json {
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

impl Iterator for DataRows {
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
