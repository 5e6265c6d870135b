//! `GET /api/v1/surface/{z}/{x}/{y}`: the estimates of one phenomenon on a grid, for maps.

mod body;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::Tile;
use tokio::sync::Semaphore;

use crate::compressed::Compressed;
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::once_per_present::{OncePerPresent, off_the_runtime};
use crate::params::Params;
use crate::state::HttpState;
use crate::surface::body::{SIZE, SurfaceBody};
use hivebox_present::Present;
use hivebox_question::format::Format;
use hivebox_question::parameters::filter::ONE_PHENOMENON;
use hivebox_question::parameters::tile::tile_numbers;
use hivebox_question::parameters::{Ask, Reader};

/// The most tiles to keep. One takes about 15 kB, compressed forms included.
const TILES: usize = 256;
/// The most phenomena whose boxes are kept.
const PHENOMENA: usize = 8;
/// How many tiles are computed at once: they must not take all cores from other requests.
const AT_ONCE: usize = 2;

/// The surfaces of the present that were asked for.
#[derive(Debug)]
pub(crate) struct Surfaces {
    tiles: OncePerPresent<(PhenomenonId, Tile), Compressed>,
    /// The boxes that estimates of a phenomenon can use.
    places: OncePerPresent<PhenomenonId, BoxIndex>,
    turns: Arc<Semaphore>,
}

impl Default for Surfaces {
    fn default() -> Self {
        let (tiles, places) = (OncePerPresent::of(TILES), OncePerPresent::of(PHENOMENA));
        Self { tiles, places, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// A request for a tile of a surface.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskSurface {
    numbers: (u8, u32, u32),
    phenomenon: PhenomenonId,
}

impl Ask for AskSurface {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (numbers, phenomenon) = (tile_numbers(reader), reader.query(&ONE_PHENOMENON));
        Some(Self { numbers: numbers?, phenomenon: phenomenon? })
    }
}

/// `GET /api/v1/surface/{z}/{x}/{y}`.
pub(super) async fn surface(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Params(AskSurface { numbers, phenomenon }): Params<AskSurface>,
) -> Result<Response, ApiError> {
    let (zoom, x, y) = numbers;
    let tile = Tile::new(zoom, x, y).ok_or_else(|| no_such_tile(zoom))?;
    let present = current(&state.app).await?;
    let wait =
        tokio::time::timeout(state.app.request_timeout(), state.surfaces.tile(&present, tile, phenomenon));
    let surface = wait.await.map_err(|_| busy())??;
    let mut response = surface.answer(&headers).await?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Format::Json.media_type()));
    Ok(response)
}

impl Surfaces {
    async fn tile(
        &self,
        present: &Arc<Present>,
        tile: Tile,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<Compressed>, ApiError> {
        let compute = async {
            // The turn ends with the computation, also if the client has gone by then.
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(ApiError::internal)?;
            let places = self.places(present, phenomenon).await?;
            let present = Arc::clone(present);
            off_the_runtime(move || {
                let _turn = turn;
                let body = SurfaceBody::of(&present, &places, tile, phenomenon, SIZE);
                let json = serde_json::to_vec(&body)
                    .expect("a surface consists of text and integers, which JSON can represent");
                Compressed::of(json.into())
            })
            .await
        };
        self.tiles.get(present, (phenomenon, tile), compute).await
    }

    async fn places(
        &self,
        present: &Arc<Present>,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<BoxIndex>, ApiError> {
        let computed_from = Arc::clone(present);
        let compute = off_the_runtime(move || body::places(&computed_from, phenomenon));
        self.places.get(present, phenomenon, compute).await
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let (phenomenon, tile) = (Catalogue::builtin().air_temperature(), example::tile());
    let answer = SurfaceBody::of(&present, &body::places(&present, phenomenon), tile, phenomenon, 3);
    Operation::new("getSurface", Tag::Now, "Estimates of one phenomenon on a grid, for a map")
        .description(
            "The tile is one of the Web-Mercator map, as `z/x/y`. The first and the last point of each row and column \
             are on the edges of the tile, so that neighbouring tiles fit together. The estimates are those of \
             `/api/v1/conditions` without `height`. The example has fewer points than a response.",
        )
        .asks::<AskSurface>()
        .responds(ResponseDoc::ok("The estimates.").json(&answer))
        .fails("There is no such tile.", &no_such_tile(6))
        .needs_present()
        .fails("Too many tiles wait to be computed.", &busy())
        .may_fail()
}

fn no_such_tile(zoom: u8) -> ApiError {
    let last = (1_u64 << zoom) - 1;
    ApiError::not_found(format!("At zoom {zoom}, x and y are 0 to {last}."))
}

fn busy() -> ApiError {
    ApiError::unavailable("Busy", "Too many tiles wait to be computed; try again later, or at a lower zoom.")
}
