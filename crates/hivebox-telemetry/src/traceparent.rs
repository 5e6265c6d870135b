//! The header `traceparent` of [W3C Trace Context](https://www.w3.org/TR/trace-context/), version 00.

use std::fmt;
use std::str::FromStr;

/// The trace and the span of a client that sent a request.
///
/// ```
/// use hivebox_telemetry::traceparent::Traceparent;
///
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let traceparent: Traceparent = text.parse().unwrap();
/// assert_eq!(format!("{:032x}", traceparent.trace_id()), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert!(traceparent.is_sampled());
/// assert_eq!(traceparent.to_string(), text);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Traceparent {
    trace_id: u128,
    span_id: u64,
    flags: u8,
}

/// The text is not a `traceparent` of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a traceparent is 00-TRACE-SPAN-FLAGS: 32, 16 and 2 lower-case hex digits, no id all zeros")]
pub struct TraceparentError;

impl Traceparent {
    /// The length of the header's value in bytes.
    const LENGTH: usize = 55;
    const SAMPLED: u8 = 1;

    /// The id of the trace; never zero.
    #[must_use]
    pub const fn trace_id(self) -> u128 {
        self.trace_id
    }

    /// The id of the client's span; never zero.
    #[must_use]
    pub const fn span_id(self) -> u64 {
        self.span_id
    }

    /// Whether the client records the trace.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        self.flags & Self::SAMPLED != 0
    }
}

impl FromStr for Traceparent {
    type Err = TraceparentError;

    fn from_str(text: &str) -> Result<Self, TraceparentError> {
        // `from_str_radix` also takes capitals and a sign, which the standard forbids.
        let is_plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if text.len() != Self::LENGTH || !text.bytes().all(is_plain) {
            return Err(TraceparentError);
        }
        let mut parts = text.split('-');
        let (Some("00"), Some(trace), Some(span), Some(flags), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TraceparentError);
        };
        if (trace.len(), span.len(), flags.len()) != (32, 16, 2) {
            return Err(TraceparentError);
        }
        let trace_id = u128::from_str_radix(trace, 16).map_err(|_| TraceparentError)?;
        let span_id = u64::from_str_radix(span, 16).map_err(|_| TraceparentError)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| TraceparentError)?;
        if trace_id == 0 || span_id == 0 {
            return Err(TraceparentError);
        }
        Ok(Self { trace_id, span_id, flags })
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_well_formed_header_is_read_and_written_unchanged() {
        let traceparent: Traceparent = GOOD.parse().unwrap();
        assert_eq!(traceparent.trace_id(), 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!(traceparent.span_id(), 0x00f0_67aa_0ba9_02b7);
        assert_eq!(traceparent.to_string(), GOOD);
        for (flags, is_sampled) in [("00", false), ("01", true), ("02", false), ("03", true)] {
            let text = format!("{}{flags}", &GOOD[..53]);
            let traceparent: Traceparent = text.parse().unwrap();
            assert_eq!((traceparent.is_sampled(), traceparent.to_string()), (is_sampled, text));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "00-4bf92f-00f067aa0ba902b7-01",
            &GOOD.to_uppercase(),
            &GOOD.replace("00-4", "ff-4"),
            &GOOD.replace("00-4", "00-+"),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &GOOD.replace("36-00", "-3600"),
            &format!("{GOOD}-01"),
        ] {
            assert_eq!(bad.parse::<Traceparent>(), Err(TraceparentError), "{bad}");
        }
    }
}
