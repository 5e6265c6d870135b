//! How often a client may ask.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use hivebox_kinds::{Integer, Kind};

/// So many requests in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many requests.
    pub requests: NonZeroU32,
    /// In which time: a second, a minute or an hour.
    pub window: Duration,
}

/// How often a client may ask, as `N/s`, `N/m` or `N/h`.
#[derive(Debug, Clone, Copy)]
pub struct QuotaKind;

impl QuotaKind {
    const REQUESTS: Integer = Integer { range: 1..=1_000_000, unit: "" };
}

impl Kind for QuotaKind {
    type Value = Quota;

    fn read(&self, text: &str) -> Result<Quota, String> {
        let (requests, unit) = text.split_once('/').ok_or("has no / between number and unit")?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err("has an unknown unit".into()),
        };
        let requests = Self::REQUESTS.read(requests).map_err(|wrong| format!("has a number that {wrong}"))?;
        let requests = u32::try_from(requests).ok().and_then(NonZeroU32::new).ok_or("is out of range")?;
        Ok(Quota { requests, window: Duration::from_secs(seconds) })
    }

    fn allowed(&self) -> String {
        format!("{} per second, minute or hour: 10/s, 600/m or 36000/h", Self::REQUESTS.allowed())
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} requests in {} s", self.requests, self.window.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use hivebox_kinds::Or;

    use super::*;

    #[test]
    fn quotas_are_a_number_and_a_unit_or_off() {
        let kind = Or { word: "off", kind: QuotaKind };
        let told = |text| kind.read(text).map(|quota| quota.map(|quota| quota.to_string()));
        assert_eq!(told("off"), Ok(None));
        for (text, quota) in [
            ("10/s", "10 requests in 1 s"),
            ("600/m", "600 requests in 60 s"),
            ("1000000/h", "1000000 requests in 3600 s"),
        ] {
            assert_eq!(told(text), Ok(Some(quota.to_owned())));
        }
        for wrong in ["", "600", "0/m", "-1/m", "1.5/m", "1000001/h", "600/d", "600/", "/m", "600 / m"] {
            assert!(told(wrong).is_err(), "{wrong}");
        }
    }
}
