//! A real Redis on a free port that tests can kill, pause, empty and fill with garbage.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use redis::{Commands, Connection};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(5);

/// A Redis that ends with the test, even if the test process is killed.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    running: Option<Bound>,
}

/// The path of a test program that `cargo xtask test` installs.
pub(crate) fn program(variable: &str) -> PathBuf {
    let Some(path) = std::env::var_os(variable) else {
        panic!("{variable} is not set: run the tests by `cargo xtask test`, which sets it");
    };
    path.into()
}

/// A currently free port.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a condition holds.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what} has not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A server that ends with this process, however that ends: a shell waits for the end of a pipe that this process
/// holds open.
pub(crate) struct Bound {
    shell: Child,
    server: String,
}

impl Bound {
    pub(crate) fn start(command: &str, folder: &std::path::Path) -> Self {
        let script = format!("{command} >/dev/null 2>&1 & echo $!; cat; kill -9 $!");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = shell.stderr(Stdio::null()).spawn().unwrap();
        let mut server = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut server).unwrap();
        Self { shell, server: server.trim().to_owned() }
    }

    /// Sends the server's process a signal such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args(["-s", signal, &self.server]).status().unwrap().success());
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // An error means that it has ended already.
        let _ = self.shell.wait();
    }
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// A running Redis with further arguments of `redis-server`.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let mut server = Self::prepare(arguments);
        server.restart();
        server
    }

    /// A Redis that does not run yet. `{folder}` in the arguments is its folder.
    pub(crate) fn prepare(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let arguments = arguments.iter().map(|argument| argument.replace("{folder}", &path)).collect();
        Self { port: free_port(), folder, arguments, running: None }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Replaces a word in the arguments.
    pub(crate) fn replace(&mut self, word: &str, with: &str) {
        for argument in &mut self.arguments {
            *argument = argument.replace(word, with);
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it empty. Kills it first if it runs.
    pub(crate) fn restart(&mut self) {
        self.run(&format!("--port {} --bind 127.0.0.1 --save '' --appendonly no", self.port));
    }

    /// Starts it with only its own arguments, which must name the port.
    pub(crate) fn restart_as_configured(&mut self) {
        self.run("");
    }

    fn run(&mut self, standard: &str) {
        self.kill();
        let program = program("HIVEBOX_TEST_REDIS_SERVER").display().to_string();
        let (port, own) = (self.port, self.arguments.join(" "));
        let command = format!("{program} {own} {standard}");
        self.running = Some(Bound::start(&command, self.folder.path()));
        wait_until("an answer of redis-server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    }

    /// Kills it, like a crash.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Pauses its process. All connections stay open.
    pub(crate) fn pause(&self) {
        self.running.as_ref().unwrap().signal("STOP");
    }

    pub(crate) fn resume(&self) {
        self.running.as_ref().unwrap().signal("CONT");
    }

    pub(crate) fn connect(&self) -> Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    pub(crate) fn flush(&self) {
        redis::cmd("FLUSHALL").exec(&mut self.connect()).unwrap();
    }

    /// All keys, sorted.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.connect().keys("*").unwrap();
        keys.sort();
        keys
    }

    /// The number of calls of a command.
    pub(crate) fn calls(&self, command: &str) -> u64 {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut self.connect()).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
    }
}
