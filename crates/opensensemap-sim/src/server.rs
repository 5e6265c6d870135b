//! The server: the routes with their middleware.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::error::{ErrorAnswer, refuse};
use crate::fault::{Api, FAULT_HEADER, InvalidFault, Plan, answer, faults_of_header};
use crate::handle::SimServer;
use crate::routes;

/// How long [`serve`] waits for answers in progress after its shutdown: a simulated delay may last
/// longer than anyone waits.
const GRACE: Duration = Duration::from_secs(1);

/// All routes, for [`serve`] or for use within another server.
pub fn router(sim: SimServer) -> Router {
    let api = Router::new()
        .route("/", get(routes::index))
        .route("/boxes", get(routes::boxes::list))
        .route("/boxes/{id}", get(routes::boxes::single))
        .route("/boxes/data", get(routes::data::of_boxes).post(routes::data::of_boxes_by_post))
        .route("/boxes/{id}/data/{sensor}", get(routes::data::of_a_sensor))
        .route("/stats", get(routes::stats::stats))
        .route("/v1/forecast", get(routes::open_meteo::forecast).post(routes::open_meteo::forecast_by_post))
        .route("/weatherapi/locationforecast/2.0/compact", get(routes::met_norway::forecast))
        .route("/archive/", get(routes::archive::days))
        .route("/archive/{date}/", get(routes::archive::boxes))
        .route("/archive/{date}/{folder}/", get(routes::archive::files))
        .route("/archive/{date}/{folder}/{file}", get(routes::archive::file))
        // Requests are counted first, including those that fail.
        .route_layer(middleware::from_fn_with_state(sim.clone(), befall))
        .route_layer(middleware::from_fn_with_state(sim.clone(), count));
    Router::new()
        .merge(api)
        .merge(routes::admin::router())
        .fallback(async |request: Request| ErrorAnswer::ResourceNotFound(request.uri().path().to_owned()))
        .method_not_allowed_fallback(async |request: Request| {
            ErrorAnswer::MethodNotAllowed(request.method().to_string())
        })
        .layer(middleware::map_response(allow_any_origin))
        .with_state(sim)
}

/// Serves the routes until `shutdown` completes, then waits up to a second for answers in progress.
///
/// # Errors
/// The errors of the listener.
pub async fn serve(
    listener: TcpListener,
    sim: SimServer,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    // Otherwise a slow drip would be collected into larger packets; if this fails, it is only less even.
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

/// Applies the faults of the header and of the current rules to a request.
async fn befall(
    State(sim): State<SimServer>,
    route: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = match request.headers().get(FAULT_HEADER).map(HeaderValue::to_str) {
        None => Ok(Vec::new()),
        Some(Ok(header)) => faults_of_header(header),
        Some(Err(_)) => Err(InvalidFault::Unreadable(format!("{FAULT_HEADER} is not text"))),
    };
    let mut faults = match asked {
        Ok(faults) => faults,
        Err(error) => return refuse(&error),
    };
    faults.extend(sim.faults().draw(request.uri().path(), route.as_str()));
    let api = Api::of_route(route.as_str());
    let plan = Plan::of(faults, api);
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    if let Some(response) = plan.answer.as_ref().and_then(|fault| answer::answer(fault, api)) {
        return response;
    }
    request.extensions_mut().insert(plan.body);
    next.run(request).await
}

async fn allow_any_origin(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
