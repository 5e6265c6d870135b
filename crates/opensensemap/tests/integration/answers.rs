//! Answers over HTTP, from a server that says whatever a test wants.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use opensensemap::{Client, ClientOptions, FailureKind, FetchError};

const LIST: &str = r#"[{"_id":"a","sensors":[]},{"_id":"b","sensors":[]}]"#;

/// A server that answers each request by its path, and remembers the paths.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let paths = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut piece = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut piece) {
                        Ok(length @ 1..) => request.extend_from_slice(&piece[..length]),
                        _ => break,
                    }
                }
                let path = String::from_utf8_lossy(&request).split(' ').nth(1).unwrap_or_default().to_owned();
                paths.lock().unwrap().push(path.clone());
                let _ = stream.write_all(&answer(&path));
            }
        });
        Self { url, asked }
    }

    /// All boxes, with a single attempt.
    async fn boxes(&self) -> Result<usize, FetchError> {
        let client = client(&self.url);
        client.fold_boxes(|| 0, |count, _| *count += 1).await.map(|fetched| fetched.value)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn client(base_url: &str) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = ClientOptions {
        base_url: base_url.to_owned(),
        max_retries: 0,
        attempt_timeout: Duration::from_secs(20),
        ..ClientOptions::default()
    };
    Client::new(options).unwrap()
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Everything that an error says, to operators and to the public.
fn all_words(error: &FetchError) -> String {
    let mut words = vec![error.in_public(), error.to_string()];
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        words.push(source.to_string());
        next = source.source();
    }
    words.join(" ")
}

#[tokio::test]
async fn a_gzip_answer_of_several_members_is_read_wholly() {
    for cut in [1, LIST.len() / 2, LIST.len() - 1] {
        let body = [gzip(&LIST[..cut]), gzip(""), gzip(&LIST[cut..])].concat();
        let server = Server::new(move |_| answer("200 OK", "Content-Encoding: gzip\r\n", &body));
        assert_eq!(server.boxes().await.unwrap(), 2, "{cut}");
    }
}

#[tokio::test]
async fn a_gzip_answer_that_is_cut_off_or_damaged_is_broken() {
    let whole = gzip(&LIST.replace(",{", &format!("{},{{", " ".repeat(100_000))));
    let mut damaged = whole.clone();
    let crc = damaged.len() - 6;
    damaged[crc] ^= 1;
    for body in [whole[..whole.len() - 4].to_vec(), damaged] {
        let server = Server::new(move |_| answer("200 OK", "Content-Encoding: gzip\r\n", &body));
        assert_eq!(server.boxes().await.unwrap_err().kind(), FailureKind::Broken);
    }
}

#[tokio::test]
async fn a_part_that_nobody_asked_for_is_an_error() {
    let headers = "Content-Range: bytes 0-50/51\r\n";
    let server = Server::new(move |_| answer("206 Partial Content", headers, LIST.as_bytes()));
    let error = server.boxes().await.unwrap_err();
    assert!(matches!(&error, FetchError::Status { status, .. } if status.as_u16() == 206), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_to_the_same_origin_only() {
    let secret = "SECRET-KEY";
    let other = Server::new(move |_| answer("200 OK", "", format!("{secret}: {LIST}").as_bytes()));
    let to_other = format!("Location: {}/keys?token={secret}\r\n", other.url);
    let server = Server::new(move |path| match path {
        "/moved/boxes?full=true" => answer("301 Moved Permanently", "Location: /boxes?full=true\r\n", b""),
        "/circle/boxes?full=true" => answer("302 Found", "Location: /circle/boxes?full=true\r\n", b""),
        "/other/boxes?full=true" => answer("302 Found", &to_other, secret.as_bytes()),
        _ => answer("200 OK", "", LIST.as_bytes()),
    });
    let boxes = async |path: &str| {
        let client = client(&format!("{}{path}", server.url));
        client.fold_boxes(|| 0, |count, _| *count += 1).await.map(|fetched| fetched.value)
    };
    assert_eq!(boxes("/moved").await.unwrap(), 2);
    for path in ["/circle", "/other"] {
        let error = boxes(path).await.unwrap_err();
        assert!(matches!(&error, FetchError::Redirect { .. }), "{error}");
        let words = all_words(&error);
        assert!(!words.contains(secret) && !words.contains(&other.url["http://".len()..]), "{words}");
    }
    assert_eq!(other.asked(), [""; 0]);
    assert_eq!(server.asked().iter().filter(|path| path.starts_with("/circle")).count(), 4);
}

#[tokio::test]
async fn errors_tell_nothing_that_a_server_has_sent() {
    let secret = "SECRET-KEY";
    let body = format!(r#"{{"message":"{secret}"}}"#);
    let html = format!("Content-Type: text/html; secret={secret}\r\n");
    for (status, headers, body) in [
        ("200 OK", html.as_str(), body.clone()),
        ("503 Service Unavailable", html.as_str(), body.clone()),
        ("200 OK", "", format!("[Error: {secret}")),
        ("403 Forbidden", "Content-Type: SECRET KEY\r\n", body.clone()),
        ("200 OK", "Content-Encoding: gzip\r\n", body),
    ] {
        let sent = answer(status, headers, body.as_bytes());
        let server = Server::new(move |_| sent.clone());
        let error = server.boxes().await.unwrap_err();
        let words = all_words(&error);
        assert!(!words.contains("SECRET") && !error.in_public().contains("127.0.0.1"), "{words}");
        if headers == html {
            assert!(error.to_string().contains("(text/html, 24 bytes)"), "{error}");
        }
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{nobody}")).fold_boxes(|| (), |(), _| {}).await.unwrap_err();
    assert_eq!(error.in_public(), "the API could not be reached");
}

#[tokio::test]
async fn bad_boxes_do_not_stop_the_requests_for_others() {
    let server = Server::new(|path| match path.rsplit('/').next().unwrap() {
        id if id.ends_with('a') => {
            answer("200 OK", "", format!(r#"{{"_id":"{id}","sensors":[]}}"#).as_bytes())
        }
        id if id.ends_with('b') => answer("200 OK", "", b"null"),
        id if id.ends_with('c') => answer("200 OK", "", &vec![b'['; 100_000]),
        id => {
            answer("200 OK", "", format!(r#"{{"_id":"{id}","name":"{}"}}"#, "x".repeat(2 << 20)).as_bytes())
        }
    });
    let client = client(&server.url);
    let fetch = async |last: char| client.fetch_box(&format!("{:023}{last}", 0).parse().unwrap()).await;
    // More failures than open the circuit.
    for last in "bcdbcdbcdbcd".chars() {
        let error = fetch(last).await.unwrap_err();
        assert!(matches!(error, FetchError::Decode { .. }) && !error.is_transient(), "{last}: {error}");
    }
    assert!(fetch('a').await.is_ok());
}
