//! Reads the API's timestamps.

use jiff::Timestamp;

/// Reads RFC 3339 timestamps and remembers the last one: all sensors of a box share one
/// `createdAt`, so four times out of five there is nothing to parse.
#[derive(Debug, Default)]
pub(crate) struct InstantReader {
    text: Vec<u8>,
    instant: Option<Timestamp>,
}

impl InstantReader {
    pub(crate) fn read(&mut self, text: &[u8]) -> Option<Timestamp> {
        if self.text != text {
            self.instant = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            self.text.clear();
            self.text.extend_from_slice(text);
        }
        self.instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_again_only_when_its_text_changes() {
        let mut reader = InstantReader::default();
        let first = reader.read(b"2023-06-21T14:20:31.956Z");
        assert_eq!(first.map(Timestamp::as_millisecond), Some(1_687_357_231_956));
        assert_eq!(reader.read(b"2023-06-21T14:20:31.956Z"), first);
        assert_eq!(reader.read(b"yesterday"), None);
        assert_eq!(reader.read(b""), None);
        assert_eq!(reader.read(b"2023-06-21T14:20:31.956Z"), first);
    }
}
