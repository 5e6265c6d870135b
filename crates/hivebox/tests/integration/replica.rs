//! HiveBox as a separate process that tests can kill and pause.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use crate::app::{client, eventually};
use crate::commands::hivebox;

/// The longest time to wait for a process to listen.
const PATIENCE: Duration = Duration::from_mins(5);

/// `hivebox serve` in a folder of its own. Dropping it kills the process.
pub(crate) struct Replica {
    pub(crate) address: SocketAddr,
    pub(crate) folder: TempDir,
    process: Child,
    log: Arc<Mutex<String>>,
    client: Client,
}

/// Starts a replica with settings by name, and further environment variables.
pub(crate) type Settings<'a> = (&'a [(&'a str, String)], &'a [(String, String)]);

impl Replica {
    pub(crate) fn start(settings: Settings<'_>) -> Self {
        Self::on("127.0.0.1:0", settings)
    }

    /// Starts a replica that listens on `address`.
    pub(crate) fn on(listen: &str, (settings, environment): Settings<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = command(folder.path(), "serve", settings, environment)
            .args(["--listen", listen])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (heard, listening) = mpsc::channel();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        std::thread::spawn({
            let log = Arc::clone(&log);
            move || {
                for line in lines.map_while(Result::ok) {
                    if let Some(address) = listening_address(&line) {
                        // No one waits for a second address.
                        let _ = heard.send(address);
                    }
                    let mut log = log.lock().unwrap();
                    log.push_str(&line);
                    log.push('\n');
                }
            }
        });
        let Ok(address) = listening.recv_timeout(PATIENCE) else {
            panic!("HiveBox does not listen:\n{}", log.lock().unwrap());
        };
        Self { address, folder, process, log, client: client() }
    }

    /// Sends a signal such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Waits until the process ends. Returns whether it succeeded.
    pub(crate) fn ends_well(&mut self) -> bool {
        self.process.wait().unwrap().success()
    }

    /// The most memory that it has had so far.
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        peak.unwrap().trim().parse::<u64>().unwrap() << 10
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Its answer at a path; `None` if it does not answer.
    pub(crate) async fn json(&self, path: &str) -> Option<Value> {
        let request =
            self.client.get(format!("http://{}{path}", self.address)).timeout(Duration::from_secs(5));
        serde_json::from_slice(&request.send().await.ok()?.bytes().await.ok()?).ok()
    }

    /// Its role among the replicas.
    pub(crate) async fn role(&self) -> String {
        let ready = self.json("/readyz").await.unwrap_or_default();
        ready["role"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A HiveBox command with settings and a clean environment.
pub(crate) fn command(
    folder: &Path,
    name: &str,
    settings: &[(&str, String)],
    environment: &[(String, String)],
) -> Command {
    let mut command = hivebox(folder);
    command.arg(name).envs(environment.iter().cloned());
    for (name, value) in settings {
        command.env(format!("HIVEBOX_{}", name.replace('-', "_").to_uppercase()), value);
    }
    command
}

/// The address in the log line "listening".
fn listening_address(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["message"] == "listening").then(|| line["address"].as_str()?.parse().ok())?
}

/// Waits for a replica that holds the lease.
pub(crate) async fn holder(replicas: &[Replica]) -> usize {
    let found = std::cell::Cell::new(None);
    eventually("a holder of the lease", async || {
        for (index, replica) in replicas.iter().enumerate() {
            if replica.role().await == "holder" {
                found.set(Some(index));
            }
        }
        found.get().is_some()
    })
    .await;
    found.get().unwrap()
}
