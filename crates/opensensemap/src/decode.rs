//! Decodes `GET /boxes` as its bytes arrive.

use std::ops::ControlFlow;

mod instant;
mod read_box;
mod scan;

pub(crate) use instant::InstantReader;
pub(crate) use read_box::{BoxSpans, MeasurementSpans, SensorSpans};
pub(crate) use scan::Span;
use scan::{Cursor, Stop};

use crate::SenseBox;

/// Bounds on what the decoder accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that one box may have. The largest of the 11,390 boxes of 2023 has 76 sensors and
    /// 17 kB; the default is 1 MiB.
    pub max_box_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_box_bytes: 1 << 20 }
    }
}

/// What an answer held, once it has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Boxes handed on.
    pub boxes: usize,
    /// Boxes left out because they could not be read.
    pub skipped: usize,
    /// Why the first of the skipped boxes could not be read.
    pub first_skipped: Option<SkippedBox>,
}

/// A box that could not be read, and cost no other box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedBox {
    /// Where the trouble is, in bytes from the start of the answer.
    pub offset: u64,
    /// What should have stood there.
    pub expected: &'static str,
}

/// Why an answer is not a list of boxes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The answer begins like something else: an error page, an error object, plain text.
    #[error("the answer is not a list of boxes; it begins with {excerpt:?}")]
    NotAList {
        /// Up to 120 characters of its beginning.
        excerpt: String,
    },
    /// The answer ends before its list does. The API sends status 200 before it reads its database, so
    /// this is how it tells of an error.
    #[error("the answer was cut off after {boxes} boxes{}", upstream_message(message.as_deref()))]
    Truncated {
        /// Boxes read before the cut. They are not all there are.
        boxes: usize,
        /// The API's own words, if it left any.
        message: Option<String>,
    },
    /// A box is larger than [`Limits::max_box_bytes`].
    #[error("a box at byte {offset} is larger than {limit} bytes")]
    BoxTooLarge {
        /// Where the box begins.
        offset: u64,
        /// The limit in force.
        limit: usize,
    },
    /// Something follows the list.
    #[error("the list of boxes ends at byte {offset}, but the answer goes on")]
    TrailingBytes {
        /// Where the list ends.
        offset: u64,
    },
    /// There is something between two boxes that is not a box.
    #[error("byte {offset} of the list should begin a box")]
    NotABox {
        /// Where it stands.
        offset: u64,
    },
}

fn upstream_message(message: Option<&str>) -> String {
    message.map(|message| format!(" (it says: {message})")).unwrap_or_default()
}

/// Reads boxes out of an answer that arrives in pieces of any size, holding no more than one box.
///
/// ```
/// let mut decoder = opensensemap::Decoder::new(opensensemap::Limits::default());
/// let mut names = Vec::new();
/// let mut collect = |sense_box: opensensemap::SenseBox<'_>| names.push(sense_box.name().into_owned());
/// decoder.push(br#"[{"_id":"5386026e5f08822009b8b60d","name":"CALI"#, &mut collect)?;
/// decoder.push(br#"MERO","sensors":[]}]"#, &mut collect)?;
/// let decoded = decoder.finish(&mut collect)?;
/// assert_eq!(decoded.boxes, 1);
/// assert_eq!(names, ["CALIMERO"]);
/// # Ok::<(), opensensemap::DecodeError>(())
/// ```
///
/// A box that cannot be read is skipped and counted: reading goes on at the next place from which a
/// whole box can be read. Invalid UTF-8 becomes U+FFFD, and costs nothing else.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    state: State,
    /// The bytes of a box whose end has not arrived.
    carry: Vec<u8>,
    /// The carry is not read again before it has this many bytes, so that a box which arrives in very
    /// small pieces costs time in proportion to its size, not to the square of it.
    retry_at: usize,
    /// Bytes of the answer that lie before the carry.
    offset: u64,
    spans: BoxSpans,
    instants: InstantReader,
    decoded: Decoded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// After `[`: a box or the end of the list.
    FirstBox,
    /// After a comma.
    NextBox,
    /// After a box: a comma or the end of the list.
    AfterBox,
    /// After a box that could not be read, looking for one that can.
    Lost,
    End,
}

impl Decoder {
    /// A decoder at the start of an answer.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Start,
            carry: Vec::new(),
            retry_at: 0,
            offset: 0,
            spans: BoxSpans::default(),
            instants: InstantReader::default(),
            decoded: Decoded::default(),
        }
    }

    /// Takes the next piece of the answer and hands each box that it completes to `sink`.
    ///
    /// # Errors
    /// The answer is not a list of boxes, or breaks a limit. The decoder must not be used further.
    pub fn push(&mut self, mut piece: &[u8], sink: &mut impl FnMut(SenseBox<'_>)) -> Result<(), DecodeError> {
        while !self.carry.is_empty() && !piece.is_empty() {
            piece = self.push_to_carry(piece, sink)?;
        }
        if piece.is_empty() {
            return Ok(());
        }
        let used = self.read(piece, sink)?;
        self.offset += used as u64;
        self.keep(&piece[used..])
    }

    /// Says that the answer has ended, and hands on what is still held back.
    ///
    /// # Errors
    /// The list was not complete.
    pub fn finish(mut self, sink: &mut impl FnMut(SenseBox<'_>)) -> Result<Decoded, DecodeError> {
        let carry = std::mem::take(&mut self.carry);
        let used = self.read(&carry, sink)?;
        self.offset += used as u64;
        self.check_size(carry.len() - used)?;
        let rest = carry[used..].trim_ascii();
        let complete = match self.state {
            State::End => true,
            State::Lost => rest.ends_with(b"]"),
            _ => false,
        };
        if complete { Ok(self.decoded) } else { Err(self.truncated(rest)) }
    }

    /// Lengthens the carry by some of `piece`, reads it, and gives back what is still unread of `piece`.
    fn push_to_carry<'a>(
        &mut self,
        piece: &'a [u8],
        sink: &mut impl FnMut(SenseBox<'_>),
    ) -> Result<&'a [u8], DecodeError> {
        const STEP: usize = 4096;
        let held = self.carry.len();
        let (added, rest) = piece.split_at(piece.len().min(held.max(STEP)));
        self.carry.extend_from_slice(added);
        if self.carry.len() < self.retry_at {
            return Ok(rest);
        }
        let mut carry = std::mem::take(&mut self.carry);
        let used = self.read(&carry, sink)?;
        self.offset += used as u64;
        if used >= held {
            carry.clear();
            self.carry = carry;
            self.retry_at = 0;
            return Ok(&piece[used - held..]);
        }
        carry.drain(..used);
        self.carry = carry;
        self.check_carry()?;
        Ok(rest)
    }

    fn keep(&mut self, rest: &[u8]) -> Result<(), DecodeError> {
        self.carry.extend_from_slice(rest);
        self.check_carry()
    }

    fn check_carry(&mut self) -> Result<(), DecodeError> {
        self.retry_at = self.carry.len() + self.carry.len() / 2;
        self.check_size(self.carry.len())
    }

    /// Refuses an unfinished box that begins at the offset and is longer than allowed.
    fn check_size(&self, length: usize) -> Result<(), DecodeError> {
        if length > self.limits.max_box_bytes {
            return Err(DecodeError::BoxTooLarge { offset: self.offset, limit: self.limits.max_box_bytes });
        }
        Ok(())
    }

    /// Reads all that is whole in `bytes`, and tells how many of them need not be seen again.
    fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(SenseBox<'_>)) -> Result<usize, DecodeError> {
        let mut cursor = Cursor::new(bytes, 0);
        loop {
            if self.state == State::Lost {
                match self.find_box(bytes, cursor.at(), sink)? {
                    ControlFlow::Continue(found) => cursor = Cursor::new(bytes, found),
                    ControlFlow::Break(keep_from) => return Ok(keep_from),
                }
            }
            let Ok(next) = cursor.peek() else {
                return Ok(cursor.at());
            };
            match (self.state, next) {
                (State::Start, b'[') => self.step(&mut cursor, State::FirstBox),
                // A byte order mark is not JSON, but proxies add one.
                (State::Start, 0xef)
                    if self.offset == 0
                        && cursor.at() == 0
                        && b"\xef\xbb\xbf".starts_with(&bytes[..bytes.len().min(3)]) =>
                {
                    if bytes.len() < 3 {
                        return Ok(0);
                    }
                    cursor = Cursor::new(bytes, 3);
                }
                (State::Start, _) => return Err(not_a_list(bytes)),
                (State::FirstBox | State::AfterBox, b']') => self.step(&mut cursor, State::End),
                (State::AfterBox, b',') => self.step(&mut cursor, State::NextBox),
                (State::FirstBox | State::NextBox, b'{') => {
                    let start = cursor.at();
                    match self.read_box_at(bytes, start)? {
                        Ok(length) => {
                            self.hand_on(&bytes[start..start + length], start, sink);
                            cursor = Cursor::new(bytes, start + length);
                        }
                        Err(Stop::NeedMore) => return Ok(start),
                        Err(Stop::Syntax { at, expected }) => {
                            self.skip_box(start + at, expected);
                            self.state = State::Lost;
                            cursor = Cursor::new(bytes, start + at);
                        }
                    }
                }
                (State::End, _) => {
                    return Err(DecodeError::TrailingBytes { offset: self.offset + cursor.at() as u64 });
                }
                _ => return Err(self.not_a_box(bytes, cursor.at())),
            }
        }
    }

    fn step(&mut self, cursor: &mut Cursor<'_>, state: State) {
        // The byte was peeked at, so taking it cannot fail.
        let _ = cursor.peek().and_then(|byte| cursor.expect(byte, "the peeked byte"));
        self.state = state;
    }

    /// Reads the box at `start` of `bytes` into `self.spans`, and gives its length.
    ///
    /// A box that is longer than allowed is refused wherever it turns out to be whole or wrong, so that it
    /// makes no difference in which pieces it came.
    fn read_box_at(&mut self, bytes: &[u8], start: usize) -> Result<Result<usize, Stop>, DecodeError> {
        let read = self.read_box(&bytes[start..]);
        let length = match &read {
            Ok(length) => *length,
            Err(Stop::Syntax { at, .. }) => *at,
            Err(Stop::NeedMore) => 0,
        };
        if length > self.limits.max_box_bytes {
            let offset = self.offset + start as u64;
            return Err(DecodeError::BoxTooLarge { offset, limit: self.limits.max_box_bytes });
        }
        Ok(read)
    }

    fn read_box(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        let mut cursor = Cursor::new(bytes, 0);
        self.spans.read(&mut cursor, &mut self.instants)?;
        Ok(cursor.at())
    }

    /// Hands the box in `self.spans`, whose bytes are `bytes`, to the sink.
    fn hand_on(&mut self, bytes: &[u8], start: usize, sink: &mut impl FnMut(SenseBox<'_>)) {
        self.state = State::AfterBox;
        if self.spans.id.is_none() {
            self.skip_box(start, "a box with an _id");
        } else if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            self.decoded.boxes += 1;
            sink(SenseBox::new(text, &self.spans));
        } else {
            let repaired = String::from_utf8_lossy(bytes);
            match self.read_box(repaired.as_bytes()) {
                Ok(_) => {
                    self.decoded.boxes += 1;
                    sink(SenseBox::new(&repaired, &self.spans));
                }
                Err(_) => self.skip_box(start, "UTF-8"),
            }
        }
    }

    fn skip_box(&mut self, at: usize, expected: &'static str) {
        self.decoded.skipped += 1;
        let offset = self.offset + at as u64;
        self.decoded.first_skipped.get_or_insert(SkippedBox { offset, expected });
    }

    /// Finds the first whole box at or after `from`, hands it on and gives its end; or gives the place
    /// from which the bytes must be seen again.
    fn find_box(
        &mut self,
        bytes: &[u8],
        from: usize,
        sink: &mut impl FnMut(SenseBox<'_>),
    ) -> Result<ControlFlow<usize, usize>, DecodeError> {
        for start in memchr::memchr_iter(b'{', &bytes[from..]).map(|found| from + found) {
            match self.read_box_at(bytes, start)? {
                Ok(length) if self.spans.id.is_some() && self.spans.has_sensors => {
                    self.hand_on(&bytes[start..start + length], start, sink);
                    return Ok(ControlFlow::Continue(start + length));
                }
                Err(Stop::NeedMore) => return Ok(ControlFlow::Break(start)),
                Ok(_) | Err(Stop::Syntax { .. }) => {}
            }
        }
        // The end must be seen again when there is no more: the list may close there, or say what went wrong.
        Ok(ControlFlow::Break(bytes.len().saturating_sub(MESSAGE_BYTES).max(from)))
    }

    fn not_a_box(&self, bytes: &[u8], at: usize) -> DecodeError {
        if message_in(&bytes[at..]).is_some() {
            return self.truncated(&bytes[at..]);
        }
        DecodeError::NotABox { offset: self.offset + at as u64 }
    }

    fn truncated(&self, rest: &[u8]) -> DecodeError {
        DecodeError::Truncated { boxes: self.decoded.boxes, message: message_in(rest) }
    }
}

fn not_a_list(bytes: &[u8]) -> DecodeError {
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(480)]);
    DecodeError::NotAList { excerpt: beginning.trim().chars().take(120).collect() }
}

/// How far from the end of an answer the API's error message may begin.
const MESSAGE_BYTES: usize = 512;

/// The words with which the API ends an answer that it could not complete.
pub(crate) fn message_in(rest: &[u8]) -> Option<String> {
    let tail = &rest[rest.len().saturating_sub(MESSAGE_BYTES)..];
    let start = memchr::memmem::rfind(tail, b"Error: ")?;
    let message: String = String::from_utf8_lossy(&tail[start..]).trim().chars().take(200).collect();
    (!message.contains('"')).then_some(message)
}

/// Decodes one box, the answer of `GET /boxes/:id`.
///
/// # Errors
/// The answer is not one whole box with an `_id`.
pub fn decode_box<T>(bytes: &[u8], read: impl FnOnce(SenseBox<'_>) -> T) -> Result<T, DecodeError> {
    let mut decoder = Decoder::new(Limits { max_box_bytes: u32::MAX as usize });
    decoder.state = State::FirstBox;
    let mut read = Some(read);
    let mut result = None;
    let trimmed = bytes.trim_ascii();
    let used = decoder.read(trimmed, &mut |sense_box| {
        if let Some(read) = read.take() {
            result = Some(read(sense_box));
        }
    })?;
    match result {
        Some(result) if used == trimmed.len() => Ok(result),
        _ if decoder.decoded.skipped > 0 || trimmed.is_empty() => Err(not_a_list(trimmed)),
        _ => Err(decoder.truncated(trimmed)),
    }
}
