//! When `/readyz` says 200.

use hivebox_kinds::Choice;

use super::definition::Setting;

/// The rule of `/readyz`.
pub const READINESS: Setting<Choice<ReadinessRule>> = Setting::new(
    "readiness",
    "hive",
    Choice { options: &[("hive", ReadinessRule::Hive), ("roadmap", ReadinessRule::Roadmap)] },
    "When /readyz says 200; hive: an answer can be served; roadmap: at most half of the boxes failed, or the cache is no older than 5m",
);

/// `HIVEBOX_READINESS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadinessRule {
    /// Ready while there is an answer that may be served.
    Hive,
    /// Ready unless more than half of the boxes could not be fetched and the cache is older than 5 minutes.
    Roadmap,
}
