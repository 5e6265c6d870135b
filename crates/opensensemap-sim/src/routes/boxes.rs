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
use crate::error::ErrorAnswer;
use crate::fault::body::{BodyFaults, Spoil};
use crate::handle::SimServer;
use crate::object_id::ObjectId;
use crate::query::style::{BoxForm, Style};
use crate::query::{BoxQuery, Parameters, geojson, unparsable};
use crate::row;
use crate::simulation::Simulation;

type Pairs = Query<Vec<(String, String)>>;

/// Returns all matching boxes.
///
/// # Errors
/// 400, 409 or 422 for invalid parameters.
pub(crate) async fn list(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, ErrorAnswer> {
    let query = BoxQuery::parse(&Parameters(pairs))?;
    let now = sim.now().as_millisecond();
    let simulation = Arc::clone(sim.simulation());
    let chosen = query.select(&simulation, now).into();
    let rows = BoxRows {
        simulation,
        chosen,
        now,
        style: query.style(now),
        spoil: faults.spoil,
        next: 0,
        begun: false,
    };
    let mut response = streamed(rows, &faults, accepts_gzip(&headers));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    Ok(response)
}

/// Returns one box.
///
/// # Errors
/// 404 if there is no such box, 422 if the id is malformed.
pub(crate) async fn single(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, ErrorAnswer> {
    let not_found = ErrorAnswer::NotFound("Box");
    // MongoDB accepts any twelve bytes as an id, too.
    let id: ObjectId = match id.parse() {
        Ok(id) => id,
        Err(_) if id.len() == 12 => return Err(not_found),
        Err(_) => return Err(unparsable("boxId", "id")),
    };
    let geojson = geojson(&Parameters(pairs))?;
    let item = sim.simulation().box_with_id(id, sim.now()).ok_or(not_found)?;
    let mut out = Vec::new();
    row::write(&mut out, &item, Style { form: BoxForm::Single, geojson, classify_at: None });
    if let Some(spoil) = faults.spoil {
        spoil.apply(&mut out, 0);
    }
    Ok(streamed(iter::once(Bytes::from(out)), &faults, accepts_gzip(&headers)).into_response())
}

/// The list as pieces of JSON. A clone continues from the same position, which lets a fault find
/// the middle.
#[derive(Clone, Debug)]
pub(crate) struct BoxRows {
    simulation: Arc<Simulation>,
    chosen: Arc<[u32]>,
    now: i64,
    style: Style,
    spoil: Option<Spoil>,
    next: usize,
    begun: bool,
}

impl BoxRows {
    /// All boxes with their measurements, as in `GET /boxes?full=true`.
    pub(crate) fn all(simulation: Arc<Simulation>, now: Timestamp) -> Self {
        let chosen = (0..simulation.len() as u32).collect();
        let style = Style { form: BoxForm::Full, geojson: false, classify_at: None };
        Self { simulation, chosen, now: now.as_millisecond(), style, spoil: None, next: 0, begun: false }
    }

    /// The minimum size of a piece in bytes, which keeps system calls rare.
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

impl Iterator for BoxRows {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        // The index after the last row stands for the closing bracket.
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

impl SimServer {
    /// The current body of `GET /boxes?full=true`, in pieces of about 32 KiB, for use without HTTP.
    ///
    /// ```
    /// use opensensemap_sim::{SimClock, Options, SimServer, Simulation, Stations};
    ///
    /// let sim = SimServer::new(Simulation::new(Options { stations: Stations::Generated(2), ..Options::default() }));
    /// sim.set_time(SimClock::Fixed("2026-11-24T12:00:00Z".parse()?));
    /// let body: Vec<u8> = sim.boxes_body().flatten().collect();
    /// assert!(body.starts_with(b"[{") && body.ends_with(b"}]"));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn boxes_body(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.boxes_body_at(self.now())
    }

    /// The same body at any moment, whatever the clock shows.
    pub fn boxes_body_at(&self, at: Timestamp) -> impl Iterator<Item = Bytes> + use<> {
        BoxRows::all(Arc::clone(self.simulation()), at)
    }
}
