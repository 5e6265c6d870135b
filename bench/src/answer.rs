//! A minimal HTTP client: one connection, one request at a time, answers with a `Content-Length`.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longest wait for an answer; the measurement fails after it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A persistent connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
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
