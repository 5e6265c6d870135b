//! Splits a sensor's title into words.
//!
//! Owners type titles by hand: "rel. Luftfeuchte", `Temperatur_02`, `SHT31_temperature`, "PM2,5".
//! Their words differ much less.

/// The words of `title` in lower case, separated by single spaces.
///
/// A word is a run of letters or a run of digits, so a chip or an index attached to a word is split
/// off; everything else separates words. Normalising twice changes nothing more, and case does not
/// matter.
///
/// ```
/// use hivebox_climate::title::normalise;
///
/// assert_eq!(normalise("Temperatur (BME280)"), "temperatur bme 280");
/// assert_eq!(normalise("PM2.5"), "pm 2 5");
/// assert_eq!(normalise("-🌡- Temperature"), "temperature");
/// ```
pub fn normalise(title: &str) -> String {
    let mut words = String::with_capacity(title.len() + 8);
    let mut before = Class::Gap;
    for letter in title.chars().flat_map(char::to_lowercase) {
        let class = Class::of(letter);
        if class != Class::Gap {
            if class != before && !words.is_empty() {
                words.push(' ');
            }
            words.push(letter);
        }
        before = class;
    }
    words
}

/// Whether `word` is a number, in any script's digits.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(char::is_numeric)
}

/// Whether `word` is one letter, as in "Temperatur B".
pub(crate) fn is_one_letter(word: &str) -> bool {
    word.chars().nth(1).is_none() && word.starts_with(char::is_alphabetic)
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    Gap,
}

impl Class {
    fn of(letter: char) -> Self {
        if letter.is_alphabetic() {
            Self::Letter
        } else if letter.is_numeric() {
            Self::Digit
        } else {
            Self::Gap
        }
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn real_titles_come_apart_into_words() {
        for (title, words) in [
            ("", ""),
            ("---", ""),
            ("rel. Luftfeuchte", "rel luftfeuchte"),
            ("TEMPERATUR", "temperatur"),
            ("Temperatur2", "temperatur 2"),
            ("Temperatur_02", "temperatur 02"),
            ("SHT31_temperature", "sht 31 temperature"),
            ("14A  Temperature SMT100", "14 a temperature smt 100"),
            ("Temperatur / Hőmérséklet", "temperatur hőmérséklet"),
            ("CO₂", "co ₂"),
            ("Температура Temperatur", "температура temperatur"),
            ("Temperatur\u{a0}\t1.5m", "temperatur 1 5 m"),
            ("gef\u{fffd}hlte Temperatur", "gef hlte temperatur"),
        ] {
            assert_eq!(normalise(title), words, "{title:?}");
        }
    }
}
