//! A measured server process, killed on drop.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::answer::{Answer, Connection};
use crate::stopwatch;

/// The path that every section requests.
pub(super) const PATH: &str = "/temperature";

/// Longest wait for a server's first answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    started: Instant,
    log: PathBuf,
}

impl Server {
    /// Starts `command`, which listens on `address` and reports problems on standard error.
    pub(super) fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self> {
        let stderr = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        let started = stopwatch::now();
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self { child, address, started, log: log.to_owned() })
    }

    /// Waits for the first successful answer; returns it, and the time since the start.
    pub(super) fn first_answer(&mut self) -> Result<(Answer, Duration)> {
        loop {
            let answer = Connection::open(self.address).and_then(|mut connection| connection.get(PATH));
            let elapsed = self.started.elapsed();
            let seen = match answer {
                Ok(answer) if answer.status() == "200" => return Ok((answer, elapsed)),
                Ok(answer) => answer.head,
                Err(error) => format!("{error:#}"),
            };
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended ({status}):\n{}", fs::read_to_string(&self.log)?);
            }
            if elapsed > PATIENCE {
                bail!("no answer within {PATIENCE:?}: {seen}; see {}", self.log.display());
            }
            // Short compared with the measured times, long enough to leave the processor to the server.
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Result<Connection> {
        Connection::open(self.address)
    }

    /// The address that it listens on.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL that wrk requests.
    pub(super) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// What the server has reported on standard error so far.
    pub(super) fn log(&self) -> Result<String> {
        fs::read_to_string(&self.log).with_context(|| format!("cannot read {}", self.log.display()))
    }

    /// Waits until the server accepts connections.
    pub(super) fn wait_until_it_listens(&mut self) -> Result<()> {
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended ({status}):\n{}", self.log()?);
            }
            ensure!(self.started.elapsed() < PATIENCE, "the server did not listen within {PATIENCE:?}");
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The peak memory of the process so far, in bytes.
    pub(super) fn peak_memory(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// The present memory of the process, in bytes.
    pub(super) fn memory(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    fn status(&self, line: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("cannot read the memory of a process from /proc")?;
        bytes_in(&status, line).with_context(|| format!("/proc shows no {line} for a process"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bytes_in(status: &str, line: &str) -> Option<u64> {
    let value = status.lines().find_map(|other| other.strip_prefix(line))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// A free loopback address.
pub(super) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_memory_and_its_peak() {
        let status = "VmPeak:\t  9 kB\nVmHWM:\t   1024 kB\nVmRSS:\t 7 kB\n";
        assert_eq!(bytes_in(status, "VmHWM:"), Some(1 << 20));
        assert_eq!(bytes_in(status, "VmRSS:"), Some(7 << 10));
        assert_eq!(bytes_in("VmRSS:\t 7 kB\n", "VmHWM:"), None);
    }

    #[test]
    fn a_server_that_ends_is_reported_with_its_log() {
        let log = std::env::temp_dir().join(format!("bench-server-{}.log", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "echo the port is taken >&2; exit 3"]);
        let mut server = Server::start(command, free_address().unwrap(), &log).unwrap();
        let error = server.first_answer().unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("the port is taken"), "{error}");
        fs::remove_file(log).unwrap();
    }
}
