//! What /openapi.json says of the API, held against the API by a tool that knows nothing else of it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::{TestApp, TestUpstream};

/// A stream has no end, but where it is told one.
const CONFIG: &str = r#"
hooks = "hooks.py"

[[operations]]
include-path = "/api/v1/live"
parameters = { "query.events" = 1 }
"#;
/// OpenAPI cannot say which parameters need another one beside them: a latitude without a longitude is
/// refused, though each alone is as described.
const HOOKS: &str = r#"
import schemathesis

PLACE = ("lat", "lon")

@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.query or case.path.endswith("/chores"):
        return
    given = [name for name in PLACE if name in case.query]
    if len(given) == 1:
        case.query.update({name: "7.5" for name in PLACE if name not in given})
    if not given:
        for name in ("radius_km", "height"):
            case.query.pop(name, None)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_as_it_is_described() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "off")]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    // So that there is a snapshot to be asked for.
    assert!(app.post("/store").await.status().is_success());
    let description = format!("http://{}/openapi.json", app.address);
    let mut command = schemathesis(app.folder.path());
    command
        .args([
            "run",
            &description,
            "--include-path-regex",
            ".",
            "--checks",
            "all",
            "--max-examples",
            "30",
            "--seed",
            "1",
        ])
        .args(["--workers", "2", "--request-timeout", "20", "--continue-on-failure"]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

fn schemathesis(folder: &Path) -> Command {
    let Some(program) = std::env::var_os("HIVEBOX_TEST_SCHEMATHESIS") else {
        panic!("HIVEBOX_TEST_SCHEMATHESIS is not set: run the tests by `cargo xtask test`, which sets it");
    };
    let config = folder.join("schemathesis.toml");
    std::fs::write(&config, CONFIG).unwrap();
    std::fs::write(folder.join("hooks.py"), HOOKS).unwrap();
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).arg("--config-file").arg(config);
    command.env("NO_COLOR", "1").env("NO_PROXY", "127.0.0.1");
    command
}
