//! The server: a handle that tests keep, and the routes with what every request passes.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::clock::{Clock, RunningClock};
use crate::error::ApiError;
use crate::fault::{FAULT_HEADER, Faults, InvalidFault, Plan, answer, faults_of_header};
use crate::requests::Requests;
use crate::routes;
use crate::routes::boxes::Rows;
use crate::simulation::Simulation;

/// How long [`serve`] waits after its shutdown for answers that are under way: a simulated delay may last longer than anyone waits.
const GRACE: Duration = Duration::from_secs(1);

/// A simulated openSenseMap with its clock, faults and counters. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct SimServer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    simulation: Arc<Simulation>,
    clock: Mutex<RunningClock>,
    faults: Faults,
    requests: Requests,
}

impl SimServer {
    /// A server that follows the system's clock and has no faults yet.
    #[must_use]
    pub fn new(simulation: Simulation) -> Self {
        Self(Arc::new(Inner {
            faults: Faults::new(simulation.options().seed),
            simulation: Arc::new(simulation),
            clock: Mutex::new(RunningClock::start(Clock::System)),
            requests: Requests::default(),
        }))
    }

    /// What it shows.
    #[must_use]
    pub fn simulation(&self) -> &Arc<Simulation> {
        &self.0.simulation
    }

    /// The faults in force.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// How often it was asked.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.0.requests
    }

    /// Sets the clock; an accelerated one starts now.
    pub fn set_time(&self, clock: Clock) {
        *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner) = RunningClock::start(clock);
    }

    /// The time that it shows.
    pub fn now(&self) -> Timestamp {
        self.0.clock.lock().unwrap_or_else(PoisonError::into_inner).now()
    }

    /// The body of `GET /boxes?full=true` as it is now, in pieces of some 32 KiB, for those who want it without HTTP.
    ///
    /// ```
    /// use opensensemap_sim::{Clock, Options, SimServer, Simulation, Stations};
    ///
    /// let sim = SimServer::new(Simulation::new(Options { stations: Stations::Generated(2), ..Options::default() }));
    /// sim.set_time(Clock::Fixed("2026-11-24T12:00:00Z".parse()?));
    /// let body: Vec<u8> = sim.boxes_body().flatten().collect();
    /// assert!(body.starts_with(b"[{") && body.ends_with(b"}]"));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn boxes_body(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.boxes_body_at(self.now())
    }

    /// The same as it is at any moment, whatever the clock shows.
    pub fn boxes_body_at(&self, at: Timestamp) -> impl Iterator<Item = Bytes> + use<> {
        Rows::all(Arc::clone(self.simulation()), at)
    }
}

/// All routes, to be served by [`serve`] or within another server.
pub fn router(sim: SimServer) -> Router {
    let api = Router::new()
        .route("/", get(routes::index))
        .route("/boxes", get(routes::boxes::list))
        .route("/boxes/{id}", get(routes::boxes::single))
        .route("/boxes/data", get(routes::data::of_boxes).post(routes::data::of_boxes_by_post))
        .route("/boxes/{id}/data/{sensor}", get(routes::data::of_a_sensor))
        .route("/stats", get(routes::stats::stats))
        .route("/archive/", get(routes::archive::days))
        .route("/archive/{date}/", get(routes::archive::boxes))
        .route("/archive/{date}/{folder}/", get(routes::archive::files))
        .route("/archive/{date}/{folder}/{file}", get(routes::archive::file))
        // Counted first: a request that fails was a request.
        .route_layer(middleware::from_fn_with_state(sim.clone(), befall))
        .route_layer(middleware::from_fn_with_state(sim.clone(), count));
    Router::new()
        .merge(api)
        .merge(routes::admin::router())
        .fallback(async |request: Request| ApiError::ResourceNotFound(request.uri().path().to_owned()))
        .method_not_allowed_fallback(async |request: Request| {
            ApiError::MethodNotAllowed(request.method().to_string())
        })
        .layer(middleware::map_response(allow_any_origin))
        .with_state(sim)
}

/// Serves the routes until `shutdown` ends, and then answers that are under way for up to a second.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    sim: SimServer,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    // Without this a slow drip would be collected into larger packets.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = axum::serve(listener, router(sim)).with_graceful_shutdown(async {
        // An error means that the other half is gone, which is a stop as well.
        drop(stopped.await);
    });
    let deadline = async {
        shutdown.await;
        drop(stop);
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = server.into_future() => result,
        () = deadline => Ok(()),
    }
}

async fn count(State(sim): State<SimServer>, route: MatchedPath, request: Request, next: Next) -> Response {
    sim.requests().add(route.as_str());
    next.run(request).await
}

/// Lets the faults of the header and those in force befall a request.
async fn befall(
    State(sim): State<SimServer>,
    route: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = match request.headers().get(FAULT_HEADER).map(HeaderValue::to_str) {
        None => Ok(Vec::new()),
        Some(Ok(header)) => faults_of_header(header),
        Some(Err(_)) => Err(InvalidFault::Unreadable(format!("{FAULT_HEADER} is no text"))),
    };
    let mut faults = match asked {
        Ok(faults) => faults,
        Err(error) => return refuse(&error),
    };
    faults.extend(sim.faults().draw(request.uri().path(), route.as_str()));
    let plan = Plan::of(faults);
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    if let Some(response) = plan.answer.as_ref().and_then(answer::answer) {
        return response;
    }
    request.extensions_mut().insert(plan.body);
    next.run(request).await
}

/// 400 for a fault that is none; not in the API's words, since the API knows no faults.
pub(crate) fn refuse(error: &InvalidFault) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "code": "InvalidFault", "message": error.to_string() })))
        .into_response()
}

async fn allow_any_origin(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
