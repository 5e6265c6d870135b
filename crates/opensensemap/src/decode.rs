//! Decodes `GET /boxes` while its bytes arrive.

use std::ops::ControlFlow;

mod error;
mod skip;

pub use error::DecodeError;
pub(crate) use error::message_in;
use error::{MESSAGE_BYTES, is_json};
pub use skip::{SkipCounts, SkipReason, SkippedElement};
use skip::{SkipEnd, Skipper};

use crate::instant::InstantReader;
use crate::json::{BoxSpans, ScanError, Scanner, Span};
use crate::sense_box::SenseBox;

/// Limits of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size limit of one box in bytes. The largest of the 11,390 boxes of 2023 has 76 sensors
    /// and 17 kB; the default is 1 MiB.
    pub max_box_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_box_bytes: 1 << 20 }
    }
}

/// Counts of an answer that has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Boxes passed on.
    pub boxes: usize,
    /// Elements that are no readable boxes.
    pub skipped: SkipCounts,
    /// The first of them.
    pub first_skipped: Option<SkippedElement>,
}

/// Decodes boxes from an answer that arrives in pieces of any size, holding at most one box.
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
/// An element that is no readable box is skipped and counted, without being kept: one that is JSON
/// up to its end, any other up to the next complete box with an `_id` and sensors. Invalid UTF-8
/// becomes U+FFFD and has no further effect.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    state: DecoderState,
    /// The bytes of an incomplete box.
    carry: Vec<u8>,
    /// The carry is not read again before it has this many bytes. A box that arrives in tiny pieces
    /// thus takes linear rather than quadratic time.
    retry_at: usize,
    /// The number of bytes of the answer before the carry.
    offset: u64,
    skipper: Skipper,
    spans: BoxSpans,
    instants: InstantReader,
    decoded: Decoded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecoderState {
    Start,
    /// After `[`: a box or the end of the list.
    FirstBox,
    /// After a comma.
    NextBox,
    /// After a box: a comma or the end of the list.
    AfterBox,
    /// In an element that is skipped.
    Skipping,
    /// After something that is not JSON, searching for a box.
    Lost,
    End,
}

impl Decoder {
    /// A decoder at the start of an answer.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: DecoderState::Start,
            carry: Vec::new(),
            retry_at: 0,
            offset: 0,
            skipper: Skipper::default(),
            spans: BoxSpans::default(),
            instants: InstantReader::default(),
            decoded: Decoded::default(),
        }
    }

    /// Takes the next piece of the answer and passes each box that it completes to `sink`.
    ///
    /// # Errors
    /// [`DecodeError`] if the answer is not a list. Discard the decoder then.
    pub fn push(&mut self, mut piece: &[u8], sink: &mut impl FnMut(SenseBox<'_>)) -> Result<(), DecodeError> {
        while !self.carry.is_empty() && !piece.is_empty() {
            piece = self.push_to_carry(piece, sink)?;
        }
        if piece.is_empty() {
            return Ok(());
        }
        let used = self.read(piece, sink)?;
        self.offset += used as u64;
        self.carry.extend_from_slice(&piece[used..]);
        self.wait_for_more();
        Ok(())
    }

    /// Ends the answer and passes on any box that was held back.
    ///
    /// # Errors
    /// [`DecodeError`] if the list is incomplete.
    pub fn finish(mut self, sink: &mut impl FnMut(SenseBox<'_>)) -> Result<Decoded, DecodeError> {
        let carry = std::mem::take(&mut self.carry);
        let used = self.read(&carry, sink)?;
        self.offset += used as u64;
        let rest = carry[used..].trim_ascii();
        let complete = match self.state {
            DecoderState::End => true,
            DecoderState::Lost => rest.ends_with(b"]") && !message_in(rest),
            _ => false,
        };
        if complete { Ok(self.decoded) } else { Err(self.truncated(rest)) }
    }

    /// Extends the carry by part of `piece`, reads it, and returns the unread rest of `piece`.
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
        self.wait_for_more();
        Ok(rest)
    }

    /// Sets the size at which the carry is worth reading again.
    fn wait_for_more(&mut self) {
        let held = self.carry.len();
        self.retry_at = (held + held / 2).min(self.limits.max_box_bytes.max(held));
    }

    /// Reads everything complete in `bytes` and returns how many bytes are done with.
    fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(SenseBox<'_>)) -> Result<usize, DecodeError> {
        let mut cursor = Scanner::new(bytes, 0);
        loop {
            let at = cursor.at();
            if self.state == DecoderState::Skipping {
                match self.skipper.push(&bytes[at..]) {
                    SkipEnd::Found(length) => {
                        self.state = DecoderState::AfterBox;
                        cursor = Scanner::new(bytes, at + length);
                    }
                    SkipEnd::NeedMore => return Ok(bytes.len()),
                    SkipEnd::Broken(length) => {
                        self.state = DecoderState::Lost;
                        cursor = Scanner::new(bytes, at + length);
                    }
                }
                continue;
            }
            if self.state == DecoderState::Lost {
                match self.find_box(bytes, at, sink) {
                    ControlFlow::Continue(found) => cursor = Scanner::new(bytes, found),
                    ControlFlow::Break(keep_from) => return Ok(keep_from),
                }
            }
            let Ok(next) = cursor.peek() else {
                return Ok(cursor.at());
            };
            match (self.state, next) {
                (DecoderState::Start, b'[') => self.step(&mut cursor, DecoderState::FirstBox),
                // A byte order mark is not JSON, but some proxies add one.
                (DecoderState::Start, 0xef)
                    if self.offset == 0
                        && cursor.at() == 0
                        && b"\xef\xbb\xbf".starts_with(&bytes[..bytes.len().min(3)]) =>
                {
                    if bytes.len() < 3 {
                        return Ok(0);
                    }
                    cursor = Scanner::new(bytes, 3);
                }
                (DecoderState::Start, _) => return Err(DecodeError::NotAList),
                (DecoderState::FirstBox | DecoderState::AfterBox, b']') => {
                    self.step(&mut cursor, DecoderState::End);
                }
                (DecoderState::AfterBox, b',') => self.step(&mut cursor, DecoderState::NextBox),
                (DecoderState::FirstBox | DecoderState::NextBox, b'{') => {
                    let start = cursor.at();
                    match self.read_box_at(bytes, start) {
                        Ok(length) => {
                            self.hand_on(&bytes[start..start + length], start, sink);
                            cursor = Scanner::new(bytes, start + length);
                        }
                        Err(ScanError::NeedMore) => return Ok(start),
                        Err(ScanError::TooLarge) => self.skip_element(start, SkipReason::TooLarge),
                        Err(ScanError::TooDeep) => self.skip_element(start, SkipReason::TooDeep),
                        Err(ScanError::Syntax { at, expected }) => {
                            self.count_skipped(start + at, SkipReason::NotJson, Some(expected));
                            self.state = DecoderState::Lost;
                            // Inside may be the next box, if a quote or a bracket is missing.
                            cursor = Scanner::new(bytes, start + 1);
                        }
                    }
                }
                (DecoderState::FirstBox | DecoderState::NextBox, next) if is_json(next) => {
                    self.skip_element(cursor.at(), SkipReason::NotAnObject);
                }
                (DecoderState::End, _) => {
                    return Err(DecodeError::TrailingBytes { offset: self.offset + cursor.at() as u64 });
                }
                _ => {
                    let expected = "a box, a comma or the end of the list";
                    self.count_skipped(cursor.at(), SkipReason::NotJson, Some(expected));
                    self.state = DecoderState::Lost;
                }
            }
        }
    }

    fn step(&mut self, cursor: &mut Scanner<'_>, state: DecoderState) {
        let taken = cursor.peek().and_then(|byte| cursor.expect(byte, "the byte just seen"));
        taken.expect("the caller has peeked at the byte");
        self.state = state;
    }

    /// Reads the box at `start` of `bytes` into `self.spans` and returns its length.
    ///
    /// Looks at no more than the largest box could have, so the result does not depend on how the
    /// answer was cut into pieces.
    fn read_box_at(&mut self, bytes: &[u8], start: usize) -> Result<usize, ScanError> {
        let most = self.limits.max_box_bytes;
        let end = bytes.len().min(start.saturating_add(most));
        match self.read_box(&bytes[start..end]) {
            Err(ScanError::NeedMore) if end - start == most => Err(ScanError::TooLarge),
            result => result,
        }
    }

    fn read_box(&mut self, bytes: &[u8]) -> Result<usize, ScanError> {
        let mut cursor = Scanner::new(bytes, 0);
        self.spans.read(&mut cursor, &mut self.instants)?;
        Ok(cursor.at())
    }

    /// Passes the box in `self.spans`, whose bytes are `bytes`, to the sink.
    fn hand_on(&mut self, bytes: &[u8], start: usize, sink: &mut impl FnMut(SenseBox<'_>)) {
        self.state = DecoderState::AfterBox;
        if self.spans.id.is_none_or(Span::is_empty) {
            self.count_skipped(start, SkipReason::NoId, None);
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
                Err(_) => self.count_skipped(start, SkipReason::NotJson, Some("UTF-8")),
            }
        }
    }

    /// Skips the element at `at` up to its end.
    fn skip_element(&mut self, at: usize, reason: SkipReason) {
        self.count_skipped(at, reason, None);
        self.skipper = Skipper::default();
        self.state = DecoderState::Skipping;
    }

    fn count_skipped(&mut self, at: usize, reason: SkipReason, expected: Option<&'static str>) {
        self.decoded.skipped.count(reason);
        let offset = self.offset + at as u64;
        self.decoded.first_skipped.get_or_insert(SkippedElement { offset, reason, expected });
    }

    /// Finds the first complete box at or after `from`, passes it on and returns its end; or
    /// returns the position from which the bytes must be seen again.
    fn find_box(
        &mut self,
        bytes: &[u8],
        from: usize,
        sink: &mut impl FnMut(SenseBox<'_>),
    ) -> ControlFlow<usize, usize> {
        for start in memchr::memchr_iter(b'{', &bytes[from..]).map(|found| from + found) {
            match self.read_box_at(bytes, start) {
                Ok(length) if self.spans.id.is_some() && self.spans.has_sensors => {
                    self.hand_on(&bytes[start..start + length], start, sink);
                    return ControlFlow::Continue(start + length);
                }
                Err(ScanError::NeedMore) => return ControlFlow::Break(start),
                Ok(_) | Err(_) => {}
            }
        }
        // The tail must be seen again if nothing follows: it may close the list or hold an error
        // message.
        ControlFlow::Break(bytes.len().saturating_sub(MESSAGE_BYTES).max(from))
    }

    fn truncated(&self, rest: &[u8]) -> DecodeError {
        DecodeError::Truncated { boxes: self.decoded.boxes, told: message_in(rest) }
    }
}

/// Decodes one box from the answer of `GET /boxes/:id`.
///
/// # Errors
/// [`DecodeError`] if the answer is not one complete box with an `_id`.
pub fn decode_box<T>(bytes: &[u8], read: impl FnOnce(SenseBox<'_>) -> T) -> Result<T, DecodeError> {
    let mut decoder = Decoder::new(Limits { max_box_bytes: u32::MAX as usize });
    decoder.state = DecoderState::FirstBox;
    let mut read = Some(read);
    let mut result = None;
    let trimmed = bytes.trim_ascii();
    let used = decoder.read(trimmed, &mut |sense_box| {
        if let Some(read) = read.take() {
            result = Some(read(sense_box));
        }
    })?;
    let is_json = trimmed.first().is_some_and(|&first| is_json(first));
    match (result, decoder.decoded.first_skipped) {
        (Some(result), None) if used == trimmed.len() => Ok(result),
        (_, Some(skipped)) if is_json => Err(DecodeError::NotABox { reason: skipped.reason }),
        _ if is_json => Err(decoder.truncated(trimmed)),
        _ => Err(DecodeError::NotAList),
    }
}
