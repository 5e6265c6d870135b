//! A rolling restart of three replicas behind HAProxy.

use std::net::TcpStream;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::app::TestUpstream;
use crate::redis_server::{Bound, RedisServer, free_port, program, wait_until};
use crate::replica::Replica;
use crate::replicas::bucket;
use crate::sharing::{over, with};
use crate::weed::Weed;

/// A load balancer that checks ten times a second whether each replica takes requests, and repeats no request.
pub(crate) fn configuration(port: u16, stats: u16, replicas: &[u16]) -> String {
    let servers: Vec<String> =
        replicas.iter().map(|port| format!("  server replica-{port} 127.0.0.1:{port}\n")).collect();
    format!(
        "defaults\n  mode http\n  retries 0\n  timeout connect 2s\n  timeout client 10s\n  timeout server 10s\n\
         frontend hive\n  bind 127.0.0.1:{port}\n  default_backend replicas\n\
         frontend stats\n  bind 127.0.0.1:{stats}\n  stats enable\n  stats uri /\n\
         backend replicas\n  balance roundrobin\n  option httpchk GET /routez\n\
         \x20 default-server check inter 100ms fall 1 rise 1\n{}",
        servers.concat()
    )
}

/// A load balancer that ends with the test.
pub(crate) struct HaProxy {
    pub(crate) port: u16,
    stats: u16,
    // It ends before its folder goes.
    _running: Bound,
    _folder: TempDir,
}

impl HaProxy {
    /// One in front of replicas. Its configuration is made of its port, that of its statistics, and theirs.
    pub(crate) fn over(replicas: &[u16], configure: impl FnOnce(u16, u16, &[u16]) -> String) -> Self {
        let (port, stats) = (free_port(), free_port());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("haproxy.cfg"), configure(port, stats, replicas)).unwrap();
        let haproxy = program("HIVEBOX_TEST_HAPROXY").display().to_string();
        let running = Bound::start(&format!("exec {haproxy} -db -f haproxy.cfg"), folder.path());
        wait_until("HAProxy", || TcpStream::connect(("127.0.0.1", stats)).is_ok());
        Self { port, stats, _running: running, _folder: folder }
    }

    /// The number of replicas that receive requests.
    pub(crate) fn up(&self) -> usize {
        let answer = crate::commands::get(&format!("127.0.0.1:{}", self.stats), "/;csv");
        answer.lines().filter(|line| line.starts_with("replicas,replica-") && line.contains(",UP,")).count()
    }
}

#[test]
fn a_rolling_restart_under_load_fails_no_request() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let upstream = runtime.block_on(TestUpstream::start());
    let redis = RedisServer::start();
    let bucket = bucket();
    let own = [("upstream", upstream.url.as_str()), ("store", &bucket), ("store-interval", "2s")];
    let settings = with(&over(&redis.url()), &own);
    let environment = Weed::shared().environment();
    let ports = [free_port(), free_port(), free_port()];
    let start = |port: u16| Replica::on(&format!("127.0.0.1:{port}"), (&settings, &environment));
    let mut replicas: Vec<Replica> = ports.iter().map(|port| start(*port)).collect();

    let haproxy = HaProxy::over(&ports, configuration);
    wait_until("three replicas that take requests", || haproxy.up() == 3);

    let mut wrk = Command::new(program("HIVEBOX_TEST_WRK"))
        .args(["--threads=1", "--connections=16", "--duration=20s", "--timeout=5s"])
        .arg(format!("http://127.0.0.1:{}/temperature", haproxy.port))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    for (replica, port) in replicas.iter_mut().zip(ports) {
        replica.signal("TERM");
        assert!(replica.ends_well(), "{}", replica.log());
        *replica = start(port);
        wait_until("a replica that takes requests again", || haproxy.up() == 3);
    }
    assert!(wrk.try_wait().unwrap().is_none(), "the load ended before the restarts did");
    let output = wrk.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("requests in"), "{told}");
    assert!(!told.contains("Socket errors") && !told.contains("Non-2xx"), "{told}");
}
