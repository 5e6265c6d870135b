//! Faults on demand: by header, by the admin routes, by the handle.

use std::io::Read as _;
use std::time::Duration;

use opensensemap_sim::{Fault, FaultRule};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::server::TestServer;

async fn statuses(server: &TestServer, path: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(server.get(path).await.status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_rule_befalls_its_path_until_it_is_used_up() {
    let server = TestServer::start().await;
    let rule =
        FaultRule { times: Some(2), path: Some("/boxes".to_owned()), ..Fault::Status { status: 503 }.into() };
    server.sim.faults().set(rule).unwrap();
    assert_eq!(statuses(&server, "/stats", 1).await, [200]);
    assert_eq!(statuses(&server, "/boxes", 3).await, [503, 503, 200]);
    assert!(server.sim.faults().rules().is_empty());
    assert_eq!(server.sim.requests().count("/boxes"), 3);
}

#[tokio::test]
async fn rules_are_set_shown_and_cleared_by_the_admin_routes() {
    let server = TestServer::start().await;
    let rules = r#"[{"fault":"status","status":500,"path":"/boxes/{id}"},{"fault":"too_many_requests","path":"/st*"}]"#;
    let (status, shown) = server.send("PUT", "/_sim/faults", rules).await;
    assert_eq!(status, 200);
    let expected = json!([
        { "fault": "status", "status": 500, "path": "/boxes/{id}" },
        { "fault": "too_many_requests", "retry_after": 60, "path": "/st*" },
    ]);
    assert_eq!(shown, expected);
    assert_eq!(server.json("/_sim/faults").await, expected);
    assert_eq!(statuses(&server, "/boxes/5386026e5f08822009b8b60d", 1).await, [500]);
    let limited = server.get("/stats").await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "60"));
    server.send("DELETE", "/_sim/faults", "").await;
    assert_eq!(statuses(&server, "/stats", 1).await, [200]);
}

#[tokio::test]
async fn a_share_of_the_requests_fails_and_the_seed_says_which() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let server = TestServer::start().await;
        let rule = FaultRule { share: Some(0.5), ..Fault::Status { status: 503 }.into() };
        server.sim.faults().set(rule).unwrap();
        runs.push(statuses(&server, "/", 40).await);
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|&&status| status == 503).count();
    assert!((10..30).contains(&failed), "{failed}");
}

#[tokio::test]
async fn wrong_rules_are_refused_and_the_old_ones_stay() {
    let server = TestServer::start().await;
    server.sim.faults().set(Fault::Delay { millis: 1 }).unwrap();
    for (body, message) in [
        ("x", "not a fault: expected value at line 1 column 1"),
        ("7", "not a fault: a rule is an object such as {\"fault\":\"status\",\"status\":503}"),
        (r#"{"fault":"status","status":200}"#, "`status` must be 400 to 599"),
        (r#"{"fault":"status","status":503,"times":0}"#, "`times` must be 1 or more"),
        (r#"{"fault":"not_json","share":1.5}"#, "`share` must be 0 to 1"),
        (r#"{"fault":"not_json","tims":1}"#, "not a fault: unknown field `tims`"),
        (r#"{"fault":"delay","millis":1,"tims":1}"#, "not a fault: unknown field `tims`, expected `millis`"),
        (r#"{"fault":"gzip_bomb","bytes":99999999999}"#, "`bytes` must be 0 to 17179869184 (16 GiB)"),
        (r#"{"fault":"not_json","path":"boxes"}"#, "`path` must be a path that begins with /"),
    ] {
        let (status, answer) = server.send("PUT", "/_sim/faults", body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(answer, json!({ "code": "InvalidFault", "message": message }));
    }
    assert_eq!(server.sim.faults().rules(), [FaultRule::from(Fault::Delay { millis: 1 })]);
    let header = server.with_fault("flood", "/boxes").await;
    assert_eq!((header.status().as_u16(), header.text().await.unwrap().contains("`flood`")), (400, true));
}

#[tokio::test]
async fn a_delay_comes_before_the_answer_and_beside_other_faults() {
    let server = TestServer::start().await;
    let begin = Instant::now();
    let response = server.with_fault("delay=50,status=502", "/boxes").await;
    assert!(begin.elapsed() >= Duration::from_millis(50));
    assert_eq!(response.status(), 502);
    assert_eq!(response.json_code().await, "BadGateway");
}

#[tokio::test]
async fn a_reset_breaks_off_within_the_body() {
    let server = TestServer::start().await;
    for encoding in ["identity", "gzip"] {
        let request = server
            .request("/boxes?full=true")
            .header("x-sim-fault", "reset")
            .header("accept-encoding", encoding);
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut received = 0;
        let error = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => received += chunk.len(),
                Ok(None) => panic!("the body ended as if nothing had happened"),
                Err(error) => break error,
            }
        };
        assert!(received > 1000, "{received} bytes, then {error}");
    }
}

#[tokio::test]
async fn a_truncated_body_is_a_success_that_ends_in_an_error_text() {
    let server = TestServer::start().await;
    let whole = server.get("/boxes?full=true").await.text().await.unwrap();
    let response = server.with_fault("truncated", "/boxes?full=true").await;
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    let start = text.strip_suffix("Error: connection 16 to 127.0.0.1:27017 timed out").unwrap();
    assert!(whole.starts_with(start));
    assert!(start.len().abs_diff(whole.len() / 2) < 2);
}

#[tokio::test]
async fn proxies_and_nonsense_answer_in_its_place() {
    let server = TestServer::start().await;
    let page = server.with_fault("html_error_page", "/boxes").await;
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (502, "text/html")
    );
    assert!(page.text().await.unwrap().contains("502 Bad Gateway"));
    let nonsense = server.with_fault("not_json", "/boxes").await;
    assert_eq!(nonsense.status(), 200);
    assert!(serde_json::from_str::<Value>(&nonsense.text().await.unwrap()).is_err());
}

#[tokio::test]
async fn a_slow_drip_brings_the_whole_body_in_the_end() {
    let server = TestServer::start().await;
    let path = "/boxes?name=sensebox&limit=1";
    let whole = server.get(path).await.text().await.unwrap();
    let begin = Instant::now();
    let dripped = server.with_fault("slow_drip=5", path).await.text().await.unwrap();
    assert_eq!(dripped, whole);
    assert!(begin.elapsed() >= Duration::from_millis(5) * (whole.len() / 16) as u32);
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire() {
    let server = TestServer::start().await;
    let response = server.with_fault("gzip_bomb=16777216", "/boxes").await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let wire = response.bytes().await.unwrap();
    assert!(wire.len() < 32_000, "{}", wire.len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&wire[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain.len(), 16_777_217);
}

#[tokio::test]
async fn one_bad_box_spoils_itself_and_no_other() {
    let server = TestServer::start().await;
    let whole = server.get("/boxes?full=true").await.bytes().await.unwrap();
    for (fault, difference) in [("bad_box=7", 0), ("invalid_utf8=7", 1), ("bad_box=99999", 0)] {
        let spoilt = server.with_fault(fault, "/boxes?full=true").await.bytes().await.unwrap();
        assert_eq!(spoilt.len(), whole.len() + difference);
        assert!(serde_json::from_slice::<Value>(&spoilt).is_err());
        let same = spoilt.iter().zip(&whole).take_while(|(left, right)| left == right).count();
        assert!(same > 1000 && spoilt[same + 1..] == whole[same + 1 - difference..], "{fault}");
    }
    let utf8 = server.with_fault("invalid_utf8", "/boxes").await.bytes().await.unwrap();
    assert!(std::str::from_utf8(&utf8).is_err());
}

trait JsonCode {
    async fn json_code(self) -> String;
}

impl JsonCode for reqwest::Response {
    async fn json_code(self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes().await.unwrap()).unwrap();
        body["code"].as_str().unwrap().to_owned()
    }
}
