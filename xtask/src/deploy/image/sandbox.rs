//! Runs the program of an image as a container would: in its own root, which is read-only but for the data
//! folder, as the image's user, without privileges. A container's own network is the one thing left out.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Image, Root};
use crate::step;

/// Arguments: the root, the data folder, the file for the process id, the user, the command.
const MOUNTED: &str = r#"
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/var/lib/hivebox"
mount --bind /proc "$1/proc"
mount --bind /dev "$1/dev"
"#;
/// Without mounts the root is closed to the user by who owns it.
const START: &str = r#"
echo $$ >"$3"
root=$1 user=$4
shift 4
exec setpriv --no-new-privs chroot --userspec="$user" --groups="${user#*:}" "$root" "$@"
"#;

/// An image's root in a folder of its own, ready to run programs.
#[derive(Debug)]
pub(super) struct Sandbox<'a> {
    root: Root,
    image: &'a Image,
    directory: PathBuf,
    mounts: bool,
}

/// A program that runs in a sandbox, and is killed with its owner.
#[derive(Debug)]
pub(super) struct Process {
    root: Root,
    child: Child,
    id: String,
    log: PathBuf,
}

impl<'a> Sandbox<'a> {
    pub(super) fn new(root: Root, image: &'a Image, directory: &Path, name_server: Ipv4Addr) -> Result<Self> {
        let directory = directory.join("sandbox");
        root.remove(&directory)?;
        fs::create_dir_all(&directory)?;
        let copy = directory.join("root");
        step::quiet(root.command("cp").arg("-a").arg(&image.root).arg(&copy))?;
        // What a container engine puts into every container.
        step::quiet(root.command("mkdir").args([copy.join("proc"), copy.join("dev")]))?;
        let resolver = directory.join("resolv.conf");
        fs::write(&resolver, format!("nameserver {name_server}\n"))?;
        step::quiet(root.command("cp").arg(resolver).arg(copy.join("etc/")))?;
        step::quiet(root.command("chmod").arg("755").arg(&copy))?;
        let mut sandbox = Self { root, image, directory, mounts: true };
        let data = sandbox.directory.join("data");
        step::quiet(root.command("cp").arg("-a").arg(copy.join("var/lib/hivebox")).arg(data))?;
        if !sandbox.run(&["--version"], &[])?.status.success() {
            step::heading("Mounting is not allowed here: the root is closed by who owns it, not read-only");
            sandbox.mounts = false;
            // A static program asks these for randomness.
            step::quiet(
                root.command("cp").args(["-a", "/dev/random", "/dev/urandom"]).arg(copy.join("dev/")),
            )?;
        }
        Ok(sandbox)
    }

    /// Whether the root is mounted read-only.
    pub(super) fn is_read_only(&self) -> bool {
        self.mounts
    }

    /// The folder that is the data folder inside.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.join(if self.mounts { "data" } else { "root/var/lib/hivebox" })
    }

    /// Runs the program to its end.
    pub(super) fn run(&self, arguments: &[&str], environment: &[String]) -> Result<Output> {
        self.command(arguments, environment, &self.directory.join("run.pid"))
            .output()
            .context("cannot start sh")
    }

    /// Starts the program under a name for its files.
    pub(super) fn start(&self, name: &str, arguments: &[&str], environment: &[String]) -> Result<Process> {
        let ids = self.directory.join(name).with_extension("pid");
        let log = self.directory.join(name).with_extension("log");
        let mut command = self.command(arguments, environment, &ids);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        let mut child = command.spawn().context("cannot start sh")?;
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let id = fs::read_to_string(&ids).unwrap_or_default().trim().to_owned();
            if !id.is_empty() {
                return Ok(Process { root: self.root, child, id, log });
            }
            if Instant::now() > deadline || child.try_wait()?.is_some() {
                let _ = child.kill();
                bail!("{name} did not start: {}", fs::read_to_string(&log)?);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn command(&self, arguments: &[&str], environment: &[String], ids: &Path) -> Command {
        // `env` makes the same of it behind sudo, which hands no variable on.
        let mut command = self.root.command("env");
        command.arg("-i").arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.args(&self.image.environment).args(environment);
        if self.mounts {
            command.args(["unshare", "--mount", "--propagation=private"]);
        }
        let script = if self.mounts { format!("{MOUNTED}{START}") } else { START.to_owned() };
        command.args(["sh", "-euc", &script, "sh"]);
        command.arg(self.directory.join("root")).arg(self.directory.join("data")).arg(ids);
        command.arg(&self.image.user).args(&self.image.entrypoint).args(arguments);
        command
    }
}

impl Process {
    /// What the system says about the process.
    pub(super) fn status(&self) -> Result<String> {
        Ok(fs::read_to_string(format!("/proc/{}/status", self.id))?)
    }

    /// What it has logged.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it has not ended yet.
    pub(super) fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Sends SIGTERM and waits for the end.
    pub(super) fn stop(mut self, patience: Duration) -> Result<(ExitStatus, Duration)> {
        let started = Instant::now();
        self.signal("TERM")?;
        while started.elapsed() < patience {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, started.elapsed()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("it still runs {patience:?} after SIGTERM:\n{}", self.log())
    }

    fn signal(&self, name: &str) -> Result<()> {
        step::quiet(self.root.command("kill").args(["-s", name, &self.id]))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}
