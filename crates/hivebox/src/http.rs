//! The HTTP API: one file a resource, the middleware in one list, and the only place that knows statuses.

mod boxes;
mod chores;
mod compressed;
mod conditions;
mod connection;
mod cors;
mod current;
mod dashboard;
mod describe;
mod docs;
mod error;
mod example;
pub mod format;
mod front;
mod group;
mod health;
pub(crate) mod history;
mod live;
mod map;
mod metrics;
mod observe;
mod one_box;
mod openapi;
pub mod parameters;
mod phenomena;
mod pieces;
mod probes;
mod rate_limit;
mod reading_row;
mod readings;
mod represent;
pub mod server;
mod snapshots;
pub(crate) mod sql;
mod status;
mod store;
pub(crate) mod table;
mod temperature;
mod version;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa::openapi::OpenApi;

use describe::post;
use describe::{Methods, Operation, get};
pub use error::ApiError;
pub use front::Front;
use group::Group;
pub use live::{HEARTBEAT, Live, herald};
pub use map::Maps;
use observe::{Observed, observe};
pub use rate_limit::RateLimit;
use rate_limit::limit;
use represent::represent;
pub use temperature::Rendered;

use crate::app::App;

/// Whether a route answers out of memory, or does work for which a request may have to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Memory,
    Work,
}

/// All routes, each with its description.
fn routes() -> Routes {
    let store = |get_id, post_id| {
        get(store::store, store::describe(get_id)).post(store::store, store::describe(post_id))
    };
    let routes = Routes::default()
        .add("/", Kind::Memory, get(health::root, health::describe_root()))
        .add("/dashboard", Kind::Memory, get(dashboard::page, dashboard::describe_page()))
        .add("/dashboard/{file}", Kind::Memory, get(dashboard::file, dashboard::describe_file()))
        .add("/health", Kind::Memory, get(health::health, health::describe_health()))
        .add("/version", Kind::Memory, get(version::version, version::describe()))
        .add("/metrics", Kind::Work, get(metrics::metrics, metrics::describe()))
        .add(
            "/temperature",
            Kind::Memory,
            get(temperature::temperature, temperature::describe("getTemperature")),
        )
        .add(
            "/api/temperature",
            Kind::Memory,
            get(temperature::temperature, temperature::describe("getApiTemperature")),
        )
        .add("/store", Kind::Work, store("getStore", "postStore"))
        .add("/api/store", Kind::Work, store("getApiStore", "postApiStore"))
        .add("/livez", Kind::Memory, get(probes::livez, probes::describe_livez()))
        .add("/readyz", Kind::Memory, get(probes::readyz, probes::describe_readyz()))
        .add("/api/v1/phenomena", Kind::Work, get(phenomena::phenomena, phenomena::describe()))
        .add("/api/v1/conditions", Kind::Work, get(conditions::conditions, conditions::describe()))
        .add("/api/v1/chores", Kind::Work, get(chores::chores, chores::describe()))
        .add("/api/v1/boxes", Kind::Work, get(boxes::boxes, boxes::describe()))
        .add("/api/v1/boxes/{id}", Kind::Work, get(one_box::one_box, one_box::describe()))
        .add("/api/v1/map", Kind::Work, get(map::map, map::describe()))
        .add("/api/v1/readings", Kind::Work, get(readings::readings, readings::describe()))
        .add("/api/v1/snapshots", Kind::Work, get(snapshots::list, snapshots::describe_list()))
        .add("/api/v1/snapshots/{name}", Kind::Work, get(snapshots::show, snapshots::describe_show()));
    let routes = routes.add("/api/v1/history", Kind::Work, get(history::history, history::describe()));
    let routes = routes.add("/api/v1/sql", Kind::Work, post(sql::sql, sql::describe()));
    routes
        .add("/api/v1/status", Kind::Memory, get(status::status, status::describe()))
        .add("/api/v1/live", Kind::Memory, get(live::live, live::describe()))
        .add("/openapi.json", Kind::Memory, get(openapi::openapi, openapi::describe()))
        .add("/docs", Kind::Memory, get(docs::docs, docs::describe_docs()))
        .add("/docs/style.css", Kind::Memory, get(docs::style, docs::describe_style()))
}

/// The router over all routes. Connections ask [`Front`], which asks this.
pub fn router(app: Arc<App>) -> Router {
    // Made now, and not when the first one asks for them.
    openapi::prepare();
    docs::prepare();
    let router = routes().observed(&app);
    // None that is read by an extractor: SQL has a bound of its own.
    router.layer(DefaultBodyLimit::max(0)).with_state(app)
}

/// The description of the API.
pub fn document() -> OpenApi {
    describe::document(routes().0.into_iter().map(|route| (route.path, route.methods)))
}

#[derive(Default)]
struct Routes(Vec<Route>);

struct Route {
    path: &'static str,
    kind: Kind,
    methods: Methods,
}

impl Routes {
    fn add(mut self, path: &'static str, kind: Kind, methods: Methods) -> Self {
        let group = Group::of(path);
        let methods = if group.is_represented() { methods.map_gets(Operation::revalidates) } else { methods };
        let methods = if group.is_limited() { methods.map(Operation::limited) } else { methods };
        self.0.push(Route { path, kind, methods });
        self
    }

    /// The routes with the middleware that each of their requests passes, from the outside in: the request
    /// is given an id, counted, timed and logged; pages of other origins may read the answer; a client that
    /// asks too often is refused; the answer is sent as the client wants it; then a method that the route does
    /// not know is refused. Which of these a route has, its [`Group`] says.
    fn observed(self, app: &App) -> Router<Arc<App>> {
        let router = self.0.into_iter().fold(Router::new(), |router, Route { path, kind, methods }| {
            let group = Group::of(path);
            let mut handlers = methods.handlers.fallback(error::method_not_allowed);
            if group.is_represented() {
                handlers = handlers.layer(from_fn(represent));
            }
            if let Some(rate_limit) = app.rate_limit.as_ref().filter(|_| group.is_limited()) {
                handlers = handlers.layer(from_fn_with_state(Arc::clone(rate_limit), limit));
            }
            if group.is_for_any_origin() {
                handlers = handlers.layer(cors::layer());
            }
            router.route(path, handlers.layer(from_fn_with_state(observed(app, path, kind), observe)))
        });
        let observed = observed(app, "other", Kind::Memory);
        let not_found = axum::routing::any(error::not_found).layer(from_fn_with_state(observed, observe));
        router.fallback_service(not_found.with_state::<()>(()))
    }
}

/// How the requests to `route` are observed.
fn observed(app: &App, route: &str, kind: Kind) -> Observed {
    Observed { metrics: app.metrics.http.route(route), does_work: kind == Kind::Work }
}

/// A header made of digits and of words of ours, which are all allowed in one.
fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}
