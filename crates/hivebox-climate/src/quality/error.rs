//! What can be wrong with rules.

/// Why a text is not the rules of quality.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The text is no TOML, lacks a field, or has one that is not known.
    #[error("the rules cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A rule is about a phenomenon that is not in the catalogue.
    #[error("[[{section}]] has a rule for {phenomenon:?}, which the catalogue does not know")]
    UnknownPhenomenon {
        /// The part of the file.
        section: &'static str,
        /// The phenomenon.
        phenomenon: String,
    },
    /// There are two rules for a phenomenon.
    #[error("[[{section}]] has two rules for {phenomenon:?}")]
    Twice {
        /// The part of the file.
        section: &'static str,
        /// The phenomenon.
        phenomenon: String,
    },
    /// A number is not in its range.
    #[error("[[{section}]] has {field} = {value}, which must be {allowed}")]
    OutOfRange {
        /// The part of the file.
        section: &'static str,
        /// The name of the number.
        field: &'static str,
        /// The number.
        value: f64,
        /// What it can be, in words.
        allowed: &'static str,
    },
    /// A range of values is upside down or not finite.
    #[error("[[{section}]] has a range from {from} to {to}, which is none")]
    NoRange {
        /// The part of the file.
        section: &'static str,
        /// The start of the range.
        from: f64,
        /// Its end.
        to: f64,
    },
    /// A phenomenon is to be checked for rooms, but not to be held against its neighbours, which that needs.
    #[error("[[indoor]] has a rule for {0:?}, and [[neighbours]] has none")]
    IndoorWithoutNeighbours(String),
}
