//! What can be wrong with chores.

/// Why a text is no list of chores.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoresError {
    /// The text is no TOML, lacks a field, or has one that is not known.
    #[error("the chores cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// There is no chore.
    #[error("there is no chore")]
    Empty,
    /// A text that people read is empty.
    #[error("{of} has an empty {field}")]
    NoText {
        /// The chore, the input, or `words`.
        of: String,
        /// What is empty.
        field: &'static str,
    },
    /// An input has a slug that no input has.
    #[error("there is no input {0:?}")]
    NoSuchInput(String),
    /// An input is described twice.
    #[error("the input {0:?} is described twice")]
    InputTwice(&'static str),
    /// An input is not described.
    #[error("the input {0:?} is not described")]
    InputMissing(&'static str),
    /// A measured input has no unit, or one that is told has one.
    #[error("the input {0:?} is measured and has no unit, or is told and has one")]
    UnitAmiss(&'static str),
    /// A slug is empty or has something else than lower case letters, digits and underscores.
    #[error("the slug {0:?} is not of lower case letters, digits and underscores")]
    MalformedSlug(String),
    /// Two chores have the same slug.
    #[error("two chores have the slug {0:?}")]
    SlugTwice(String),
    /// A chore has no source.
    #[error("{0} has no source")]
    NoSource(String),
    /// A source's address is none.
    #[error("{chore} has a source at {address:?}, which does not begin with https://")]
    MalformedAddress {
        /// The chore.
        chore: String,
        /// The address.
        address: String,
    },
    /// A chore has no rule.
    #[error("{0} has no rule")]
    NoRule(String),
    /// A chore needs an input that no rule asks for, or twice the same.
    #[error("{chore} needs {input} twice, or no rule asks for it")]
    IdleNeed {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A rule asks for an input that the chore does not need, so that nobody would know that it is missing.
    #[error("{chore} has a rule on {input}, which is not among its needs")]
    NotNeeded {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A rule's verdict is none.
    #[error("{chore} has a rule for {verdict:?}, which is no verdict")]
    NoSuchVerdict {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: String,
    },
    /// A rule stands after a less careful one, and would be overlooked.
    #[error("{chore} has a rule for {verdict} after one for something less careful")]
    OutOfOrder {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: &'static str,
    },
    /// A rule has no condition.
    #[error("{chore} has a rule for {verdict} without a condition")]
    NoCondition {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: &'static str,
    },
    /// A rule has two conditions on one input.
    #[error("{chore} has a rule with two conditions on {input}")]
    ConditionTwice {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A condition has no limit, two at one end, one that is not finite, or one that is not of its input's sort.
    #[error(
        "{chore} has a condition on {input} that is no range of values, or no yes or no where it is told"
    )]
    NoRange {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A reason has braces around something that the rule does not know.
    #[error("{chore} has a reason with {{{place}}}, which its rule cannot fill in")]
    NoSuchPlace {
        /// The chore.
        chore: String,
        /// What stands in the braces.
        place: String,
    },
}
