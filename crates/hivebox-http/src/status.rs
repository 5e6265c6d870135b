//! `GET /api/v1/status`: how fresh the readings are, and what is down.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::example;
use crate::params::Params;
use hivebox_present::{Dependency, Freshness};

/// How fresh the present is, and what HiveBox cannot reach.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Status)]
pub(super) struct ServiceStatus {
    /// The time of the present; `null` if there has been none.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// `fresh`; `stale`: older than intended, but still served; or `none`.
    #[schema(example = "fresh")]
    freshness: &'static str,
    /// How old a reading may be to count, and so the longest outage of openSenseMap that HiveBox bridges.
    #[schema(example = 3600)]
    max_reading_age_seconds: u64,
    /// openSenseMap.
    upstream: PartStatus,
    /// The cache that replicas share.
    cache: PartStatus,
    /// The store of snapshots.
    store: PartStatus,
    /// How many elements of openSenseMap's list the last poll left out, for each reason that occurred: `too_large`,
    /// `too_deep`, `not_an_object`, `no_id`, `not_json`, or `listed_again` for a senseBox that the list had before.
    left_out: BTreeMap<String, usize>,
}

/// Whether a dependency works, as far as this replica has seen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartStatus {
    /// Since when it is down; `null` while it works.
    #[schema(value_type = Option<String>, format = DateTime)]
    down_since: Option<Timestamp>,
}

/// `GET /api/v1/status`. It reads memory only.
pub(super) async fn status(State(app): State<Arc<App>>, Params(()): Params<()>) -> impl IntoResponse {
    Json(ServiceStatus::of(&app, app.clock.now()))
}

impl ServiceStatus {
    fn of(app: &App, now: Timestamp) -> Self {
        let (present, parts) = (app.cache.present(), app.cache.dependencies());
        let freshness = present.as_ref().map_or(Freshness::Expired, |present| match &present.answer {
            Some(answer) => answer.freshness(now),
            // No temperature counts, so the poll is not good; the other readings are still served.
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
            max_reading_age_seconds: app.max_reading_age().unsigned_abs().as_secs(),
            upstream: (&parts.upstream).into(),
            cache: (&parts.shared).into(),
            store: (&parts.store).into(),
            left_out: app.cache.last_poll().as_ref().map(|poll| poll.left_out.clone()).unwrap_or_default(),
        }
    }
}

impl From<&Dependency> for PartStatus {
    fn from(part: &Dependency) -> Self {
        Self { down_since: part.down_since() }
    }
}

pub(super) fn describe() -> Operation {
    let works = || PartStatus { down_since: None };
    let example = ServiceStatus {
        as_of: Some(example::MOMENT),
        freshness: "stale",
        max_reading_age_seconds: example::MAX_READING_AGE.unsigned_abs().as_secs(),
        upstream: PartStatus { down_since: Some(example::MOMENT) },
        cache: works(),
        store: works(),
        left_out: BTreeMap::from([("too_large".into(), 1)]),
    };
    Operation::new("getStatus", Tag::Service, "How fresh the readings are, and what is down")
        .description("For people; load balancers use `/routez`.")
        .asks::<()>()
        .responds(ResponseDoc::ok("The status, as this replica sees it.").json(&example))
}
