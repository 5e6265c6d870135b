//! Errors in a list of chores.

/// Why a text is not a list of chores.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoresError {
    /// The text is not TOML, lacks a field, or has an unknown field.
    #[error("the chores cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// The list is empty.
    #[error("there is no chore")]
    Empty,
    /// A text for people is empty.
    #[error("the {field} of {of} is empty")]
    NoText {
        /// The chore, the input, or `words`.
        of: String,
        /// The empty field.
        field: &'static str,
    },
    /// The slug does not belong to any input.
    #[error("there is no input {0:?}")]
    NoSuchInput(String),
    /// An input is described twice.
    #[error("the input {0:?} is described twice")]
    InputTwice(&'static str),
    /// An input is not described.
    #[error("the input {0:?} is not described")]
    InputMissing(&'static str),
    /// A measured input lacks a unit, or one that beekeepers report has one.
    #[error("the input {0:?} must have a unit if sensors measure it, and none if beekeepers report it")]
    UnitAmiss(&'static str),
    /// A slug is empty or contains something other than lower-case letters, digits and underscores.
    #[error("the slug {0:?} may contain only lower-case letters, digits and underscores, at least one")]
    MalformedSlug(String),
    /// Two chores have the same slug.
    #[error("two chores have the slug {0:?}")]
    SlugTwice(String),
    /// A chore has no source.
    #[error("{0} has no source")]
    NoSource(String),
    /// The address of a source is not an `https://` address of a page.
    #[error(
        "{chore} has a source at {address:?}, which must begin with https:// and name a page: without one, leave it out"
    )]
    MalformedAddress {
        /// The chore.
        chore: String,
        /// The address.
        address: String,
    },
    /// A chore has no rule.
    #[error("{0} has no rule")]
    NoRule(String),
    /// A chore lists a need twice, or one that no rule uses.
    #[error("{chore} lists the need {input} twice, or has no rule that uses it")]
    IdleNeed {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A rule uses an input that is not among the chore's needs, so its absence would go unnoticed.
    #[error("{chore} has a rule on {input}, which its needs do not list")]
    NotNeeded {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A rule has an unknown verdict.
    #[error("{chore} has a rule for {verdict:?}, which is not a verdict")]
    NoSuchVerdict {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: String,
    },
    /// A rule follows a less careful one and would never be reached.
    #[error("{chore} has a rule for {verdict} after a less careful one: put the most careful first")]
    OutOfOrder {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: &'static str,
    },
    /// A rule has no condition.
    #[error("{chore} has a rule for {verdict} without conditions")]
    NoCondition {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: &'static str,
    },
    /// A rule has two conditions on the same input.
    #[error("{chore} has a rule with two conditions on {input}")]
    ConditionTwice {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// A condition has no limit, two limits at one end, one that is not finite, or one of the wrong
    /// kind.
    #[error(
        "{chore} has a condition on {input} that is not a range of values (if measured) or `is` true or false (if reported)"
    )]
    NoRange {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// The rules that apply without a forecast need one.
    #[error("{chore} needs {input}, which only a forecast knows: move its rules to [chore.ahead]")]
    LooksAhead {
        /// The chore.
        chore: String,
        /// The input.
        input: &'static str,
    },
    /// The rules that look ahead need no forecast.
    #[error("{0} has a [chore.ahead] that needs no input from a forecast: remove it")]
    NothingAhead(String),
    /// A reason shows a value that a beekeeper may have seen, so it must have `seen`, and only then.
    #[error(
        "{chore} has a rule for {verdict} that must have `seen`, without the values of rain and wind, if its reason shows one of them, and only then"
    )]
    SeenAmiss {
        /// The chore.
        chore: String,
        /// The verdict.
        verdict: &'static str,
    },
    /// A reason contains a placeholder that the rule cannot fill.
    #[error("{chore} has a reason with {{{place}}}, which its rule cannot fill in")]
    NoSuchPlace {
        /// The chore.
        chore: String,
        /// The text in braces.
        place: String,
    },
}
