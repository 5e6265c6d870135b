//! `GET /api/v1/map`: what all boxes say of one phenomenon, in as few bytes as can be.

mod body;
mod kept;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;

use crate::current::{NOTHING_CURRENT, current, nothing_current};
use crate::describe::{ResponseDoc, Operation, Tag};
use crate::example;
use crate::asked::Asked;
use crate::error::ApiError;
use crate::state::HttpState;
use body::Map;
use hivebox_question::format::Format;
use hivebox_question::parameters::filter::ONE_PHENOMENON;
use hivebox_question::parameters::{Ask, Reader};
pub(crate) use kept::Maps;

/// Which map is asked for.
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
    Asked(AskMap { phenomenon }): Asked<AskMap>,
) -> Result<Response, ApiError> {
    let present = current(&state.app).await?;
    let map = state.maps.map(&present, phenomenon).await?;
    let mut response = map.answer(&headers).await?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Format::Json.media_type()));
    Ok(response)
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let answer = Map::of(&present, Catalogue::builtin().air_temperature());
    Operation::new("getMap", Tag::Now, "All boxes on a map, by what they say of one phenomenon")
        .description(
            "As columns, since that takes the fewest bytes: the first entry of each is about the first box, and so on. Only \
             boxes of which it is known where they stand, those near each other mostly one after the other.",
        )
        .asks::<AskMap>()
        .responds(ResponseDoc::ok("The map.").json(&answer))
        .fails(NOTHING_CURRENT, &nothing_current())
        .may_fail()
}
