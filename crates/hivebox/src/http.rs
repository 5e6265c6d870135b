//! The HTTP API: one file a resource, the middleware in one list, and the only place that knows statuses.

mod boxes;
mod chores;
mod conditions;
mod connection;
mod cors;
mod current;
mod error;
pub mod format;
mod front;
mod group;
mod health;
mod live;
mod metrics;
mod observe;
mod one_box;
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
mod store;
mod table;
mod temperature;
mod version;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get};

pub use error::ApiError;
pub use front::Front;
use group::Group;
pub use live::{HEARTBEAT, Live, herald};
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

/// All routes. Connections ask [`Front`], which asks this.
pub fn router(app: Arc<App>) -> Router {
    let store = || get(store::store).post(store::store);
    Routes { app: &app, router: Router::new() }
        .add("/", Kind::Memory, get(health::root))
        .add("/health", Kind::Memory, get(health::health))
        .add("/version", Kind::Memory, get(version::version))
        .add("/metrics", Kind::Work, get(metrics::metrics))
        .add("/temperature", Kind::Memory, get(temperature::temperature))
        .add("/api/temperature", Kind::Memory, get(temperature::temperature))
        .add("/store", Kind::Work, store())
        .add("/api/store", Kind::Work, store())
        .add("/livez", Kind::Memory, get(probes::livez))
        .add("/readyz", Kind::Memory, get(probes::readyz))
        .add("/api/v1/phenomena", Kind::Memory, get(phenomena::phenomena))
        .add("/api/v1/conditions", Kind::Memory, get(conditions::conditions))
        .add("/api/v1/chores", Kind::Memory, get(chores::chores))
        .add("/api/v1/boxes", Kind::Memory, get(boxes::boxes))
        .add("/api/v1/boxes/{id}", Kind::Memory, get(one_box::one_box))
        .add("/api/v1/readings", Kind::Memory, get(readings::readings))
        .add("/api/v1/snapshots", Kind::Work, get(snapshots::list))
        .add("/api/v1/snapshots/{name}", Kind::Work, get(snapshots::show))
        .add("/api/v1/live", Kind::Memory, get(live::live))
        .finish()
        // No route takes a body.
        .layer(DefaultBodyLimit::max(0))
        .with_state(app)
}

struct Routes<'a> {
    app: &'a App,
    router: Router<Arc<App>>,
}

impl Routes<'_> {
    /// Adds a route with the middleware that each of its requests passes, from the outside in: the request
    /// is given an id, counted, timed and logged; pages of other origins may read the answer; a client that
    /// asks too often is refused; the answer is sent as the client wants it; then a method that the route does not know is refused. Which of these a
    /// route has, its [`Group`] says.
    fn add(mut self, path: &'static str, kind: Kind, methods: MethodRouter<Arc<App>>) -> Self {
        let group = Group::of(path);
        let mut methods = methods.fallback(error::method_not_allowed);
        if group.is_represented() {
            methods = methods.layer(from_fn(represent));
        }
        if let Some(rate_limit) = self.app.rate_limit.as_ref().filter(|_| group.is_limited()) {
            methods = methods.layer(from_fn_with_state(Arc::clone(rate_limit), limit));
        }
        if group.is_for_any_origin() {
            methods = methods.layer(cors::layer());
        }
        let observed = observed(self.app, path, kind);
        let methods = methods.layer(from_fn_with_state(observed, observe));
        self.router = self.router.route(path, methods);
        self
    }

    fn finish(self) -> Router<Arc<App>> {
        let observed = observed(self.app, "other", Kind::Memory);
        let not_found = axum::routing::any(error::not_found).layer(from_fn_with_state(observed, observe));
        self.router.fallback_service(not_found.with_state::<()>(()))
    }
}

/// How the requests to `route` are observed.
fn observed(app: &App, route: &str, kind: Kind) -> Observed {
    Observed { metrics: app.metrics.http.route(route), does_work: kind == Kind::Work }
}
