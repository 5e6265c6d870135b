//! Errors in the quality rules.

/// Why a text is not a set of quality rules.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QualityRulesError {
    /// The text is not TOML, lacks a field, or has an unknown field.
    #[error("the rules cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A rule names a phenomenon that is not in the catalogue.
    #[error("[[{section}]] has a rule for {phenomenon:?}, which is not in the catalogue")]
    UnknownPhenomenon {
        /// The section of the file.
        section: &'static str,
        /// The phenomenon.
        phenomenon: String,
    },
    /// A phenomenon has two rules of one kind.
    #[error("[[{section}]] has two rules for {phenomenon:?}")]
    Twice {
        /// The section of the file.
        section: &'static str,
        /// The phenomenon.
        phenomenon: String,
    },
    /// A number is out of range.
    #[error("[[{section}]] has {field} = {value}, which must be {allowed}")]
    OutOfRange {
        /// The section of the file.
        section: &'static str,
        /// The name of the number.
        field: &'static str,
        /// The number.
        value: f64,
        /// The allowed values, in words.
        allowed: &'static str,
    },
    /// A range is not finite or its ends are in the wrong order.
    #[error("[[{section}]] has a range from {from} to {to}: both must be finite and in ascending order")]
    NoRange {
        /// The section of the file.
        section: &'static str,
        /// The start of the range.
        from: f64,
        /// Its end.
        to: f64,
    },
    /// The check for rooms needs the check of neighbours.
    #[error("[[indoor]] has a rule for {0:?}, which needs one in [[neighbours]], too")]
    IndoorWithoutNeighbours(String),
}
