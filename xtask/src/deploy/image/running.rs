//! Whether an image serves, as the user and on the read-only root that it runs with in production.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::sandbox::{Process, Sandbox};
use super::{Image, Root, names, version};
use crate::step;

/// How long a start may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn check(root: Root, image: &Image, directory: &std::path::Path) -> Result<()> {
    step::heading("The image, running");
    let name_server = names::serve()?;
    if name_server.is_none() {
        eprintln!("names are not looked up in this run: serving them takes root");
    }
    let sandbox = Sandbox::new(root, image, directory, name_server.unwrap_or(Ipv4Addr::LOCALHOST))?;
    let [upstream, service] = [free_address()?, free_address()?];
    let host = if name_server.is_some() { names::NAME } else { "127.0.0.1" };
    let environment = [
        format!("HIVEBOX_LISTEN={service}"),
        format!("HIVEBOX_UPSTREAM=http://{host}:{}", upstream.port()),
        "HIVEBOX_DRAIN_DELAY=1s".to_owned(),
    ];
    let healthcheck: Vec<_> = image.healthcheck.iter().skip(2).map(String::as_str).collect();
    let is_healthy = |more: &[&str]| -> Result<bool> {
        Ok(sandbox.run(&[&healthcheck, more].concat(), &environment)?.status.success())
    };

    writes_only_where_it_may(&sandbox)?;
    ensure!(!is_healthy(&[])?, "the health check is content although nothing runs");
    let listen = upstream.to_string();
    let simulate = ["simulate", "--listen", &listen, "--stations", "200"];
    let mut simulated = sandbox.start("simulate", &simulate, &[])?;
    wait("the simulated openSenseMap", &mut simulated, || {
        is_healthy(&["--listen", &listen, "--path", "/_sim/"])
    })?;
    let command: Vec<_> = image.command.iter().map(String::as_str).collect();
    let mut server = sandbox.start("serve", &command, &environment)?;
    wait("the service to be ready", &mut server, || is_healthy(&["--path", "/readyz"]))?;
    ensure!(is_healthy(&[])?, "the service is ready, yet its health check fails");

    has_no_privilege(&server)?;
    let body = get(service, "/version")?;
    ensure!(body == format!(r#"{{"Version":"{}"}}"#, version()), "/version answers {body}");
    let body = get(service, "/temperature")?;
    ensure!(body.contains("Average temperature"), "/temperature answers {body}");
    let body = get(service, "/store")?;
    let stored = root.command("find").arg(sandbox.data()).args(["-name", "*.parquet"]).output()?.stdout;
    ensure!(!stored.is_empty(), "/store answers {body}, and there is no snapshot in the volume");

    let log = server.log();
    let (status, took) = server.stop(PATIENCE)?;
    ensure!(status.success(), "SIGTERM ends it with {status}:\n{log}");
    ensure!(took >= Duration::from_secs(1), "SIGTERM ends it after {took:?}, without the drain delay of 1s");
    ensure!(!is_healthy(&[])?, "the health check is content although the service has ended");
    simulated.stop(PATIENCE)?;
    eprintln!(
        "served as {} on a root {}; upstream found by {}; SIGTERM drained in {:.1} s",
        image.user,
        if sandbox.is_read_only() { "mounted read-only" } else { "owned by root" },
        if name_server.is_some() { "a name from a name server" } else { "its address" },
        took.as_secs_f64()
    );
    Ok(())
}

/// The program itself tries: there is no other in the image.
fn writes_only_where_it_may(sandbox: &Sandbox<'_>) -> Result<()> {
    for (file, may) in
        [("/etc/written", false), ("/usr/local/bin/hivebox", false), ("/var/lib/hivebox/written", true)]
    {
        let output = sandbox.run(&["simulate", "--stations", "1", "--dump", file], &[])?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        ensure!(output.status.success() == may, "writing {file}: {}, {said}", output.status);
        let reason = if sandbox.is_read_only() { "Read-only file system" } else { "denied" };
        ensure!(may || said.contains(reason), "writing {file} failed, but not since it may not: {said}");
    }
    Ok(())
}

fn has_no_privilege(server: &Process) -> Result<()> {
    let status = server.status()?;
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    };
    ensure!(value("Uid:") == "65532 65532 65532 65532", "it runs as {}", value("Uid:"));
    ensure!(value("Gid:") == "65532 65532 65532 65532", "it runs in the group {}", value("Gid:"));
    for set in ["CapEff:", "CapPrm:", "CapAmb:"] {
        ensure!(value(set).trim_start_matches('0').is_empty(), "it has capabilities: {set} {}", value(set));
    }
    Ok(())
}

fn wait(what: &str, process: &mut Process, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    while !is_so()? {
        if !process.is_running()? {
            bail!("waiting for {what}: it has ended:\n{}", process.log());
        }
        if started.elapsed() > PATIENCE {
            bail!("waiting for {what}: in vain for {PATIENCE:?}:\n{}", process.log());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// The body of a successful answer.
fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer without a body")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "{path} answered {status}: {body}");
    Ok(body.to_owned())
}

/// An address of this machine that nobody listens on.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?.local_addr()?)
}
