//! A Redis server that can be paused.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::server::free_address;

/// Most attempts to connect, 10 ms apart, until the server listens.
const ATTEMPTS: u32 = 500;

/// A running Redis, killed on drop.
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

    /// Pauses the process: its connections stay open, and it answers nothing.
    pub(super) fn pause(&self) -> Result<()> {
        let status = Command::new("kill").args(["-s", "STOP", &self.child.id().to_string()]).status()?;
        ensure!(status.success(), "redis-server cannot be paused");
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Fails only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
