//! A Redis of the bench's own, which can be paused.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::server::free_address;

/// How often the server is looked for until it listens.
const ATTEMPTS: u32 = 500;

/// A running Redis. It ends with its owner.
#[derive(Debug)]
pub(super) struct Redis {
    child: Child,
    address: SocketAddr,
}

impl Redis {
    pub(super) fn start(program: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command.args(["--port", &address.port().to_string(), "--bind", "127.0.0.1", "--save", ""]);
        let child = command.stdout(Stdio::null()).spawn().context("cannot start redis-server")?;
        let redis = Self { child, address };
        let listens = |_| {
            thread::sleep(Duration::from_millis(10));
            TcpStream::connect(address).is_ok()
        };
        ensure!((0..ATTEMPTS).any(listens), "redis-server does not listen on {address}");
        Ok(redis)
    }

    pub(super) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Stops the process from running; its connections stay open, and nothing is answered.
    pub(super) fn pause(&self) -> Result<()> {
        let status = Command::new("kill").args(["-s", "STOP", &self.child.id().to_string()]).status()?;
        ensure!(status.success(), "redis-server cannot be paused");
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
