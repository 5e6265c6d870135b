//! Variables that look like a setting but are none: misspelled ones, which would be ignored in silence.

use std::fmt;

use super::setting::SETTINGS;
use super::source::{Origin, Source};

/// A variable that looks like a setting but is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    variable: String,
    origin: Origin,
    /// The variable of the setting with the nearest name.
    nearest: String,
}

/// A more similar name is taken for a misspelled one, even if its prefix is.
const ALIKE: f64 = 0.9;

impl Unknown {
    /// The variables that look like a setting but are none. Nobody heeds them.
    pub fn all(source: &Source) -> impl Iterator<Item = Self> {
        let known = known();
        source.variables().filter_map(move |(variable, origin)| Self::of(variable, origin, &known))
    }

    /// A variable, unless it is one of the `known` or looks like none of them.
    fn of(variable: &str, origin: Origin, known: &[String]) -> Option<Self> {
        let upper = variable.to_ascii_uppercase().replace(['-', '.'], "_");
        let alike = known.iter().map(|known| (strsim::normalized_damerau_levenshtein(&upper, known), known));
        let (similarity, nearest) = alike.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        let is_ours = upper.starts_with("HIVEBOX_") || similarity >= ALIKE;
        (is_ours && variable != nearest && !is_service_link(variable)).then(|| Self {
            variable: variable.to_owned(),
            origin,
            nearest: nearest.clone(),
        })
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, origin, nearest } = self;
        let place = origin.place();
        write!(formatter, "{variable}{place} is no setting and is ignored; the nearest one is {nearest}")
    }
}

/// The variables of all settings.
fn known() -> Vec<String> {
    SETTINGS.iter().map(|setting| setting.variable()).collect()
}

/// Whether Kubernetes sets the variable in each container, for a service whose name begins with `hivebox`: such as
/// `HIVEBOX_SERVICE_HOST`, `HIVEBOX_SERVICE_PORT_HTTP`, `HIVEBOX_PORT` and `HIVEBOX_PORT_5000_TCP_ADDR`.
fn is_service_link(variable: &str) -> bool {
    let Some(rest) = variable.strip_prefix("HIVEBOX") else { return false };
    let is_port = |rest: &str| {
        ["TCP", "UDP", "SCTP"].into_iter().any(|protocol| {
            let parts = rest.split_once(&format!("_{protocol}"));
            parts.is_some_and(|(port, end)| {
                port.parse::<u16>().is_ok() && matches!(end, "" | "_PROTO" | "_PORT" | "_ADDR")
            })
        })
    };
    let is_link = |rest: &str| match rest.strip_prefix("_PORT_") {
        Some(rest) => is_port(rest),
        None => {
            matches!(rest, "_PORT" | "_SERVICE_HOST" | "_SERVICE_PORT") || rest.starts_with("_SERVICE_PORT_")
        }
    };
    // The name of the service may have more words.
    rest.match_indices('_').any(|(start, _)| is_link(&rest[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(variable: &str) -> Option<String> {
        Unknown::of(variable, Origin::DotEnv, &known()).map(|unknown| unknown.to_string())
    }

    #[test]
    fn a_misspelled_variable_is_told_with_the_nearest_setting() {
        for (variable, nearest) in [
            ("HIVEBOX_LISTN", "HIVEBOX_LISTEN"),
            ("HIVEBOX_CACHETTL", "HIVEBOX_CACHE_TTL"),
            ("HIVEBOX-STORE", "HIVEBOX_STORE"),
            ("hivebox_store", "HIVEBOX_STORE"),
            ("HIVBOX_UPSTREAM", "HIVEBOX_UPSTREAM"),
            ("HIVEBOX_MAX_CONECTIONS", "HIVEBOX_MAX_CONNECTIONS"),
        ] {
            let expected =
                format!("{variable} (in .env) is no setting and is ignored; the nearest one is {nearest}");
            assert_eq!(told(variable), Some(expected));
        }
    }

    #[test]
    fn settings_other_variables_and_links_of_kubernetes_are_not_told() {
        let others = [
            "PATH",
            "AWS_REGION",
            "RUST_LOG",
            "HIVEBOX_PORT",
            "HIVEBOX_SERVICE_HOST",
            "HIVEBOX_SERVICE_PORT",
            "HIVEBOX_SERVICE_PORT_HTTP",
            "HIVEBOX_PORT_5000_TCP",
            "HIVEBOX_PORT_5000_TCP_PROTO",
            "HIVEBOX_PORT_5000_TCP_PORT",
            "HIVEBOX_PORT_5000_TCP_ADDR",
            "HIVEBOX_VALKEY_PORT_6379_TCP_ADDR",
            "HIVEBOX_VALKEY_SERVICE_HOST",
        ];
        for variable in known().into_iter().chain(others.map(str::to_owned)) {
            assert_eq!(told(&variable), None, "{variable}");
        }
    }
}
