//! All routes: the handler, the description and the middleware of each.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::any;
use hivebox_config::HttpConfig;
use hivebox_present::Supervisor;
use hivebox_telemetry::metrics::Metrics;
use prometheus_client::registry::Registry;
use utoipa::openapi::OpenApi;

use crate::app::App;
use crate::describe::{self, Methods, Operation, get, post};
use crate::host::require_host;
use crate::metrics::HttpMetrics;
use crate::observe::{Observed, observe};
use crate::policy::Policy;
use crate::rate_limit::limit;
use crate::represent::represent;
use crate::state::{Description, HttpState};
use crate::trailing_slash;
use crate::whole_body::{drop_body, read_whole};
use crate::{
    boxes, chores, conditions, cors, dashboard, docs, error, exposition, forecast, health, history, live,
    map, one_box, openapi, panicked, phenomena, probes, readings, snapshots, sql, status, store, surface,
    temperature, version,
};

/// All routes, each with its description.
fn routes() -> Routes {
    let store = |get_id, post_id| {
        get(store::store, store::describe(get_id)).post(store::store, store::describe(post_id))
    };
    Routes::default()
        .add("/", Policy::DASHBOARD, get(health::root, health::describe_root()))
        .add("/dashboard", Policy::DASHBOARD, get(dashboard::page, dashboard::describe_page()))
        .add("/dashboard/{file}", Policy::DASHBOARD, get(dashboard::file, dashboard::describe_file()))
        .add("/health", Policy::PLAIN, get(health::health, health::describe_health()))
        .add("/version", Policy::PLAIN, get(version::version, version::describe()))
        .add("/metrics", Policy::PLAIN.with_work(), get(exposition::metrics, exposition::describe()))
        .add(
            "/temperature",
            Policy::PLAIN,
            get(temperature::temperature, temperature::describe("getTemperature")),
        )
        .add(
            "/api/temperature",
            Policy::PLAIN,
            get(temperature::temperature, temperature::describe("getApiTemperature")),
        )
        .add("/store", Policy::PLAIN.with_work(), store("getStore", "postStore"))
        .add("/api/store", Policy::PLAIN.with_work(), store("getApiStore", "postApiStore"))
        .add("/livez", Policy::PLAIN, get(probes::livez, probes::describe_livez()))
        .add("/routez", Policy::PLAIN, get(probes::routez, probes::describe_routez()))
        .add("/readyz", Policy::PLAIN, get(probes::readyz, probes::describe_readyz()))
        .add("/api/v1/phenomena", Policy::API, get(phenomena::phenomena, phenomena::describe()))
        .add("/api/v1/conditions", Policy::API, get(conditions::conditions, conditions::describe()))
        .add("/api/v1/forecast", Policy::API, get(forecast::forecast, forecast::describe()))
        .add("/api/v1/chores", Policy::API, get(chores::chores, chores::describe()))
        .add("/api/v1/boxes", Policy::API, get(boxes::boxes, boxes::describe()))
        .add("/api/v1/boxes/{id}", Policy::API, get(one_box::one_box, one_box::describe()))
        .add("/api/v1/map", Policy::API, get(map::map, map::describe()))
        .add("/api/v1/surface/{z}/{x}/{y}", Policy::API, get(surface::surface, surface::describe()))
        .add("/api/v1/readings", Policy::API, get(readings::readings, readings::describe()))
        .add("/api/v1/snapshots", Policy::API, get(snapshots::list, snapshots::describe_list()))
        .add("/api/v1/snapshots/{name}", Policy::API, get(snapshots::show, snapshots::describe_show()))
        .add("/api/v1/history", Policy::API, get(history::history, history::describe()))
        .add("/api/v1/sql", Policy::API.for_own_origin().with_body(), post(sql::sql, sql::describe()))
        .add("/api/v1/status", Policy::API.without_work(), get(status::status, status::describe()))
        .add("/api/v1/live", Policy::STREAM, get(live::live, live::describe()))
        .add("/openapi.json", Policy::DESCRIPTION, get(openapi::openapi, openapi::describe()))
        .add("/docs", Policy::DESCRIPTION, get(docs::docs, docs::describe_docs()))
        .add("/docs/style.css", Policy::DESCRIPTION, get(docs::style, docs::describe_style()))
}

/// The rendered description of the API, shared by all routers of the process.
static DESCRIPTION: LazyLock<Arc<Description>> = LazyLock::new(|| {
    let document = document();
    Arc::new(Description { document: openapi::render(&document), page: docs::render(&document) })
});

/// The state that handlers share.
pub(crate) fn state(
    app: Arc<App>,
    config: &HttpConfig,
    exposition: Metrics,
    metrics: HttpMetrics,
) -> HttpState {
    HttpState::new(app, config, exposition, metrics, Arc::clone(&DESCRIPTION))
}

/// The router with all routes.
pub(crate) fn over(state: &HttpState) -> Router {
    let router = routes().observed(state);
    // No extractor reads a body; SQL reads its own, with a limit.
    router.layer(DefaultBodyLimit::max(0)).with_state(state.clone())
}

/// The OpenAPI document of the API.
pub fn document() -> OpenApi {
    describe::document(routes().0.into_iter().map(|route| (route.path, route.methods.operations)))
}

/// Registers the metrics of HTTP, with series for all routes. The `supervisor` restarts its tasks.
pub fn register_metrics(registry: &mut Registry, supervisor: &Supervisor) -> HttpMetrics {
    HttpMetrics::register(registry, supervisor, routes().0.iter().map(|route| route.path))
}

#[derive(Default)]
struct Routes(Vec<Route>);

struct Route {
    path: &'static str,
    policy: Policy,
    methods: Methods<HttpState>,
}

impl Routes {
    fn add(mut self, path: &'static str, policy: Policy, methods: Methods<HttpState>) -> Self {
        let methods = if policy.is_represented { methods.map_gets(Operation::revalidates) } else { methods };
        let methods = if policy.is_limited { methods.map(Operation::limited) } else { methods };
        self.0.push(Route { path, policy, methods });
        self
    }

    /// The routes with their middleware, from the outside in: observation (id, metrics, log), the header `Host`, CORS,
    /// the response to a panic, rate limit, representation (compression and entity tags), the body, and the refusal of
    /// unsupported methods. The [`Policy`] of a route selects which of these apply. A slash at the end of a path is
    /// redirected.
    fn observed(self, state: &HttpState) -> Router<HttpState> {
        let router = self.0.into_iter().fold(Router::new(), |router, Route { path, policy, methods }| {
            let handlers = methods.handlers.fallback(error::method_not_allowed);
            let mut handlers = if policy.takes_body {
                handlers.layer(from_fn(read_whole))
            } else {
                handlers.layer(from_fn(drop_body))
            };
            let mut redirect = any(trailing_slash::redirect).layer(from_fn(drop_body));
            if policy.is_represented {
                handlers = handlers.layer(from_fn(represent));
            }
            if let Some(rate_limit) = state.rate_limit.as_ref().filter(|_| policy.is_limited) {
                handlers = handlers.layer(from_fn_with_state(Arc::clone(rate_limit), limit));
            }
            handlers = handlers.layer(panicked::layer());
            if policy.is_for_any_origin {
                handlers = handlers.layer(cors::layer());
                redirect = redirect.layer(cors::layer());
            }
            let observe = from_fn_with_state(observed(state, path, policy.does_work), observe);
            let handlers = handlers.layer(from_fn(require_host)).layer(observe.clone());
            let router = router.route(path, handlers);
            if path == "/" {
                return router;
            }
            router.route(&format!("{path}/"), redirect.layer(from_fn(require_host)).layer(observe))
        });
        let observe = from_fn_with_state(observed(state, "other", false), observe);
        let not_found =
            any(error::not_found).layer(from_fn(drop_body)).layer(from_fn(require_host)).layer(observe);
        router.fallback_service(not_found.with_state::<()>(()))
    }
}

/// How requests to `route` are observed.
pub(crate) fn observed(state: &HttpState, route: &str, does_work: bool) -> Observed {
    Observed { metrics: state.metrics.requests.route(route), does_work }
}
