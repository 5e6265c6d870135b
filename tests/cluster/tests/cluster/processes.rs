//! The processes of the tests: a cluster, and hivebox beside it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The longest time that is waited for something to become true.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(200);

/// Keeps the tests from running at once: each starts a cluster of three processes.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // A test that failed has ended its processes.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Variables of the environment.
pub(crate) type Variables = Vec<(String, String)>;

/// A process that ends with the test.
struct Running(Child);

/// A scheduler and its executors, with all that they write below one folder.
pub(crate) struct Cluster {
    port: u16,
    folder: TempDir,
    _processes: Vec<Running>,
}

/// A hivebox over one store.
pub(crate) struct HiveBox {
    pub(crate) store: String,
    pub(crate) variables: Variables,
}

/// A hivebox that serves a simulated openSenseMap.
pub(crate) struct Demo {
    address: String,
    _process: Running,
    _folder: TempDir,
}

impl Demo {
    /// The answer to SQL, with its head.
    pub(crate) fn sql(&self, text: &str) -> String {
        let body = serde_json::json!({ "sql": text }).to_string();
        let length = body.len();
        let head = format!(
            "POST /api/v1/sql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n"
        );
        let request = format!("{head}Content-Type: application/json\r\n\r\n{body}");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = tokio::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(PAUSE);
    }
}

impl Cluster {
    /// Starts a scheduler and two executors, and waits until these are known to it.
    pub(crate) fn start(variables: &Variables) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let start = |program: &str, name: &str, arguments: &[&str]| {
            let log = File::create(folder.path().join(format!("{name}.log"))).unwrap();
            let mut command = Command::new(program);
            command
                .args(arguments)
                .envs(variables.iter().cloned())
                .env("RUST_LOG", "info,ballista_scheduler=debug");
            // The port is the scheduler's, and is told to all alike.
            command
                .arg(if name == "scheduler" { "--bind-port" } else { "--scheduler-port" })
                .arg(port.to_string());
            Running(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
        };
        let mut processes =
            vec![start(env!("CARGO_BIN_EXE_scheduler"), "scheduler", &["--bind-host", "127.0.0.1"])];
        for name in ["one", "two"] {
            let work = folder.path().join(name).display().to_string();
            fs::create_dir(&work).unwrap();
            let [flight, grpc, health] = [free_port(), free_port(), free_port()].map(|port| port.to_string());
            let executor = [
                ["--scheduler-host", "127.0.0.1"],
                ["--bind-host", "127.0.0.1"],
                ["--external-host", "127.0.0.1"],
                ["--bind-port", &flight],
                ["--bind-grpc-port", &grpc],
                ["--bind-health-port", &health],
                ["--work-dir", &work],
                ["--vcores", "2"],
                ["--scheduler-connect-timeout-seconds", "60"],
            ];
            processes.push(start(env!("CARGO_BIN_EXE_executor"), name, executor.as_flattened()));
        }
        let cluster = Self { port, folder, _processes: processes };
        until("two executors are registered", || {
            cluster.log("scheduler").matches("registering executor").count() >= 2
        });
        cluster
    }

    /// Its address as the setting takes it.
    pub(crate) fn engine(&self) -> String {
        format!("ballista://127.0.0.1:{}", self.port)
    }

    /// Whether an executor has worked: what it finds for others lies in its folder.
    pub(crate) fn has_worked(&self, name: &str) -> bool {
        fs::read_dir(self.folder.path().join(name)).unwrap().next().is_some()
    }

    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap()
    }
}

impl HiveBox {
    /// One in a folder that has no history yet.
    pub(crate) fn over_folder(folder: &Path) -> Self {
        Self { store: format!("file:{}", folder.display()), variables: Variables::new() }
    }

    /// Has a demo make a history of more than a day of some boxes.
    pub(crate) fn with_a_past(self) -> Self {
        let _demo = self.demo(&[]);
        until("the demo has a past", || {
            self.ask(&["history", "--from", "1h", "--every", "PT30M"])
                .is_ok_and(|told| told["through"].is_string())
        });
        self
    }

    /// Serves a demo, by further settings.
    pub(crate) fn demo(&self, settings: &[&str]) -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let mut command =
            self.command(&["demo", "--listen", "127.0.0.1:0", "--stations", "300", "--past", "30h"]);
        command.args(settings).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Running(command.spawn().unwrap());
        let mut welcome = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut welcome).unwrap();
        let address = welcome.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().into();
        Demo { address, _process: process, _folder: folder }
    }

    /// What a command tells as JSON, or why it failed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value, String> {
        let output = self.command(arguments).arg("--json").output().unwrap();
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hivebox-ballista"));
        command.args(arguments).args(["--store", &self.store]).envs(self.variables.iter().cloned());
        command
    }
}
