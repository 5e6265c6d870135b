//! What people are told of a setting or a parameter.

/// What people are told of a setting or a parameter, such as by the help of its flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The name.
    pub name: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Which values it allows.
    pub allowed: String,
    /// The value that applies if none is given.
    pub default: Option<&'static str>,
}
