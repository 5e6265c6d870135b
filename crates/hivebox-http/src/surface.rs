//! `GET /api/v1/surface/{z}/{x}/{y}`: the estimates of one phenomenon on a grid, for maps.

mod body;
pub(crate) mod cache;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::Tile;

use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::state::HttpState;
use crate::surface::body::SurfaceBody;
use hivebox_question::format::Format;
use hivebox_question::parameters::filter::ONE_PHENOMENON;
use hivebox_question::parameters::tile::tile_numbers;
use hivebox_question::parameters::{Ask, Reader};

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
