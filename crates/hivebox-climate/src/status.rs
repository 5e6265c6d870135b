//! The status word for a temperature: what it means for bees.

use std::fmt;
use std::str::FromStr;

use crate::quantity::Celsius;

/// Status words for ranges of temperature, from cold to hot.
///
/// Written as comma-separated `LIMIT:WORD`. A word applies below its limit, or up to and including
/// it if the limit is written `=LIMIT`; the last word has no limit.
///
/// ```
/// use hivebox_climate::quantity::Celsius;
/// use hivebox_climate::status::Bands;
///
/// let bands: Bands = "10:Cold,32:Good,:Hot".parse()?;
/// assert_eq!(bands.word(Celsius(9.99)), "Cold");
/// assert_eq!(bands.word(Celsius(10.0)), "Good");
/// assert_eq!(bands.word(Celsius(33.5)), "Hot");
/// # Ok::<(), hivebox_climate::status::BandsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    limited: Vec<Band>,
    last: Box<str>,
}

#[derive(Debug, Clone, PartialEq)]
struct Band {
    limit: Celsius,
    includes_limit: bool,
    word: Box<str>,
}

/// Why a text is not a list of bands. Each variant quotes the wrong part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BandsError {
    /// A part has no colon.
    #[error("{0:?} has no colon between limit and word")]
    NoColon(String),
    /// A limit is not a finite number.
    #[error("{0:?} is not a temperature in °C")]
    NotATemperature(String),
    /// A part has no word.
    #[error("{0:?} has no word")]
    NoWord(String),
    /// The limits are not in ascending order.
    #[error("the limits must ascend, and {0:?} does not")]
    NotRising(String),
    /// The last part has a limit, or another part has none.
    #[error("only the last part must have no limit, as in `10:Cold,32:Good,:Hot`")]
    LastHasLimit,
}

impl Bands {
    /// Cold below 10 °C, where bees cluster; hot from 32 °C, where they beard.
    /// `docs/decisions/0005-status-bands.md` gives the sources.
    #[must_use]
    pub fn hive() -> Self {
        Self::three((10.0, false, "Cold"), (32.0, false, "Good"), "Hot")
    }

    /// The bands of the HiveBox roadmap: too cold below 10 °C, good up to and including 36 °C, too
    /// hot above.
    #[must_use]
    pub fn roadmap() -> Self {
        Self::three((10.0, false, "Too Cold"), (36.0, true, "Good"), "Too Hot")
    }

    /// The status word for a temperature.
    #[must_use]
    pub fn word(&self, temperature: Celsius) -> &str {
        self.limited
            .iter()
            .find(|band| temperature < band.limit || (band.includes_limit && temperature == band.limit))
            .map_or(&self.last, |band| &band.word)
    }

    fn three(first: (f64, bool, &str), second: (f64, bool, &str), last: &str) -> Self {
        let limited = [first, second].map(|(limit, includes_limit, word)| Band {
            limit: Celsius(limit),
            includes_limit,
            word: word.into(),
        });
        Self { limited: limited.into(), last: last.into() }
    }
}

impl FromStr for Bands {
    type Err = BandsError;

    fn from_str(text: &str) -> Result<Self, BandsError> {
        let mut limited: Vec<Band> = Vec::new();
        let mut last = None;
        for part in text.split(',') {
            if last.is_some() {
                return Err(BandsError::LastHasLimit);
            }
            let (limit, word) = part.split_once(':').ok_or_else(|| BandsError::NoColon(part.into()))?;
            let (limit, word) = (limit.trim(), word.trim());
            if word.is_empty() {
                return Err(BandsError::NoWord(part.into()));
            }
            if limit.is_empty() {
                last = Some(word.into());
                continue;
            }
            let band = parse_band(limit, word)?;
            if limited.last().is_some_and(|before| before.limit >= band.limit) {
                return Err(BandsError::NotRising(part.into()));
            }
            limited.push(band);
        }
        let last = last.ok_or(BandsError::LastHasLimit)?;
        Ok(Self { limited, last })
    }
}

fn parse_band(limit: &str, word: &str) -> Result<Band, BandsError> {
    let (includes_limit, degrees) = match limit.strip_prefix('=') {
        Some(degrees) => (true, degrees),
        None => (false, limit),
    };
    let degrees: f64 = degrees
        .parse()
        .ok()
        .filter(|degrees: &f64| degrees.is_finite())
        .ok_or_else(|| BandsError::NotATemperature(limit.into()))?;
    Ok(Band { limit: Celsius(degrees), includes_limit, word: word.into() })
}

impl fmt::Display for Bands {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for band in &self.limited {
            let sign = if band.includes_limit { "=" } else { "" };
            write!(formatter, "{sign}{}:{},", band.limit.0, band.word)?;
        }
        write!(formatter, ":{}", self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_turn_at_their_limits() {
        let hive = Bands::hive();
        let words = [9.99, 10.0, 31.99, 32.0, 33.5].map(|degrees| hive.word(Celsius(degrees)));
        assert_eq!(words, ["Cold", "Good", "Good", "Hot", "Hot"]);
        let roadmap = Bands::roadmap();
        let words = [9.99, 10.0, 36.0, 36.01].map(|degrees| roadmap.word(Celsius(degrees)));
        assert_eq!(words, ["Too Cold", "Good", "Good", "Too Hot"]);
    }

    #[test]
    fn presets_can_be_written_and_read_back() {
        for bands in [Bands::hive(), Bands::roadmap()] {
            assert_eq!(bands.to_string().parse(), Ok(bands));
        }
        assert_eq!(Bands::hive().to_string(), "10:Cold,32:Good,:Hot");
    }

    #[test]
    fn wrong_bands_say_what_is_wrong() {
        let error = |text: &str| text.parse::<Bands>().map_err(|error| error.to_string());
        insta::assert_debug_snapshot!(
            [
                "",
                "Cold",
                "ten:Cold,:Hot",
                "10:,:Hot",
                "10:Cold,5:Good,:Hot",
                "10:Cold",
                ":Hot,10:Cold",
                "inf:a,:b"
            ]
            .map(error)
        );
    }
}
