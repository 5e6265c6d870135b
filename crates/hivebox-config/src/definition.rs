//! The definition of a setting: it reads the setting, and makes its flag, its help and its row in the docs.

use std::fmt;

use hivebox_kinds::{Described, Kind};

use super::mask::{mask_address, mask_secrets};

/// A setting: a flag `--name`, a variable `HIVEBOX_NAME`, or a line of `.env`.
#[derive(Debug, Clone, Copy)]
pub struct Setting<K> {
    /// The name, as the flag has it.
    pub name: &'static str,
    /// The value that applies if none is given.
    pub default: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Which values it can have.
    pub kind: K,
    /// What other settings ask of the value: a clause that follows what the kind allows, or nothing.
    pub besides: &'static str,
    /// Whether values are addresses, which may hold a login.
    pub is_address: bool,
}

impl<K> Setting<K> {
    /// A setting that does not depend on others.
    pub(super) const fn new(name: &'static str, default: &'static str, kind: K, help: &'static str) -> Self {
        Self { name, default, help, kind, besides: "", is_address: false }
    }

    /// The same for a setting whose values are addresses, which may hold a login.
    pub(super) const fn address(
        name: &'static str,
        default: &'static str,
        kind: K,
        help: &'static str,
    ) -> Self {
        Self { name, default, help, kind, besides: "", is_address: true }
    }
}

/// A setting whose values can be of any kind.
pub trait AnySetting: fmt::Debug + Sync {
    /// The name, as the flag has it.
    fn name(&self) -> &'static str;

    /// The value that applies if none is given.
    fn default(&self) -> &'static str;

    /// The setting as help texts describe it.
    fn described(&self) -> Described;

    /// A value of the setting without its secrets.
    fn shown(&self, value: &str) -> String;

    /// The environment variable.
    fn variable(&self) -> String {
        format!("HIVEBOX_{}", self.name().replace('-', "_").to_uppercase())
    }
}

impl<K: Kind + fmt::Debug + Sync> AnySetting for Setting<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn default(&self) -> &'static str {
        self.default
    }

    fn shown(&self, value: &str) -> String {
        if self.is_address { mask_address(value) } else { mask_secrets(value) }
    }

    fn described(&self) -> Described {
        let besides = if self.besides.is_empty() { "" } else { ", " };
        Described {
            name: self.name,
            help: self.help,
            allowed: format!("{}{besides}{}", self.kind.allowed(), self.besides),
            default: Some(self.default),
        }
    }
}

/// The name of the setting that an environment variable is for; `None` if it is for none of HiveBox. The reverse of
/// [`AnySetting::variable`], so another spelling is not a variable of HiveBox.
pub(super) fn name_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("HIVEBOX_")?;
    let is_spelled = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
    name.chars().all(is_spelled).then(|| name.replace('_', "-").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_names_its_setting_in_one_spelling_only() {
        assert_eq!(name_of("HIVEBOX_CACHE_TTL").as_deref(), Some("cache-ttl"));
        for other in ["HIVEBOX_cache_ttl", "HIVEBOX_CACHE-TTL", "CACHE_TTL", "hivebox_CACHE_TTL"] {
            assert_eq!(name_of(other), None, "{other}");
        }
    }
}
