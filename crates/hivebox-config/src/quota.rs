//! How often a client may ask.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

const MAX_REQUESTS: u32 = 1_000_000;

/// So many requests in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many requests.
    pub requests: NonZeroU32,
    /// In which time: a second, a minute or an hour.
    pub window: Duration,
}

impl Quota {
    /// Reads `N/s`, `N/m` or `N/h`; `off` means none.
    pub(super) fn read(text: &str) -> Result<Option<Self>, String> {
        if text == "off" {
            return Ok(None);
        }
        let (requests, unit) = text.split_once('/').ok_or_else(String::new)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(String::new()),
        };
        let requests: NonZeroU32 = requests.parse().map_err(|_| "not a whole number from 1".to_owned())?;
        if requests.get() > MAX_REQUESTS {
            return Err("out of range".into());
        }
        Ok(Some(Self { requests, window: Duration::from_secs(seconds) }))
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} requests in {} s", self.requests, self.window.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_a_number_and_a_unit_or_off() {
        let told = |text| Quota::read(text).map(|quota| quota.map(|quota| quota.to_string()));
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
