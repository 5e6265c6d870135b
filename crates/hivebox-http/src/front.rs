//! The service of each connection. It answers `GET /temperature` from rendered bytes, and passes all other requests to
//! the router.
//!
//! Nearly every request is for `/temperature`, and passing through the router and its boxed middleware would take
//! longer than the answer itself.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Request};
use axum::response::Response;
use futures_util::future::{Either, FutureExt, TryFutureExt};
use hivebox_config::HttpConfig;
use hivebox_telemetry::metrics::Metrics;
use hyper::body::{Body, Incoming};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::app::App;
use crate::connection::Connection;
use crate::host;
use crate::keep_alive::KeepAlive;
use crate::metrics::HttpMetrics;
use crate::observe::{Observed, RequestObservation};
use crate::state::HttpState;
use crate::{panicked, routes, temperature};

/// The service of each connection.
#[derive(Debug, Clone)]
pub struct Front {
    state: HttpState,
    /// The paths that bypass the router.
    direct: Arc<[(&'static str, Observed)]>,
    router: TowerToHyperService<Router>,
    keep_alive: KeepAlive,
    connection: Connection,
}

impl Front {
    /// A service with all routes.
    pub fn new(app: Arc<App>, config: &HttpConfig, exposition: Metrics, metrics: HttpMetrics) -> Self {
        let state = routes::state(app, config, exposition, metrics);
        let direct = temperature::PATHS.map(|path| (path, routes::observed(&state, path, false)));
        let router = TowerToHyperService::new(routes::over(&state));
        let keep_alive = KeepAlive::of(config.keep_alive);
        Self { state, direct: Arc::new(direct), router, keep_alive, connection: Connection::default() }
    }

    /// A router with all routes, which shares this service's state and metrics.
    pub fn router(&self) -> Router {
        routes::over(&self.state)
    }

    /// Sends an event for each new present to all event streams. Never ends.
    pub async fn broadcast(&self) {
        let state = self.state.clone();
        let broadcasting = move || {
            let state = state.clone();
            async move { state.live.broadcast(&state.app.cache).await }
        };
        self.state.metrics.streams.run(|| (), broadcasting).await;
    }

    /// Ends all event streams, including those that open later.
    pub fn end_streams(&self) {
        self.state.live.end();
    }

    /// The service of the connection from `peer`.
    pub(super) fn for_connection(&self, peer: IpAddr) -> Self {
        Self { connection: Connection::from_peer(peer), ..self.clone() }
    }

    /// Records that the client of this connection has stopped reading.
    pub(super) fn stall(&self) {
        self.connection.stall();
        self.state.metrics.live.stalled();
    }

    /// The response that needs no router, if there is one. The router would respond alike; it handles other methods,
    /// reads bodies, waits for the first poll, and reports errors.
    fn at_once(&self, request: &Request<Incoming>) -> Option<Response> {
        if request.method() != Method::GET || !request.body().is_end_stream() {
            return None;
        }
        let path = request.uri().path();
        let (_, route) = self.direct.iter().find(|(direct, _)| *direct == path)?;
        if !host::is_named(request) {
            return None;
        }
        let observation = RequestObservation::begin(route, request);
        let answer = || temperature::response(&self.state, self.state.app.clock.now());
        let mut response = panicked::caught(answer)?;
        observation.end(route, &mut response);
        Some(response)
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<
        Ready<Result<Response, Infallible>>,
        Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>,
    >;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let persistence = self.keep_alive.for_response(&request, self.state.app.is_draining());
        if let Some(mut response) = self.at_once(&request) {
            persistence.announce(&mut response);
            return Either::Left(ready(Ok(response)));
        }
        request.extensions_mut().insert(self.connection.clone());
        let announce = move |mut response| {
            persistence.announce(&mut response);
            response
        };
        Either::Right(self.router.call(request).map_ok(announce).boxed())
    }
}
