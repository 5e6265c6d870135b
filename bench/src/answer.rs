//! A minimal HTTP client: one connection, one request at a time, answers with a `Content-Length`.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longest wait for an answer; the measurement fails after it.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for a byte of an answer of any length.
const PATIENCE: Duration = Duration::from_mins(1);

/// A persistent connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
}

/// Sends one request, such as `GET /path`, on a connection of its own. Each of `headers` ends with a line break.
pub(super) fn send(address: SocketAddr, request: &str, headers: &str, body: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).context("cannot connect")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}")?;
    Ok(stream)
}

/// Sends one request like [`send`], and reads the answer, which may have any length but must be whole.
pub(super) fn exchange(address: SocketAddr, request: &str, headers: &str, body: &str) -> Result<Answer> {
    let mut stream = send(address, request, &format!("Connection: close\r\n{headers}"), body)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("no answer")?;
    Answer::whole(&bytes)
}

/// An answer, unparsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status line and the headers, including the empty line that ends them.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends `GET path` with as few headers as wrk does, and reads the answer.
    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).context("cannot send the request")?;
        Answer::read(&mut self.stream)
    }
}

impl Answer {
    fn read(stream: &mut impl BufRead) -> Result<Self> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = stream.read_line(&mut head).context("cannot read the answer")?;
            ensure!(read > 0, "the connection was closed after {head:?}");
        }
        let mut answer = Self { head, body: Vec::new() };
        let length = answer.header("content-length").context("the answer has no Content-Length")?;
        answer.body = vec![0; length.parse().context("the answer's Content-Length is not a number")?];
        stream.read_exact(&mut answer.body).context("cannot read the answer's body")?;
        Ok(answer)
    }

    /// All that a server sent until it closed the connection; it must not break off.
    fn whole(bytes: &[u8]) -> Result<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("the head is cut off")?;
        let (head, body) = bytes.split_at(end + 4);
        let answer = Self { head: std::str::from_utf8(head)?.to_owned(), body: body.to_vec() };
        let is_whole = match (answer.header("content-length"), answer.header("transfer-encoding")) {
            (Some(length), _) => body.len() == length.parse::<usize>()?,
            (None, Some("chunked")) => body.ends_with(b"0\r\n\r\n"),
            _ => ["204", "304"].contains(&answer.status()),
        };
        ensure!(is_whole, "the body is cut off after {} bytes", body.len());
        Ok(answer)
    }

    /// The status code.
    pub(super) fn status(&self) -> &str {
        self.head.split_ascii_whitespace().nth(1).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Whether both have the same status line, header names and body, so that both cost the same to send.
    /// Header values, such as the date, may differ.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let shape = |answer: &Self| {
            let names: BTreeSet<_> = answer
                .head
                .lines()
                .map(|line| line.split_once(':').map_or(line, |(name, _)| name).to_ascii_lowercase())
                .collect();
            names
        };
        shape(self) == shape(other) && self.body == other.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Answer> {
        Answer::read(&mut text.as_bytes())
    }

    #[test]
    fn reads_one_answer_and_leaves_the_rest() {
        let answer = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nage: 3\r\n\r\n{}HTTP/1.1 200").unwrap();
        assert_eq!((answer.status(), answer.body.as_slice()), ("200", b"{}".as_slice()));
        assert!(read("HTTP/1.1 200 OK\r\n\r\n").unwrap_err().to_string().contains("no Content-Length"));
        assert!(read("HTTP/1.1 200 OK\r\n").unwrap_err().to_string().contains("closed"));
    }

    #[test]
    fn an_answer_that_breaks_off_is_told() {
        let status = |text: &str| {
            let answer = Answer::whole(text.as_bytes()).map_err(|error| error.to_string());
            answer.map(|answer| answer.status().to_owned())
        };
        assert_eq!(status("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), Ok("200".into()));
        assert_eq!(
            status("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
            Ok("503".into())
        );
        assert_eq!(status("HTTP/1.1 304 Same\r\n\r\n"), Ok("304".into()));
        for cut in [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\n",
        ] {
            assert!(status(cut).is_err_and(|error| error.contains("cut off")), "{cut}");
        }
    }

    #[test]
    fn answers_are_alike_by_status_header_names_and_body() {
        let answer = |text| read(text).unwrap();
        let one = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nage: 3\r\n\r\n{}");
        assert!(one.is_like(&answer("HTTP/1.1 200 OK\r\nAge: 4\r\nContent-Length: 2\r\n\r\n{}")));
        for unlike in [
            "HTTP/1.1 204 No\r\ncontent-length: 2\r\nage: 3\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nage: 3\r\n\r\n[]",
        ] {
            assert!(!one.is_like(&answer(unlike)), "{unlike}");
        }
    }
}
