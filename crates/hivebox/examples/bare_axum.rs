//! The baseline of `cargo xtask bench`: one axum route that always returns the same recorded answer.
//!
//! It does only what every server must do, so the difference to HiveBox is the cost of HiveBox's own work.
//! Run it as `bare_axum ADDRESS FILE`. The file contains the bytes of an HTTP/1.1 answer.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// An answer, made once.
#[derive(Clone)]
struct Recorded {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [address, file] = arguments.as_slice() else { bail!("usage: bare_axum ADDRESS FILE") };
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
    let recorded = Recorded::parse(bytes)?;
    let app = Router::new().route("/temperature", get(move || std::future::ready(recorded.to_response())));
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let listener = listener.tap_io(|stream| {
        // Without it the kernel delays small answers. A failure only makes the stream slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await.context("the server failed")
}

impl Recorded {
    fn parse(bytes: Vec<u8>) -> Result<Self> {
        const END: &[u8] = b"\r\n\r\n";
        let bytes = Bytes::from(bytes);
        let end =
            bytes.windows(END.len()).position(|window| window == END).context("no end of the headers")?;
        let head = std::str::from_utf8(&bytes[..end])?;
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            let (name, value): (HeaderName, _) = (name.parse()?, HeaderValue::from_str(value.trim())?);
            // hyper sets these two itself, as it does for HiveBox.
            if name != "date" && name != "content-length" {
                headers.append(name, value);
            }
        }
        Ok(Self { status, headers, body: bytes.slice(end + END.len()..) })
    }

    fn to_response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}
