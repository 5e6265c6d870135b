//! `GET /api/v1/status`: how fresh the readings are, and what is down.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use hivebox_climate::summary::NetworkSummary;
use hivebox_climate::verdict::Verdict;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::example;
use crate::params::Params;
use hivebox_config::Tiles;
use hivebox_present::{Dependency, Freshness, Role};

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
    /// The weather model.
    forecast: ForecastStatus,
    /// How many elements of openSenseMap's list the last poll left out, for each reason that occurred: `too_large`,
    /// `too_deep`, `not_an_object`, `no_id`, `not_json`, or `listed_again` for a senseBox that the list had before.
    left_out: BTreeMap<String, usize>,
    /// When the last poll of openSenseMap ended, whether it brought an answer or not; `null` before the first one.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_poll_at: Option<Timestamp>,
    /// How many readings of the present have each verdict: `ok`, or why a reading does not count. Empty without a
    /// present.
    readings_by_verdict: BTreeMap<&'static str, u64>,
    /// The moment of the newest snapshot that this replica has stored, or found in the store when it started; `null`
    /// if there is none, or if another replica stores them.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_stored_at: Option<Timestamp>,
    /// The age of that snapshot; at most about two store intervals while all is well.
    #[schema(example = 120)]
    store_lag_seconds: Option<u64>,
    /// The version of HiveBox.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The map tiles of the operator, for the dashboard; `null` if there are none.
    tiles: Option<MapTiles>,
}

/// Map tiles of the operator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MapTiles {
    /// The address of a Web-Mercator tile, with `{z}`, `{x}` and `{y}` for its numbers.
    #[schema(example = "https://tiles.example.org/{z}/{x}/{y}.png")]
    address: String,
    /// Whom to name as the source of the tiles, as plain text.
    #[schema(example = "© OpenStreetMap contributors")]
    attribution: String,
}

/// Whether a dependency works, as far as this replica has seen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartStatus {
    /// Since when it is down; `null` while it works.
    #[schema(value_type = Option<String>, format = DateTime)]
    down_since: Option<Timestamp>,
}

/// Whether the weather model works, as far as this replica has seen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ForecastStatus {
    /// The source: `open-meteo` or `metno`; `null` if forecasts are off.
    #[schema(example = "open-meteo")]
    source: Option<&'static str>,
    /// Since when it is down; `null` while it works.
    #[schema(value_type = Option<String>, format = DateTime)]
    down_since: Option<Timestamp>,
    /// The age of the newest forecast that this replica has; `null` if it has none.
    #[schema(example = 240)]
    newest_age_seconds: Option<u64>,
    /// How many cells of 0.1° have a forecast at this replica.
    #[schema(example = 120)]
    cells: usize,
    /// Places that all replicas together asked about in the last day.
    #[schema(example = 480)]
    places_spent_today: u64,
    /// The most places that they ask about in a day; `null` if there is no limit.
    #[schema(example = 9000)]
    places_budget: Option<u64>,
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
        let (last_poll, last_stored_at) = (app.cache.last_poll(), last_stored_at(app));
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
            forecast: ForecastStatus::of(app, now),
            left_out: last_poll.as_ref().map(|poll| poll.left_out.clone()).unwrap_or_default(),
            last_poll_at: last_poll.as_ref().map(|poll| poll.ended_at),
            readings_by_verdict: present.as_ref().map(|it| by_verdict(&it.summary)).unwrap_or_default(),
            last_stored_at,
            store_lag_seconds: last_stored_at.map(|at| age_seconds(at, now)),
            version: VERSION,
            tiles: app.tiles().map(MapTiles::from),
        }
    }
}

impl From<&Tiles> for MapTiles {
    fn from(tiles: &Tiles) -> Self {
        Self { address: tiles.address.template().to_owned(), attribution: tiles.attribution.clone() }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn by_verdict(summary: &NetworkSummary) -> BTreeMap<&'static str, u64> {
    Verdict::ALL.into_iter().map(Verdict::slug).zip(summary.by_verdict()).collect()
}

/// A follower does not learn what the holder of the lease has stored since.
fn last_stored_at(app: &App) -> Option<Timestamp> {
    let role = app.cache.role_status().as_ref().map(|role_status| role_status.role);
    app.cache.dependencies().last_stored.get().filter(|_| role != Some(Role::Follower))
}

/// The age of what happened at a moment; zero if the clock has stepped back since.
fn age_seconds(at: Timestamp, now: Timestamp) -> u64 {
    now.duration_since(at).as_secs().max(0).unsigned_abs()
}

impl ForecastStatus {
    fn of(app: &App, now: Timestamp) -> Self {
        let state = app.forecasts.state(now);
        let newest_at = state.as_ref().and_then(|state| state.newest_at);
        Self {
            source: state.as_ref().map(|state| state.source.slug),
            down_since: app.cache.dependencies().forecast.down_since(),
            newest_age_seconds: newest_at.map(|at| age_seconds(at, now)),
            cells: state.as_ref().map_or(0, |state| state.cells),
            places_spent_today: state.as_ref().map_or(0, |state| state.spent_today),
            places_budget: state.and_then(|state| state.budget),
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
        forecast: ForecastStatus {
            source: Some("open-meteo"),
            down_since: None,
            newest_age_seconds: Some(240),
            cells: 120,
            places_spent_today: 480,
            places_budget: Some(9000),
        },
        left_out: BTreeMap::from([("too_large".into(), 1)]),
        last_poll_at: Some(example::MOMENT),
        readings_by_verdict: by_verdict(&example::present().summary),
        last_stored_at: Some(example::MOMENT - SignedDuration::from_mins(2)),
        store_lag_seconds: Some(120),
        version: VERSION,
        tiles: None,
    };
    Operation::new("getStatus", Tag::Service, "How fresh the readings are, and what is down")
        .description("For people; load balancers use `/routez`.")
        .asks::<()>()
        .responds(ResponseDoc::ok("The status, as this replica sees it.").json(&example))
}
