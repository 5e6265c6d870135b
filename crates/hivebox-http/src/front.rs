//! What connections ask: `GET /temperature` is answered here from bytes at hand, all else by the router.
//!
//! Nearly every request is for `/temperature`, and its way through the router and the boxed middleware takes
//! longer than all that there is to do for it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Request};
use axum::response::Response;
use futures_util::future::Either;
use hivebox_config::HttpConfig;
use hivebox_telemetry::metrics::Metrics;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::{TowerToHyperService, TowerToHyperServiceFuture};

use crate::app::App;
use crate::connection::Connection;
use crate::metrics::HttpMetrics;
use crate::observe::{Observation, Observed};
use crate::state::HttpState;
use crate::{live, routes, temperature};

/// The service that each connection asks.
#[derive(Debug, Clone)]
pub struct Front {
    state: HttpState,
    /// The paths that are answered here.
    direct: Arc<[(&'static str, Observed)]>,
    router: TowerToHyperService<Router>,
    connection: Connection,
}

impl Front {
    /// A service over all routes.
    pub fn new(app: Arc<App>, config: &HttpConfig, exposition: Metrics, metrics: HttpMetrics) -> Self {
        let state = routes::state(app, config, exposition, metrics);
        let direct = temperature::PATHS.map(|path| (path, routes::observed(&state, path, false)));
        let router = TowerToHyperService::new(routes::over(&state));
        Self { state, direct: Arc::new(direct), router, connection: Connection::default() }
    }

    /// The router over all routes, which serves from the same parts and counts in the same metrics.
    pub fn router(&self) -> Router {
        routes::over(&self.state)
    }

    /// Makes an event of each new present, and sends it to all streams. For ever.
    pub async fn herald(&self) {
        live::herald(&self.state).await;
    }

    /// Ends all streams, also those that begin later.
    pub fn end_streams(&self) {
        self.state.live.end();
    }

    /// The same for the requests of one connection.
    pub(super) fn for_connection(&self, peer: IpAddr) -> Self {
        Self { connection: Connection::from_peer(peer), ..self.clone() }
    }

    /// Takes note that the client of this connection takes nothing any more.
    pub(super) fn stall(&self) {
        self.connection.stall();
        self.state.metrics.live.stalled();
    }

    /// The answer, if it is at hand. The router would give the same one: what is asked in another way, must
    /// be waited for, or may not be served is left to it.
    fn at_once(&self, request: &Request<Incoming>) -> Option<Response> {
        if request.method() != Method::GET {
            return None;
        }
        let path = request.uri().path();
        let (_, route) = self.direct.iter().find(|(direct, _)| *direct == path)?;
        let observation = Observation::begin(route, request);
        let mut response = temperature::answer(&self.state, self.state.app.clock.now())?;
        observation.end(route, &mut response);
        Some(response)
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future =
        Either<Ready<Result<Response, Infallible>>, TowerToHyperServiceFuture<Router, Request<Incoming>>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if let Some(response) = self.at_once(&request) {
            return Either::Left(ready(Ok(response)));
        }
        request.extensions_mut().insert(self.connection.clone());
        Either::Right(self.router.call(request))
    }
}
