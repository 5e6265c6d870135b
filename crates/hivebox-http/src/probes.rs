//! `GET /livez`, `/routez` and `/readyz`: whether to restart this process, whether to send it requests, and whether it
//! has an answer.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use hivebox_config::ReadinessRule;
use hivebox_present::{Poll, Role};

/// Whether the process works.
#[derive(Serialize, ToSchema)]
struct Liveness {
    /// The state in words.
    status: &'static str,
}

/// `GET /livez`: whether the process works. It depends on no other service, because restarting this process would not
/// repair one. But a process whose refresh loop has ended will never serve a new answer.
pub(super) async fn livez(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (status, body) = alive(app.store.has_ended(), app.is_draining());
    (status, [(CONTENT_TYPE, "application/json")], Bytes::from_static(body))
}

fn alive(has_ended: bool, is_draining: bool) -> (StatusCode, &'static [u8]) {
    if has_ended && !is_draining {
        (StatusCode::SERVICE_UNAVAILABLE, br#"{"status":"the refresh loop has ended"}"#)
    } else {
        (StatusCode::OK, br#"{"status":"alive"}"#)
    }
}

/// `GET /readyz`: whether this replica has an answer, with the figures behind the verdict.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> impl IntoResponse {
    let readiness = Readiness::of(&app, app.clock.now());
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

/// Whether a load balancer should send requests to this replica.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct Routing {
    /// Whether this replica takes requests.
    takes_requests: bool,
    /// The reason.
    #[schema(example = "this replica takes requests")]
    reason: &'static str,
}

/// When to ask a starting or stopping replica again.
const ROUTEZ_RETRY_SECONDS: u64 = 1;

/// `GET /routez`: whether this process takes requests. It depends on nothing else: while openSenseMap is down, every
/// replica can still answer about the past, and say what is wrong.
pub(super) async fn routez(State(app): State<Arc<App>>) -> Response {
    let routing = Routing::of(app.has_started(), app.is_draining());
    if routing.takes_requests {
        return Json(routing).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, ROUTEZ_RETRY_SECONDS.to_string())], Json(routing))
        .into_response()
}

impl Routing {
    const fn of(has_started: bool, is_draining: bool) -> Self {
        match (has_started, is_draining) {
            (_, true) => Self { takes_requests: false, reason: "this replica is stopping" },
            (false, false) => Self {
                takes_requests: false,
                reason: "this replica is starting: its first attempt to get readings has not ended",
            },
            (true, false) => Self { takes_requests: true, reason: "this replica takes requests" },
        }
    }
}

/// The verdict and its basis.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct Readiness {
    /// Whether this replica is ready by the rule.
    ready: bool,
    /// The reason.
    #[schema(example = "there is an answer to serve")]
    reason: &'static str,
    /// The rule of the verdict: `hive` or `roadmap`.
    #[schema(example = "hive")]
    rule: &'static str,
    /// Whether the replica is stopping.
    draining: bool,
    /// The age of the present.
    cache_age_seconds: Option<u64>,
    /// The time of the present.
    cache_as_of: Option<Timestamp>,
    /// How many boxes the last poll requested; 1 if it requested all at once and failed.
    boxes_asked: Option<usize>,
    /// How many of them it did not receive.
    boxes_failed: Option<usize>,
    /// When the last poll ended.
    last_poll_at: Option<Timestamp>,
    /// Why it failed.
    last_poll_error: Option<String>,
    /// Where replicas share the present.
    #[schema(example = "memory")]
    cache: &'static str,
    /// The role of this replica.
    role: Option<ReplicaRole>,
    /// Why the shared cache cannot be reached.
    cache_error: Option<String>,
    /// The source of forecasts; `null` if they are off. The verdict does not depend on it.
    #[schema(example = "open-meteo")]
    forecast: Option<&'static str>,
    /// Since when it is down; `null` while it works.
    forecast_down_since: Option<Timestamp>,
}

/// The role of a replica among those that share the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
enum ReplicaRole {
    /// Holds the lease: polls, publishes, and stores on schedule.
    Holder,
    /// Uses the present that the holder publishes.
    Follower,
    /// Cannot reach the shared cache, and polls for itself.
    Alone,
}

impl From<Role> for ReplicaRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Holder => Self::Holder,
            Role::Follower => Self::Follower,
            Role::Alone => Self::Alone,
        }
    }
}

/// The age above which the roadmap's rule considers the present old.
const ROADMAP_CACHE_AGE: SignedDuration = SignedDuration::from_mins(5);

impl Readiness {
    fn of(app: &App, now: Timestamp) -> Self {
        let (cache, rule, draining) = (&app.cache, app.readiness(), app.is_draining());
        let role_status = cache.role_status();
        let present = cache.present();
        let poll = cache.last_poll();
        let poll = poll.as_deref();
        let age = present.as_ref().map(|present| now.duration_since(present.readings.as_of()));
        let (ready, reason) = if draining {
            (false, "this replica is stopping")
        } else {
            match rule {
                ReadinessRule::Hive => hive(cache.is_servable(now), poll),
                ReadinessRule::Roadmap => roadmap(age, poll),
            }
        };
        Self {
            ready,
            reason,
            rule: match rule {
                ReadinessRule::Hive => "hive",
                ReadinessRule::Roadmap => "roadmap",
            },
            draining,
            cache_age_seconds: age.map(|age| age.as_secs().max(0).unsigned_abs()),
            cache_as_of: present.as_ref().map(|present| present.readings.as_of()),
            boxes_asked: poll.map(|poll| poll.asked),
            boxes_failed: poll.map(|poll| poll.failed),
            last_poll_at: poll.map(|poll| poll.ended_at),
            last_poll_error: poll.and_then(|poll| poll.error.clone()),
            cache: app.shared_cache(),
            role: role_status.as_ref().map(|role_status| role_status.role.into()),
            cache_error: role_status.as_ref().and_then(|role_status| role_status.error.clone()),
            forecast: app.forecasts.source().map(|source| source.slug),
            forecast_down_since: cache.dependencies().forecast.down_since(),
        }
    }
}

/// HiveBox's own rule: ready while there is an answer that may be served.
fn hive(is_servable: bool, poll: Option<&Poll>) -> (bool, &'static str) {
    match (is_servable, poll) {
        (true, _) => (true, "there is an answer to serve"),
        (false, None) => (false, "the first poll of openSenseMap has not ended"),
        (false, Some(_)) => (false, "there is no answer that may be served"),
    }
}

/// The rule of the HiveBox roadmap: not ready if the last poll failed for more than half of the boxes and the present
/// is older than 5 minutes, or missing.
fn roadmap(age: Option<SignedDuration>, poll: Option<&Poll>) -> (bool, &'static str) {
    let Some(poll) = poll else {
        return (false, "the first poll of openSenseMap has not ended");
    };
    if poll.failed.saturating_mul(2) <= poll.asked {
        return (true, "at least half of the boxes could be fetched");
    }
    match age {
        None => (false, "over half of the boxes could not be fetched, and nothing is cached"),
        Some(age) if age > ROADMAP_CACHE_AGE => {
            (false, "over half of the boxes could not be fetched, and the cache is over 5 minutes old")
        }
        Some(_) => (true, "over half of the boxes could not be fetched, but the cache is young"),
    }
}

pub(super) fn describe_livez() -> Operation {
    Operation::new("getLivez", Tag::Service, "Whether the process works, for Kubernetes")
        .responds(ResponseDoc::ok("The process works.").json(&Liveness { status: "alive" }))
        .responds(
            ResponseDoc::new(StatusCode::SERVICE_UNAVAILABLE, "The process must be restarted.")
                .json(&Liveness { status: "the refresh loop has ended" }),
        )
}

pub(super) fn describe_routez() -> Operation {
    Operation::new("getRoutez", Tag::Service, "Whether to send requests to this replica, for load balancers")
        .description(
            "It is about this process alone. While openSenseMap is down it stays 200: the past, the dashboard and \
             the documentation work, and errors say what is wrong.",
        )
        .responds(ResponseDoc::ok("This replica takes requests.").json(&Routing::of(true, false)))
        .responds(
            ResponseDoc::new(StatusCode::SERVICE_UNAVAILABLE, "It starts or stops; `reason` says which.")
                .json(&Routing::of(false, false))
                .headers(&[headers::RETRY_AFTER]),
        )
}

pub(super) fn describe_readyz() -> Operation {
    let moment = Timestamp::constant(1_728_897_600, 0);
    let ready = Readiness {
        ready: true,
        reason: "there is an answer to serve",
        rule: "hive",
        draining: false,
        cache_age_seconds: Some(42),
        cache_as_of: Some(moment),
        boxes_asked: Some(15_000),
        boxes_failed: Some(3),
        last_poll_at: Some(moment),
        last_poll_error: None,
        cache: "memory",
        role: None,
        cache_error: None,
        forecast: None,
        forecast_down_since: None,
    };
    let not_ready = Readiness {
        ready: false,
        reason: "the first poll of openSenseMap has not ended",
        cache_age_seconds: None,
        cache_as_of: None,
        boxes_asked: None,
        boxes_failed: None,
        last_poll_at: None,
        last_poll_error: None,
        cache_error: None,
        ..ready
    };
    Operation::new("getReadyz", Tag::Service, "Whether this replica has an answer, for people and alerts")
        .description("Load balancers use `/routez`: a replica without an answer can still say why.")
        .responds(ResponseDoc::ok("It is ready by the rule.").json(&ready))
        .responds(
            ResponseDoc::new(StatusCode::SERVICE_UNAVAILABLE, "It is not; `reason` says why.")
                .json(&not_ready),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(asked: usize, failed: usize) -> Poll {
        Poll { asked, failed, ..Poll::good(Timestamp::UNIX_EPOCH) }
    }

    #[test]
    fn a_process_without_its_refresh_loop_is_not_alive_unless_it_stops() {
        assert_eq!(alive(true, false).0, StatusCode::SERVICE_UNAVAILABLE);
        for (has_ended, is_draining) in [(false, false), (false, true), (true, true)] {
            assert_eq!(alive(has_ended, is_draining).0, StatusCode::OK);
        }
    }

    #[test]
    fn the_roadmap_rule_needs_both_failed_boxes_and_an_old_cache() {
        let (young, old) = (Some(SignedDuration::from_mins(5)), Some(SignedDuration::from_secs(301)));
        assert!(roadmap(old, Some(&poll(4, 2))).0, "half is not more than half");
        assert!(!roadmap(old, Some(&poll(4, 3))).0);
        assert!(roadmap(young, Some(&poll(4, 4))).0);
        let (ready, reason) = roadmap(None, Some(&poll(1, 1)));
        assert!(!ready && reason.ends_with("nothing is cached"), "{reason}");
        assert!(!roadmap(None, None).0);
    }

    #[test]
    fn a_replica_takes_requests_between_its_start_and_its_stop() {
        assert!(Routing::of(true, false).takes_requests);
        for (has_started, is_draining, reason) in
            [(false, false, "starting"), (false, true, "stopping"), (true, true, "stopping")]
        {
            let routing = Routing::of(has_started, is_draining);
            assert!(!routing.takes_requests && routing.reason.contains(reason), "{routing:?}");
        }
    }

    #[test]
    fn the_hive_rule_needs_an_answer_and_nothing_else() {
        assert!(hive(true, Some(&poll(1, 1))).0);
        assert!(!hive(false, Some(&poll(1, 0))).0);
        assert!(!hive(false, None).0);
    }
}
