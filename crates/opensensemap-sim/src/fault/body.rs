//! Faults within a body: they alter the pieces of an answer before compression.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::forecast::ForecastFault;

/// The faults that alter the body of an answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BodyFaults {
    pub(crate) spoil: Option<Spoil>,
    pub(crate) cut: Option<BodyCut>,
    pub(crate) drip: Option<Drip>,
    pub(crate) forecast: Option<ForecastFault>,
}

/// Makes one row unreadable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoil {
    pub(crate) kind: SpoilKind,
    pub(crate) nth: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum SpoilKind {
    InvalidUtf8,
    BadBox,
}

impl Spoil {
    /// Spoils the JSON object that begins at `start`.
    pub(crate) fn apply(self, out: &mut Vec<u8>, start: usize) {
        // A form without the first marker, such as a list of names, is spoilt at its name; a forecast at
        // the others.
        let places: [(&[u8], &[u8]); 4] = match self.kind {
            SpoilKind::InvalidUtf8 => [
                (br#""title":""#, b"\"title\":\"\xff"),
                (br#""name":""#, b"\"name\":\"\xff"),
                (br#""temperature_2m":""#, b"\"temperature_2m\":\"\xff"),
                (br#""time":""#, b"\"time\":\"\xff"),
            ],
            SpoilKind::BadBox => [
                (br#""exposure":"#, br#""exposure" "#),
                (br#""name":"#, br#""name" "#),
                (br#""elevation":"#, br#""elevation" "#),
                (br#""coordinates":"#, br#""coordinates" "#),
            ],
        };
        for (marker, replacement) in places {
            if let Some(at) = out[start..].windows(marker.len()).position(|window| window == marker) {
                out.splice(start + at..start + at + marker.len(), replacement.iter().copied());
                return;
            }
        }
    }
}

impl Spoil {
    /// Spoils the CSV row or JSON object that begins at `start` and is the last in `out`.
    pub(crate) fn apply_to_row(self, out: &mut Vec<u8>, start: usize) {
        match self.kind {
            SpoilKind::InvalidUtf8 => out.insert(start, 0xff),
            // The row loses its beginning up to and including its first separator.
            SpoilKind::BadBox => {
                let separator = out[start..].iter().position(|byte| matches!(byte, b',' | b';'));
                drop(out.drain(start..=start + separator.unwrap_or_default()));
            }
        }
    }
}

/// Ends a body too early.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyCut {
    /// After this many bytes; after half of them if `None`.
    pub(crate) after: Option<u64>,
    pub(crate) end: CutEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CutEnd {
    /// The connection is closed.
    Reset,
    /// This error text replaces the rest.
    ErrorText(&'static str),
}

/// Slows a body down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drip {
    pub(crate) bytes: usize,
    pub(crate) every: Duration,
}

/// The connection was closed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was reset by a simulated fault")]
pub(crate) struct Severed;

/// The pieces of a body, cut off if a fault says so.
#[derive(Debug)]
pub(crate) struct CutPieces<I> {
    pieces: Option<I>,
    left: u64,
    end: Option<CutEnd>,
    /// Whether the last bytes before a reset have been returned.
    severed: bool,
}

impl<I: Iterator<Item = Bytes> + Clone> CutPieces<I> {
    pub(crate) fn new(pieces: I, cut: Option<BodyCut>) -> Self {
        // To find the middle, the pieces are made twice: slower, but nothing has to be buffered.
        let half = || pieces.clone().map(|piece| piece.len() as u64).sum::<u64>() / 2;
        let left = cut.map_or(u64::MAX, |cut| cut.after.unwrap_or_else(half));
        Self { pieces: Some(pieces), left, end: cut.map(|cut| cut.end), severed: false }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for CutPieces<I> {
    type Item = Result<Bytes, Severed>;

    fn next(&mut self) -> Option<Self::Item> {
        if std::mem::take(&mut self.severed) {
            self.pieces = None;
            return Some(Err(Severed));
        }
        let mut piece = self.pieces.as_mut()?.next()?;
        if self.left >= piece.len() as u64 {
            self.left -= piece.len() as u64;
            return Some(Ok(piece));
        }
        piece.truncate(self.left as usize);
        self.left = 0;
        if self.end == Some(CutEnd::Reset) && !piece.is_empty() {
            self.severed = true;
            return Some(Ok(piece));
        }
        self.pieces = None;
        if self.end == Some(CutEnd::Reset) {
            return Some(Err(Severed));
        }
        let mut text = BytesMut::from(&piece[..]);
        if let Some(CutEnd::ErrorText(error)) = self.end {
            text.extend_from_slice(error.as_bytes());
        }
        Some(Ok(text.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{BodyCut, CutEnd, CutPieces, Severed, Spoil, SpoilKind};

    fn cut(after: Option<u64>, end: CutEnd) -> Vec<Result<Bytes, Severed>> {
        let pieces = ["[1,2", ",3,4", ",5]"].map(Bytes::from).into_iter();
        CutPieces::new(pieces, Some(BodyCut { after, end })).collect()
    }

    #[test]
    fn a_truncated_body_ends_in_the_error_text() {
        let text: Vec<u8> =
            cut(None, CutEnd::ErrorText("Error: gone")).into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(text, b"[1,2,Error: gone");
    }

    #[test]
    fn a_reset_ends_in_an_error() {
        let pieces = cut(Some(6), CutEnd::Reset);
        assert_eq!(pieces, [Ok(Bytes::from("[1,2")), Ok(Bytes::from(",3")), Err(Severed)]);
        assert_eq!(cut(Some(0), CutEnd::Reset), [Err(Severed)]);
        assert_eq!(cut(Some(9), CutEnd::Reset).last(), Some(&Err(Severed)), "also within the last piece");
        assert_eq!(cut(Some(100), CutEnd::Reset).len(), 3);
    }

    #[test]
    fn only_the_row_is_spoilt() {
        let mut rows = br#"{"exposure":"indoor"},{"exposure":"outdoor","title":"PM10"}"#.to_vec();
        Spoil { kind: SpoilKind::BadBox, nth: 1 }.apply(&mut rows, 22);
        Spoil { kind: SpoilKind::InvalidUtf8, nth: 1 }.apply(&mut rows, 22);
        assert_eq!(rows, b"{\"exposure\":\"indoor\"},{\"exposure\" \"outdoor\",\"title\":\"\xffPM10\"}");
    }
}
