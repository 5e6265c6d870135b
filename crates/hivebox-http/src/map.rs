//! `GET /api/v1/map`: all boxes with their value of one phenomenon, in as few bytes as possible.

mod body;
pub(crate) mod cache;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;

use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::map::body::MapBody;
use crate::params::Params;
use crate::state::HttpState;
use hivebox_question::format::Format;
use hivebox_question::parameters::filter::ONE_PHENOMENON;
use hivebox_question::parameters::{Ask, Reader};

/// A request for a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskMap {
    phenomenon: PhenomenonId,
}

impl Ask for AskMap {
    fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self { phenomenon: reader.query(&ONE_PHENOMENON)? })
    }
}

/// `GET /api/v1/map`.
pub(super) async fn map(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Params(AskMap { phenomenon }): Params<AskMap>,
) -> Result<Response, ApiError> {
    let present = current(&state.app).await?;
    let map = state.maps.map(&present, phenomenon).await?;
    let mut response = map.answer(&headers).await?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Format::Json.media_type()));
    Ok(response)
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let answer = MapBody::of(&present, Catalogue::builtin().air_temperature());
    Operation::new("getMap", Tag::Now, "All boxes on a map, with their value of one phenomenon")
        .description(
            "The boxes are columns, because that takes the fewest bytes: the first entry of each column belongs to \
             the first box, and so on. Boxes without a known location are left out. Boxes near each other are mostly \
             adjacent.",
        )
        .asks::<AskMap>()
        .responds(ResponseDoc::ok("The map.").json(&answer))
        .needs_present()
        .may_fail()
}
