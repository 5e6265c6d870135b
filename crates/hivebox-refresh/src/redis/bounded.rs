//! Limits what a Redis can make this process keep in memory.
//!
//! The client of the `redis` crate collects a reply until it is whole, however long it is. So this reader stands
//! between the socket and the client. It follows the protocol (RESP) just far enough to see how long the parts of a
//! reply are, and how many there are.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::MAX_PRESENT_BYTES;

/// The most bytes in all that a server sends between two commands: a present, and what is around it.
const MAX_BYTES: u64 = MAX_PRESENT_BYTES + (1 << 20);
/// The most values that a server sends between two commands. Each takes some hundred bytes of memory.
const MAX_VALUES: u64 = 16 << 10;
/// The most bytes of a line. Only errors are longer than some digits.
const MAX_LINE_BYTES: usize = 16 << 10;

/// A connection to Redis that fails when the server sends too much.
#[derive(Debug)]
pub(super) struct Bounded<S> {
    inner: S,
    bounds: Bounds,
}

impl<S> Bounded<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, bounds: Bounds::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let is_allowed = self.bounds.allow(&buffer.filled()[before..]);
        Poll::Ready(is_allowed.map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, reason)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.bounds.renew();
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// What the server may still send, and where in a value it is.
#[derive(Debug)]
struct Bounds {
    bytes_left: u64,
    values_left: u64,
    part: Part,
}

/// A part of a value.
#[derive(Debug)]
enum Part {
    /// A line so far: the type, and a number or a short text.
    Line(Vec<u8>),
    /// So many bytes of a text, with the line end after it.
    Text(u64),
}

impl Default for Bounds {
    fn default() -> Self {
        Self { bytes_left: MAX_BYTES, values_left: MAX_VALUES, part: Part::Line(Vec::new()) }
    }
}

impl Bounds {
    /// Begins anew, after a command.
    fn renew(&mut self) {
        (self.bytes_left, self.values_left) = (MAX_BYTES, MAX_VALUES);
    }

    /// Takes note of further bytes, or says why they are too many.
    fn allow(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        const TOO_MUCH: &str = "the server sends more than HiveBox reads";
        self.bytes_left = self.bytes_left.checked_sub(bytes.len() as u64).ok_or(TOO_MUCH)?;
        while !bytes.is_empty() {
            match &mut self.part {
                Part::Text(left) => {
                    let (taken, rest) =
                        bytes.split_at(bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX)));
                    bytes = rest;
                    *left -= taken.len() as u64;
                    if *left == 0 {
                        self.part = Part::Line(Vec::new());
                    }
                }
                Part::Line(line) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
                    let (taken, rest) = bytes.split_at(end);
                    bytes = rest;
                    line.extend(taken);
                    if line.len() > MAX_LINE_BYTES {
                        return Err("the server sends a line that is too long");
                    }
                    if line.ends_with(b"\r\n") {
                        let line = std::mem::take(line);
                        self.part = self.after(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The part after a line.
    fn after(&mut self, line: &[u8]) -> Result<Part, &'static str> {
        const TOO_MANY: &str = "the server sends more values than HiveBox reads";
        self.values_left = self.values_left.checked_sub(1).ok_or(TOO_MANY)?;
        let Some((kind, number)) = line.split_first() else { return Ok(Part::Line(Vec::new())) };
        // The client reads the number in the same way.
        let number = || {
            let number = str::from_utf8(number).ok().and_then(|number| number.trim().parse::<i64>().ok());
            number.ok_or("the server sends a length that is not a number")
        };
        let parts = match kind {
            // A negative length means that there is no text.
            b'$' | b'!' | b'=' => match u64::try_from(number()?) {
                Ok(length) if length > MAX_PRESENT_BYTES => {
                    return Err("the server announces a text that is too long");
                }
                Ok(length) => return Ok(Part::Text(length + 2)),
                Err(_) => 0,
            },
            b'*' | b'~' | b'>' => u64::try_from(number()?).unwrap_or(0),
            b'%' | b'|' => u64::try_from(number()?).unwrap_or(0).saturating_mul(2),
            _ => 0,
        };
        // They count when they come, but the client makes room for them now.
        if parts > self.values_left { Err(TOO_MANY) } else { Ok(Part::Line(Vec::new())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome of some bytes, which must not depend on the pieces in which they come.
    fn allow(bytes: &[u8]) -> Result<(), &'static str> {
        let whole = Bounds::default().allow(bytes);
        for size in [1, 2, 7, 4096] {
            let mut bounds = Bounds::default();
            assert_eq!(
                bytes.chunks(size).try_for_each(|piece| bounds.allow(piece)),
                whole,
                "in pieces of {size}"
            );
        }
        whole
    }

    #[test]
    fn ordinary_replies_pass() {
        for reply in [
            &b"+OK\r\n"[..],
            b"$-1\r\n_\r\n",
            b"%2\r\n$5\r\nproto\r\n:3\r\n+mode\r\n+standalone\r\n",
            b"*6\r\n:1\r\n:1700000000000\r\n:15000\r\n:0\r\n$-1\r\n$-1\r\n",
            b">3\r\n$7\r\nmessage\r\n$14\r\n{hivebox}:news\r\n$3\r\nnew\r\n",
            b"-ERR a\nb\r\n+x\r\n",
            b"$9\r\n*9999999\n\r\n+OK\r\n",
        ] {
            assert_eq!(allow(reply), Ok(()), "{}", reply.escape_ascii());
        }
        let mut present = format!("${MAX_PRESENT_BYTES}\r\n").into_bytes();
        present.resize(present.len() + MAX_PRESENT_BYTES as usize, b'x');
        present.extend(b"\r\n:1\r\n");
        let mut bounds = Bounds::default();
        for _ in 0..2 {
            assert_eq!(bounds.allow(&present), Ok(()));
            bounds.renew();
        }
    }

    #[test]
    fn whatever_would_fill_the_memory_is_refused() {
        for head in [
            &b"$500000000\r\n"[..],
            b"*1\r\n$500000000\r\n",
            b"=500000000\r\n",
            b"!9223372036854775807\r\n",
            b"*1000000000\r\n",
            b"%9223372036854775807\r\n",
            b">20000\r\n",
            b"~99999999999999999999\r\n",
            b"$x\r\n",
        ] {
            assert!(allow(head).is_err(), "{}", head.escape_ascii());
        }
        let message = b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n";
        for (endless, most_bytes) in [
            (&b"x"[..], MAX_LINE_BYTES),
            (b"*1\r\n", 4 * MAX_VALUES as usize),
            (b":1\r\n", 4 * MAX_VALUES as usize),
            (message, message.len() * MAX_VALUES as usize / 4),
            (b"$1000000\r\n", MAX_BYTES as usize),
        ] {
            let mut bounds = Bounds::default();
            let mut sent = 0;
            while bounds.allow(endless).is_ok() {
                sent += endless.len();
                assert!(sent <= most_bytes, "{}", endless.escape_ascii());
            }
        }
    }
}
