//! A fake S3 server with the faults that a real one does not have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hivebox_archive::S3Options;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The fault of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It ignores conditions and overwrites.
    IgnoresConditions,
    /// It answers conditional requests with 501.
    RefusesConditions,
    /// It rejects the second part of an upload.
    LosesParts,
    /// It accepts requests and never answers.
    Silence,
}

/// A server with objects in memory. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub(crate) struct Stub {
    address: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    objects: BTreeMap<String, Vec<u8>>,
    requests: Vec<String>,
}

struct Request {
    method: String,
    target: String,
    is_conditional: bool,
    body: Vec<u8>,
}

impl Stub {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Seen::default()));
        tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, fault, Arc::clone(&seen)));
                }
            }
        });
        Self { address, seen }
    }

    pub(crate) fn options(&self) -> S3Options {
        let mut options = S3Options::new("hive");
        options.retries = 0;
        options.variables = vec![
            ("AWS_ENDPOINT_URL".into(), format!("http://{}", self.address).into()),
            ("AWS_ACCESS_KEY_ID".into(), "key".into()),
            ("AWS_SECRET_ACCESS_KEY".into(), "secret".into()),
        ];
        options
    }

    /// The methods and targets of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The paths of the objects.
    pub(crate) fn objects(&self) -> Vec<String> {
        self.seen.lock().unwrap().objects.keys().cloned().collect()
    }
}

async fn serve(stream: TcpStream, fault: Fault, seen: Arc<Mutex<Seen>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        if fault == Fault::Silence {
            std::future::pending::<()>().await;
        }
        let is_head = request.method == "HEAD";
        let (status, body) = answer(&request, fault, &mut seen.lock().unwrap());
        let head = format!(
            "HTTP/1.1 {status} Of Sorts\r\netag: \"1\"\r\nlast-modified: Tue, 24 Nov 2026 12:00:00 GMT\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        if !is_head {
            stream.write_all(&body).await.unwrap();
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok().filter(|&read| read > 0)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (mut length, mut is_conditional) = (0, false);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "if-none-match" => is_conditional = true,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, target, is_conditional, body })
}

fn answer(request: &Request, fault: Fault, seen: &mut Seen) -> (u16, Vec<u8>) {
    seen.requests.push(format!("{} {}", request.method, request.target));
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    match request.method.as_str() {
        "PUT" if request.is_conditional && fault == Fault::RefusesConditions => (501, Vec::new()),
        "PUT" if query.contains("partNumber=2") => (500, Vec::new()),
        "PUT" if query.is_empty() => {
            seen.objects.insert(path.into(), request.body.clone());
            (200, Vec::new())
        }
        "POST" if query.starts_with("uploads") => {
            let text =
                "<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>";
            (200, text.into())
        }
        "GET" | "HEAD" => seen.objects.get(path).map_or((404, Vec::new()), |body| (200, body.clone())),
        "DELETE" => (204, Vec::new()),
        _ => (200, Vec::new()),
    }
}
