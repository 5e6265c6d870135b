//! `GET /api/v1/status`: what a person wants to know who looks at the numbers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::describe::{ResponseDoc, Operation, Tag};
use crate::app::App;
use crate::asked::Asked;
use hivebox_present::Freshness;
use hivebox_present::Part;

/// How fresh the present is, and what HiveBox cannot reach.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    /// The moment of the present; `null` if there has been none.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// `fresh`; `stale`: older than it should be, but it may still be told as that of now; or `none`.
    #[schema(example = "fresh")]
    freshness: &'static str,
    /// openSenseMap.
    upstream: PartStatus,
    /// What replicas share.
    cache: PartStatus,
    /// Where snapshots go.
    store: PartStatus,
}

/// Whether a part works, as far as this replica has seen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartStatus {
    /// Since when it cannot be used; `null` while it works.
    #[schema(value_type = Option<String>, format = DateTime)]
    down_since: Option<Timestamp>,
}

/// `GET /api/v1/status`. It reads memory only.
pub(super) async fn status(State(app): State<Arc<App>>, Asked(()): Asked<()>) -> impl IntoResponse {
    Json(Status::of(&app, app.clock.now()))
}

impl Status {
    fn of(app: &App, now: Timestamp) -> Self {
        let (present, parts) = (app.cache.present(), app.cache.parts());
        let freshness = present.as_ref().map_or(Freshness::Expired, |present| match &present.answer {
            Some(answer) => answer.freshness(now),
            // No thermometer counts, which is no poll to be content with; all else may be told.
            None if present.is_servable(now) => Freshness::Stale,
            None => Freshness::Expired,
        });
        Self {
            as_of: app.cache.as_of(),
            freshness: match freshness {
                Freshness::Fresh => "fresh",
                Freshness::Stale => "stale",
                Freshness::Expired => "none",
            },
            upstream: (&parts.upstream).into(),
            cache: (&parts.shared).into(),
            store: (&parts.store).into(),
        }
    }
}

impl From<&Part> for PartStatus {
    fn from(part: &Part) -> Self {
        Self { down_since: part.down_since() }
    }
}

pub(super) fn describe() -> Operation {
    let works = || PartStatus { down_since: None };
    let example = Status {
        as_of: Some(super::example::MOMENT),
        freshness: "stale",
        upstream: PartStatus { down_since: Some(super::example::MOMENT) },
        cache: works(),
        store: works(),
    };
    Operation::new("getStatus", Tag::Service, "How fresh the readings are, and what is down")
        .description("For people: `/readyz` is for what sends requests to replicas.")
        .asks::<()>()
        .responds(ResponseDoc::ok("The state as this replica sees it.").json(&example))
}
