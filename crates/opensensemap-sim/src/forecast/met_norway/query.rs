//! The question to MET Norway, with its checks.

/// The most decimals of a coordinate: more would fill its caches, so more are forbidden.
const MOST_DECIMALS: usize = 4;

/// A validated question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MetNorwayQuery {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    /// The height to give temperatures for.
    pub(crate) altitude: Option<f64>,
}

/// Why a question is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadQuestion {
    /// 403
    #[error("403 Forbidden: {0}. See https://api.met.no/doc/TermsOfService")]
    Forbidden(&'static str),
    /// 400
    #[error("400 Bad Request: {0}")]
    Malformed(String),
}

impl MetNorwayQuery {
    /// Parses a question.
    ///
    /// # Errors
    /// 403 for too many decimals, 400 for anything else.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Self, BadQuestion> {
        let decimals = |text: &str| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let mut given = [None; 3];
        for (name, text) in pairs {
            let (slot, bounds) = match name.as_str() {
                "lat" => (0, -90.0..=90.0),
                "lon" => (1, -180.0..=180.0),
                "altitude" => (2, -500.0..=9000.0),
                _ => return Err(BadQuestion::Malformed(format!("unknown parameter '{name}'"))),
            };
            if slot < 2 && decimals(text) > MOST_DECIMALS {
                return Err(BadQuestion::Forbidden("coordinates have at most 4 decimals"));
            }
            let number = text.parse::<f64>().ok().filter(|number| bounds.contains(number));
            let number =
                number.ok_or_else(|| BadQuestion::Malformed(format!("invalid value for '{name}'")))?;
            given[slot] = Some(number);
        }
        let [Some(latitude), Some(longitude), altitude] = given else {
            return Err(BadQuestion::Malformed("missing parameter 'lat' or 'lon'".to_owned()));
        };
        Ok(Self { latitude, longitude, altitude })
    }
}

/// Whether a `User-Agent` says whom to write to: an address of mail or of the web.
pub(crate) fn has_contact(user_agent: &str) -> bool {
    let is_contact = |word: &str| {
        let word = word.trim_matches(|mark: char| !mark.is_alphanumeric() && mark != '/');
        // A version such as 1.2.0 has a dot as well, but its last part is a number.
        let host =
            word.split_once("://").map_or(word, |(_, rest)| rest).split('/').next().unwrap_or_default();
        let domain = host.rsplit_once('.').map(|(_, domain)| domain).unwrap_or_default();
        (domain.len() >= 2 && domain.chars().all(char::is_alphabetic)) || word.contains("://")
    };
    user_agent.split_whitespace().any(is_contact)
}

#[cfg(test)]
mod tests {
    use super::{MetNorwayQuery, has_contact};

    #[test]
    fn a_user_agent_says_whom_to_write_to() {
        for (user_agent, expected) in [
            ("HiveBox/0.1.0 keeper@example.org", true),
            ("hivebox/0.1.0 (+https://example.org/hivebox)", true),
            ("weather.example.org", true),
            ("weather/0.9 github.com/someone/weather", true),
            ("hivebox/0.1.0", false),
            ("Mozilla/5.0", false),
            ("", false),
        ] {
            assert_eq!(has_contact(user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn wrong_questions_are_refused() {
        let parse = |pairs: &[(&str, &str)]| {
            let owned: Vec<_> =
                pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            MetNorwayQuery::parse(&owned).map_err(|error| error.to_string()[..3].to_owned())
        };
        let refused = |status: &str| Err(status.to_owned());
        assert!(parse(&[("lat", "52.5163"), ("lon", "-13"), ("altitude", "35")]).is_ok());
        assert_eq!(parse(&[("lat", "52.51633"), ("lon", "13.4")]), refused("403"));
        assert_eq!(parse(&[("lat", "52.5")]), refused("400"));
        assert_eq!(parse(&[("lat", "91"), ("lon", "13.4")]), refused("400"));
        assert_eq!(parse(&[("lat", "52"), ("lon", "13.4"), ("msl", "3")]), refused("400"));
    }
}
