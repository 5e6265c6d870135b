//! Box ids.

use std::fmt;
use std::str::FromStr;

/// The id of a box as the API takes it in a path: 24 hex digits, stored in lower case.
///
/// ```
/// let id: opensensemap::BoxId = "5386026E5f08822009b8b60d".parse()?;
/// assert_eq!(id.to_string(), "5386026e5f08822009b8b60d");
/// assert!("../users".parse::<opensensemap::BoxId>().is_err());
/// # Ok::<(), opensensemap::BoxIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoxId(String);

/// The text is not a box id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of a senseBox, which has 24 hex digits")]
pub struct BoxIdError(String);

impl BoxId {
    /// The 24 hex digits, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BoxId {
    type Err = BoxIdError;

    fn from_str(text: &str) -> Result<Self, BoxIdError> {
        if text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(BoxIdError(text.chars().take(40).collect()))
        }
    }
}

impl fmt::Display for BoxId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
