//! What a reader has looked for, and what it found wrong.

use super::Kind;

/// What a reader of settings or parameters has looked for so far, and everything that it found wrong. A reader goes
/// on after a wrong value, so that people are told of all mistakes at once.
#[derive(Debug)]
pub struct Findings<W> {
    looked_for: Vec<&'static str>,
    wrong: Vec<W>,
}

impl<W> Default for Findings<W> {
    fn default() -> Self {
        Self { looked_for: Vec::new(), wrong: Vec::new() }
    }
}

impl<W> Findings<W> {
    /// Notes that a name was looked for.
    pub fn look_for(&mut self, name: &'static str) {
        self.looked_for.push(name);
    }

    /// Reads a value. If it is wrong, notes what `wrong` makes of the reason, and returns `None`.
    pub fn value<K: Kind>(
        &mut self,
        kind: &K,
        text: &str,
        wrong: impl FnOnce(String) -> W,
    ) -> Option<K::Value> {
        kind.read(text).map_err(|reason| self.reject(wrong(reason))).ok()
    }

    /// Notes that something is wrong.
    pub fn reject(&mut self, wrong: W) {
        self.wrong.push(wrong);
    }

    /// All names that were looked for, in that order.
    #[must_use]
    pub fn looked_for(&self) -> &[&'static str] {
        &self.looked_for
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn nothing_wrong(&self) -> bool {
        self.wrong.is_empty()
    }

    /// What was made of the values, which is `None` only where something is wrong with them.
    ///
    /// # Errors
    /// Something is wrong; the error has all of it.
    pub fn finish<T>(self, made: Option<T>) -> Result<T, Vec<W>> {
        match made {
            Some(made) if self.nothing_wrong() => Ok(made),
            _ => Err(self.wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Integer, SWITCH};
    use super::*;

    #[test]
    fn reading_goes_on_after_a_wrong_value() {
        let number = Integer { range: 1..=9, unit: "" };
        let mut findings = Findings::default();
        assert_eq!(findings.value(&number, "10", |reason| format!("ten {reason}")), None);
        assert_eq!(findings.value(&SWITCH, "on", |reason| reason), Some(true));
        assert_eq!(findings.value(&number, "one", |reason| format!("one {reason}")), None);
        assert_eq!(
            findings.finish(Some(())),
            Err(vec!["ten is out of range".to_owned(), "one is not a whole number".to_owned()])
        );
    }
}
