//! `hivebox healthcheck`: the health check of a container.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::output;
use super::settings::{Calling, SettingFlags};
use crate::exit::{Code, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Path to request: /livez, /routez or /readyz
    #[arg(long, default_value = "/livez", value_name = "PATH")]
    path: String,
    /// Timeout in seconds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout_seconds: u64,
    #[command(flatten)]
    settings: SettingFlags<Calling>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if !args.path.starts_with('/') || args.path.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
        return Err(Failure::new(
            Code::Usage,
            format!("--path {:?} is not a path such as /livez", args.path),
        ));
    }
    let address = reachable(args.settings.config()?.listen);
    let head = ask(address, &args.path, Duration::from_secs(args.timeout_seconds)).map_err(|error| {
        Failure::new(Code::Unavailable, format!("http://{address}{}: {error}", args.path))
    })?;
    let status = head.split(' ').nth(1).unwrap_or("no status");
    let message = format!("http://{address}{} answered {status}", args.path);
    if status == "200" { output::line(&message) } else { Err(Failure::new(Code::Unavailable, message)) }
}

/// Where to reach a server that listens on `address`: the loopback address if it listens on all.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// The status line of the answer. An HTTP client would take longer to start than the whole check.
fn ask(address: SocketAddr, path: &str, timeout: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut head = Vec::new();
    stream.take(1024).read_to_end(&mut head)?;
    Ok(String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_reached_by_loopback() {
        assert_eq!(reachable("0.0.0.0:5000".parse().unwrap()), "127.0.0.1:5000".parse().unwrap());
        assert_eq!(reachable("[::]:5000".parse().unwrap()), "[::1]:5000".parse().unwrap());
        assert_eq!(reachable("127.0.0.2:80".parse().unwrap()), "127.0.0.2:80".parse().unwrap());
    }
}
