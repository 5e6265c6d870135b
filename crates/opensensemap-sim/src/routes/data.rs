//! `GET /boxes/data`: measurements of the past.

use std::collections::BinaryHeap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;

use crate::answer::{accepts_gzip, streamed};
use crate::error::ApiError;
use crate::fault::body::{BodyFaults, Spoil};
use crate::query::Parameters;
use crate::query::data::{DataQuery, Format};
use crate::row::data::write;
use crate::server::SimServer;
use crate::simulation::Simulation;

/// The most values that an answer has. Whoever asked for more is not told.
const MOST_VALUES: usize = 10_000;

/// Answers with the latest of the measurements that match, the latest first.
///
/// # Errors
/// 400, 409 or 422 for wrong parameters, 404 if no box matches.
pub(crate) async fn measurements(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let now = sim.now().as_millisecond();
    let query = DataQuery::parse(&Parameters(pairs), now)?;
    let boxes = query.select(sim.simulation(), now);
    if boxes.is_empty() {
        return Err(ApiError::NoBoxes);
    }
    let name = attachment(&query.phenomenon, now);
    let (format, download) = (query.format, query.download);
    let rows = DataRows::new(Arc::clone(sim.simulation()), query, &boxes, now, faults.spoil);
    let mut response = streamed(rows, &faults, accepts_gzip(&headers));
    let headers = response.headers_mut();
    let extension = if format == Format::Json { "json" } else { "csv" };
    if extension == "csv" {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
    }
    if let (true, Ok(value)) = (download, format!("attachment; filename={name}.{extension}").parse()) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The name under which a browser keeps the answer.
fn attachment(phenomenon: &str, now: i64) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    let phenomenon: String = phenomenon.chars().map(plain).collect();
    let time = Timestamp::from_millisecond(now).unwrap_or_default();
    format!("opensensemap_org-download-{phenomenon}-{}", time.strftime("%Y%m%d_%H%M%S"))
}

/// One sensor's next measurement, sorted by time; of the same time, by its place in the answer.
type Next = (i64, u32);

/// The rows as pieces of text. A copy starts where the original stands, which is how a fault finds its half.
#[derive(Clone, Debug)]
struct DataRows {
    simulation: Arc<Simulation>,
    query: Arc<DataQuery>,
    /// Place of the box in the simulation, and of the sensor in the box.
    sensors: Arc<[(u32, u32)]>,
    now: i64,
    spoil: Option<Spoil>,
    next: BinaryHeap<Next>,
    written: usize,
    begun: bool,
    ended: bool,
}

impl DataRows {
    const PIECE: usize = 32 * 1024;

    fn new(
        simulation: Arc<Simulation>,
        query: DataQuery,
        boxes: &[u32],
        now: i64,
        spoil: Option<Spoil>,
    ) -> Self {
        let titled = |&index: &u32| {
            let sensors = simulation.box_at(index as usize, now).plain_sensors().zip(0_u32..);
            let wanted = sensors.filter(|(sensor, _)| sensor.title() == query.phenomenon);
            wanted.map(move |(_, place)| (index, place))
        };
        let mut sensors: Vec<(u32, u32)> = boxes.iter().flat_map(titled).collect();
        if query.is_too_long() {
            sensors.clear();
        }
        let mut rows = Self {
            simulation,
            query: Arc::new(query),
            sensors: sensors.into(),
            now,
            spoil,
            next: BinaryHeap::new(),
            written: 0,
            begun: false,
            ended: false,
        };
        let latest = (0..rows.sensors.len() as u32)
            .filter_map(|place| Some((rows.before(place, rows.query.to)?, place)));
        rows.next = latest.collect();
        rows
    }

    /// When this sensor last measured before a moment, within the time asked for.
    fn before(&self, place: u32, moment: i64) -> Option<i64> {
        let (index, sensor) = self.sensors[place as usize];
        let sense_box = self.simulation.box_at(index as usize, self.now);
        let sensor = sense_box.plain_sensors().nth(sensor as usize)?;
        sense_box.moments(sensor, self.query.from + 1, moment).next()
    }

    fn write_row(&self, out: &mut Vec<u8>, (moment, place): Next) {
        let (index, sensor) = self.sensors[place as usize];
        let sense_box = self.simulation.box_at(index as usize, self.now);
        let Some(sensor) = sense_box.plain_sensors().nth(sensor as usize) else { return };
        for measurement in sense_box.measurements(sensor, moment, moment + 1) {
            write(out, &sense_box, &sensor, measurement, &self.query);
        }
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
            crate::row::data::begin(&mut out, &self.query);
        }
        while out.len() < Self::PIECE {
            let Some((moment, place)) = self.next.pop().filter(|_| self.written < MOST_VALUES) else {
                crate::row::data::end(&mut out, &self.query);
                self.ended = true;
                break;
            };
            if self.written > 0 && self.query.format == Format::Json {
                out.push(b',');
            }
            let start = out.len();
            self.write_row(&mut out, (moment, place));
            if let Some(spoil) = self.spoil.filter(|spoil| spoil.nth == self.written) {
                spoil.apply_to_row(&mut out, start);
            }
            self.written += 1;
            self.next.extend(self.before(place, moment).map(|earlier| (earlier, place)));
        }
        Some(out.into())
    }
}
