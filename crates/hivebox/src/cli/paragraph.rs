//! Lines for people, wrapped at the width of the terminal.

use std::io::stdout;

/// The width without a terminal, and the largest with one: longer lines are hard to read.
const WIDEST: usize = 100;
/// The least width that lines are wrapped to.
const NARROWEST: usize = 40;

/// The width of lines on standard output, in characters.
pub(super) fn width() -> usize {
    let terminal = rustix::termios::tcgetwinsize(stdout()).ok().map(|size| usize::from(size.ws_col));
    // Some terminals do not know their width and say zero.
    terminal.filter(|columns| *columns > 0).map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST))
}

/// The lines of a text that begin with `indent`, wrapped at a width. A word that is longer stands alone.
pub(super) fn wrapped(text: &str, indent: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.extend([" ", word]);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_unless_a_word_is() {
        let lines = wrapped("Öffnen Sie die Beute nur bei Wärme", "  ", 12);
        assert_eq!(lines, ["  Öffnen Sie", "  die Beute", "  nur bei", "  Wärme"]);
        assert_eq!(wrapped("https://open-meteo.com/ is far", "", 8), ["https://open-meteo.com/", "is far"]);
        assert!(wrapped("", "  ", 12).is_empty());
    }
}
