//! The file `.env`: a line for each variable, taken literally.
//!
//! ```text
//! # a comment
//! HIVEBOX_CACHE=redis://:pa$$word@cache:6379
//! export HIVEBOX_STATUS='10:Cold,32:Good,:Hot'   # a comment
//! AWS_SECRET_ACCESS_KEY="with \"quotes\""
//! ```
//!
//! `$` means nothing special: a password may hold one. Between double quotes `\\`, `\"`, `\$` and `\n` are
//! escapes; between single quotes nothing is.

use std::path::{Path, PathBuf};

/// Why a `.env` cannot be read. The message shows no value, since values may be secrets.
#[derive(Debug, thiserror::Error)]
pub enum DotEnvError {
    /// The system cannot read the file.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is malformed.
    #[error("line {line} of {} is malformed: {reason}; write NAME=VALUE", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1 on.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Reads the variables of a file, in its order.
///
/// # Errors
/// The file cannot be read, or a line is malformed.
pub(crate) fn read(path: &Path) -> Result<Vec<(String, String)>, DotEnvError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| DotEnvError::Unreadable { path: path.to_owned(), source })?;
    let mut variables = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let malformed = |reason| DotEnvError::Malformed { path: path.to_owned(), line: index + 1, reason };
        variables.extend(variable(line).map_err(malformed)?);
    }
    Ok(variables)
}

/// The variable of a line; `None` if the line is empty or a comment.
fn variable(line: &str) -> Result<Option<(String, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("it has no =")?;
    let name = name.trim();
    let is_name = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '.');
    if name.is_empty() || !is_name {
        return Err("the name before = has other characters than letters, digits, _ and .");
    }
    Ok(Some((name.to_owned(), value_of(value.trim())?)))
}

fn value_of(text: &str) -> Result<String, &'static str> {
    let mut characters = text.chars();
    let (value, rest) = match characters.next() {
        Some('\'') => {
            let (value, rest) = characters.as_str().split_once('\'').ok_or("a quote is not closed")?;
            (value.to_owned(), rest)
        }
        Some('"') => {
            let mut value = String::new();
            loop {
                match characters.next().ok_or("a quote is not closed")? {
                    '"' => break,
                    '\\' => match characters.next() {
                        Some('n') => value.push('\n'),
                        Some(escaped @ ('\\' | '"' | '$')) => value.push(escaped),
                        _ => return Err("after \\ only \\, \", $ or n may follow"),
                    },
                    character => value.push(character),
                }
            }
            (value, characters.as_str())
        }
        // A comment begins after a space, so that a value may hold a #.
        _ => return Ok(text.split_once(" #").map_or(text, |(value, _)| value).trim_end().to_owned()),
    };
    match rest.trim_start() {
        rest if rest.is_empty() || rest.starts_with('#') => Ok(value),
        _ => Err("something follows the closing quote"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_literally() {
        for (line, value) in [
            ("A=b", "b"),
            ("  export A = b c ", "b c"),
            ("A=", ""),
            ("A=pa$word$$#x", "pa$word$$#x"),
            ("A=b # comment", "b"),
            ("A='b # \"c\" $d'", "b # \"c\" $d"),
            (r#"A="b \"c\" \\ \$d" # comment"#, r#"b "c" \ $d"#),
            ("A=x=y", "x=y"),
        ] {
            assert_eq!(variable(line), Ok(Some(("A".to_owned(), value.to_owned()))), "{line}");
        }
        assert_eq!(variable("# A=b"), Ok(None));
        assert_eq!(variable("   "), Ok(None));
    }

    #[test]
    fn a_malformed_line_is_named_by_its_number_without_its_value() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        for wrong in ["secret", "A B=secret", "A='secret", "A=\"secret", "A='x' secret", r#"A="\secret""#] {
            std::fs::write(&file, format!("# first\n{wrong}\n")).unwrap();
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains("line 2") && !error.contains("secret"), "{error}");
        }
        assert!(matches!(read(&folder.path().join("none")), Err(DotEnvError::Unreadable { .. })));
    }
}
