//! `GET /boxes` and `GET /boxes/:id`.

use std::iter;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use jiff::Timestamp;

use crate::answer::{accepts_gzip, streamed};
use crate::error::ApiError;
use crate::fault::body::{BodyFaults, Spoil};
use crate::object_id::ObjectId;
use crate::query::{BoxQuery, Parameters, geojson, unparsable};
use crate::row::{self, Form, Style};
use crate::server::SimServer;
use crate::simulation::Simulation;

type Pairs = Query<Vec<(String, String)>>;

/// Answers with all boxes that match, one after the other.
///
/// # Errors
/// 400, 409 or 422 for wrong parameters.
pub(crate) async fn list(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let query = BoxQuery::parse(&Parameters(pairs))?;
    let now = sim.now().as_millisecond();
    let simulation = Arc::clone(sim.simulation());
    let chosen = query.select(&simulation, now).into();
    let rows =
        Rows { simulation, chosen, now, style: query.style(now), spoil: faults.spoil, next: 0, begun: false };
    let mut response = streamed(rows, &faults, accepts_gzip(&headers));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    Ok(response)
}

/// Answers with one box.
///
/// # Errors
/// 404 if there is no such box, 422 if the id is none.
pub(crate) async fn single(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let not_found = ApiError::NotFound("Box");
    // MongoDB takes any twelve bytes for an id, too.
    let id: ObjectId = match id.parse() {
        Ok(id) => id,
        Err(_) if id.len() == 12 => return Err(not_found),
        Err(_) => return Err(unparsable("boxId", "id")),
    };
    let geojson = geojson(&Parameters(pairs))?;
    let item = sim.simulation().box_with_id(id, sim.now()).ok_or(not_found)?;
    let mut out = Vec::new();
    row::write(&mut out, &item, Style { form: Form::Single, geojson, classify_at: None });
    if let Some(spoil) = faults.spoil {
        spoil.apply(&mut out, 0);
    }
    Ok(streamed(iter::once(Bytes::from(out)), &faults, accepts_gzip(&headers)).into_response())
}

/// The list as pieces of JSON. A copy starts where the original stands, which is how a fault finds its half.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    simulation: Arc<Simulation>,
    chosen: Arc<[u32]>,
    now: i64,
    style: Style,
    spoil: Option<Spoil>,
    next: usize,
    begun: bool,
}

impl Rows {
    /// All boxes with their measurements, as `GET /boxes?full=true` has them.
    pub(crate) fn all(simulation: Arc<Simulation>, now: Timestamp) -> Self {
        let chosen = (0..simulation.len() as u32).collect();
        let style = Style { form: Form::Full, geojson: false, classify_at: None };
        Self { simulation, chosen, now: now.as_millisecond(), style, spoil: None, next: 0, begun: false }
    }

    /// A piece is at least so large, so that a box more never costs a system call.
    const PIECE: usize = 32 * 1024;

    fn brackets(&self) -> (&'static [u8], &'static [u8]) {
        if self.style.geojson {
            (br#"{"type":"FeatureCollection","features":["#, b"]}")
        } else {
            (b"[", b"]")
        }
    }

    fn is_spoilt(&self, nth: usize) -> bool {
        self.spoil.is_some_and(|spoil| nth == spoil.nth.min(self.chosen.len() - 1))
    }
}

impl Iterator for Rows {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        // One past the last row stands for the closing bracket.
        if self.next > self.chosen.len() {
            return None;
        }
        let mut out = Vec::with_capacity(Self::PIECE + 4096);
        if !self.begun {
            self.begun = true;
            out.extend_from_slice(self.brackets().0);
        }
        while out.len() < Self::PIECE {
            let Some(&index) = self.chosen.get(self.next) else {
                out.extend_from_slice(self.brackets().1);
                self.next += 1;
                break;
            };
            if self.next > 0 {
                out.push(b',');
            }
            let start = out.len();
            row::write(&mut out, &self.simulation.box_at(index as usize, self.now), self.style);
            if let Some(spoil) = self.spoil.filter(|_| self.is_spoilt(self.next)) {
                spoil.apply(&mut out, start);
            }
            self.next += 1;
        }
        Some(out.into())
    }
}
