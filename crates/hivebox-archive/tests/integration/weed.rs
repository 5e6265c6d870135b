//! A real S3 server for tests: `SeaweedFS`, which checks signatures and supports conditional writes.
//!
//! Test binaries share this file by `#[path]`.

#![allow(dead_code, reason = "each test binary uses its part of it")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::S3Options;

pub(crate) const ACCESS_KEY: &str = "hivebox-tests-key";
pub(crate) const SECRET_KEY: &str = "hivebox-tests-secret";

/// Kills the server when its standard input ends: when the test process ends, however it does.
const GUARD: &str = r#"folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
pid=$!
read -r order
kill -9 $pid; wait $pid 2>/dev/null
[ "$order" = keep ] || rm -rf "$folder"
"#;
const START_LIMIT: Duration = Duration::from_mins(2);
/// The master's status contains this as soon as a volume server has registered.
const VOLUME_SERVER_IS_KNOWN: &str = r#""Max":1000"#;

/// A running server with its own data.
pub(crate) struct Weed {
    folder: String,
    ports: Ports,
    guard: Child,
}

#[derive(Clone, Copy)]
struct Ports([u16; 8]);

impl Ports {
    const MASTER: usize = 0;
    const FILER: usize = 4;
    const S3: usize = 6;

    fn free() -> Self {
        // Hold all ports until all are known, so that none occurs twice.
        let listeners: [TcpListener; 8] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        Self(listeners.map(|listener| listener.local_addr().unwrap().port()))
    }
}

impl Weed {
    /// The server that the tests of this binary share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Weed> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server and waits until it works.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("hivebox-weed-").tempdir().unwrap().keep();
        let folder = folder.into_os_string().into_string().unwrap();
        let ports = Ports::free();
        let guard = spawn(&folder, ports);
        let weed = Self { folder, ports, guard };
        weed.wait();
        weed
    }

    /// Kills the server without warning. Its data stay.
    pub(crate) fn kill(&mut self) {
        self.guard.stdin.take().unwrap().write_all(b"keep\n").unwrap();
        self.guard.wait().unwrap();
    }

    /// Restarts the killed server on the same ports with the same data.
    pub(crate) fn restart(&mut self) {
        self.guard = spawn(&self.folder, self.ports);
        self.wait();
    }

    /// The server's URL.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0[Ports::S3])
    }

    /// The port of its S3 API.
    pub(crate) fn port(&self) -> u16 {
        self.ports.0[Ports::S3]
    }

    /// The environment variables of a client.
    pub(crate) fn environment(&self) -> [(String, String); 3] {
        [
            ("AWS_ENDPOINT_URL".into(), self.endpoint()),
            ("AWS_ACCESS_KEY_ID".into(), ACCESS_KEY.into()),
            ("AWS_SECRET_ACCESS_KEY".into(), SECRET_KEY.into()),
        ]
    }

    /// Removes a bucket with its objects.
    pub(crate) fn remove_bucket(&self, bucket: &str) {
        let path = format!("/buckets/{bucket}?recursive=true");
        let request = format!("DELETE {path} HTTP/1.0\r\nHost: x\r\n\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", self.ports.0[Ports::FILER])).unwrap();
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).unwrap();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 204 "), "{answer}");
    }

    /// The name of a bucket that no other test uses, and that does not exist yet.
    pub(crate) fn options(&self) -> S3Options {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut options = S3Options::new(format!("bucket-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        options.prefix = "hive/box".into();
        options.variables =
            self.environment().into_iter().map(|(name, value)| (name, value.into())).collect();
        options
    }

    fn wait(&self) {
        let begun = Instant::now();
        // The S3 port answers before the server can write. The master assigns a place once it knows a
        // volume server. Asked earlier, it remembers that there is no space, and may not look again.
        for (port, path, sign) in [
            (Ports::MASTER, "/dir/status", VOLUME_SERVER_IS_KNOWN),
            (Ports::MASTER, "/dir/assign", ""),
            (Ports::FILER, "/", ""),
            (Ports::S3, "/healthz", ""),
        ] {
            while !answers(self.ports.0[port], path, sign) {
                if begun.elapsed() > START_LIMIT {
                    let log = fs::read_to_string(Path::new(&self.folder).join("log")).unwrap_or_default();
                    panic!("SeaweedFS does not answer {path}:\n{log}");
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        self.guard.stdin.take();
        let _ = self.guard.wait();
    }
}

fn spawn(folder: &str, ports: Ports) -> Child {
    let Some(program) = std::env::var_os("HIVEBOX_TEST_WEED") else {
        panic!("HIVEBOX_TEST_WEED is not set: run the tests by `cargo xtask test`, which sets it");
    };
    let keys = format!(
        r#"{{"identities":[{{"name":"hivebox","credentials":[{{"accessKey":"{ACCESS_KEY}","secretKey":"{SECRET_KEY}"}}],"actions":["Admin","Read","Write","List","Tagging"]}}]}}"#
    );
    fs::write(format!("{folder}/s3.json"), keys).unwrap();
    let names = [
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "s3.port",
        "s3.port.grpc",
    ];
    let ports = names.iter().zip(ports.0).map(|(name, port)| format!("-{name}={port}"));
    Command::new("sh")
        .args(["-c", GUARD, "guard", folder])
        .arg(program)
        .args(["server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"])
        .args([format!("-dir={folder}"), format!("-s3.config={folder}/s3.json")])
        .args([format!("-filer.localSocket={folder}/filer"), format!("-s3.localSocket={folder}/s3")])
        .args(["-master.volumeSizeLimitMB=32", "-volume.max=1000", "-master.telemetry=false"])
        .args(["-s3.autoCreateBucket=false", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"])
        .args(ports)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Whether the server answers 200, with `sign` in the body.
fn answers(port: u16, path: &str, sign: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let request = format!("GET {path} HTTP/1.0\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(request.as_bytes()).is_ok() && stream.read_to_end(&mut answer).is_ok() && {
        let answer = String::from_utf8_lossy(&answer);
        answer.get(..12).is_some_and(|status| status.ends_with(" 200")) && answer.contains(sign)
    }
}
