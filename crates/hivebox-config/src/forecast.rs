//! Where forecasts come from, and how many may be asked for.

use std::time::Duration;

use hivebox_kinds::{Formed, Integer, Or, TimeSpan};

use super::address::is_http;
use super::definition::Setting;
use super::durations::MINUTE;
use super::reader::{FromSettings, SettingReader};

/// Where forecasts come from.
pub const FORECAST: Setting<Or<Formed<ForecastAddress>>> = Setting::address(
    "forecast",
    "off",
    Or {
        word: "off",
        kind: Formed::by(
            address,
            "open-meteo:URL or metno:URL, such as open-meteo:https://api.open-meteo.com or metno:https://api.met.no",
        ),
    },
    "Weather model for wind, rain and the days ahead; Open-Meteo's free service is for non-commercial use",
);
/// Who runs this HiveBox.
pub const CONTACT: Setting<Or<Formed<String>>> = Setting {
    besides: "and not none for metno",
    ..Setting::new(
        "contact",
        "none",
        Or { word: "none", kind: Formed::by(contact, "a mail address or an http(s) address") },
        "Whom the weather model's operators can reach; part of the User-Agent, required by MET Norway",
    )
};
/// How many places a day the source may be asked about.
pub const FORECAST_BUDGET: Setting<Or<Integer>> = Setting::new(
    "forecast-budget",
    "9000",
    Or { word: "off", kind: Integer { range: 100..=100_000_000, unit: "" } },
    "Most places that all replicas together ask about in a day; of these 45 % in an hour and 5 % in a minute",
);
/// How long the source may take.
pub const FORECAST_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "forecast-timeout",
    "10s",
    TimeSpan::within(Duration::from_millis(100), MINUTE),
    "Timeout of one request to the weather model; a request to HiveBox waits for a shorter time",
);

/// Where forecasts come from, and how many may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastConfig {
    /// `HIVEBOX_FORECAST`; `None` means off.
    pub address: Option<ForecastAddress>,
    /// `HIVEBOX_CONTACT`. Always there for MET Norway.
    pub contact: Option<String>,
    /// `HIVEBOX_FORECAST_BUDGET`; `None` means that there is no limit.
    pub budget: Option<ForecastBudget>,
    /// `HIVEBOX_FORECAST_TIMEOUT`.
    pub timeout: Duration,
}

/// `HIVEBOX_FORECAST`: a source and its base address. A query, such as `?models=icon_seamless` for one's own server,
/// is part of each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForecastAddress {
    /// Open-Meteo, or a server of one's own.
    OpenMeteo(String),
    /// MET Norway.
    MetNorway(String),
}

/// How many places the source may be asked about.
///
/// The free limits of Open-Meteo are 10,000 a day, 5,000 an hour and 600 a minute. The parts of an hour and a minute
/// keep the same distance from those limits as the day does, or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastBudget {
    /// In a day.
    pub per_day: u64,
}

impl ForecastBudget {
    /// In an hour.
    #[must_use]
    pub const fn per_hour(self) -> u64 {
        self.per_day * 45 / 100
    }

    /// In a minute.
    #[must_use]
    pub const fn per_minute(self) -> u64 {
        self.per_day * 5 / 100
    }
}

impl FromSettings for ForecastConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let address = reader.read(&FORECAST);
        let contact = reader.read(&CONTACT);
        let budget = reader.read(&FORECAST_BUDGET);
        let timeout = reader.read(&FORECAST_TIMEOUT);
        if let (Some(Some(ForecastAddress::MetNorway(_))), Some(None)) = (&address, &contact) {
            reader.require(
                &CONTACT,
                "is missing, but MET Norway refuses requests without a contact",
                CONTACT.kind.kind.allowed,
            );
        }
        Some(Self {
            address: address?,
            contact: contact?,
            budget: budget?.map(|per_day| ForecastBudget { per_day }),
            timeout: timeout?,
        })
    }
}

fn address(text: &str) -> Result<ForecastAddress, String> {
    let (source, base) = text.split_once(':').ok_or("is malformed")?;
    let base = base.trim_end_matches('/');
    if !is_http(base) || base.contains('#') || base.contains(char::is_whitespace) {
        return Err("is malformed".into());
    }
    match source {
        "open-meteo" => Ok(ForecastAddress::OpenMeteo(base.to_owned())),
        "metno" => Ok(ForecastAddress::MetNorway(base.to_owned())),
        _ => Err("names an unknown source".into()),
    }
}

/// A contact that may stand in a header.
fn contact(text: &str) -> Result<String, String> {
    const MAX_BYTES: usize = 200;
    let is_mail = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()\\\"".contains(&byte));
    if is_plain && text.len() <= MAX_BYTES && (is_mail || is_http(text)) {
        Ok(text.to_owned())
    } else {
        Err("is malformed".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, Source};

    fn read(variables: &[(&str, &str)]) -> Result<ForecastConfig, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let source = Source::default().with_variables(Origin::Environment, variables);
        crate::read(&source).map_err(|error| error.to_string())
    }

    #[test]
    fn no_source_is_asked_unless_one_is_named() {
        let config = read(&[]).unwrap();
        assert_eq!((config.address, config.contact), (None, None));
    }

    #[test]
    fn a_source_is_named_with_its_address() {
        for (text, expected) in [
            (
                "open-meteo:https://api.open-meteo.com/",
                Ok(ForecastAddress::OpenMeteo("https://api.open-meteo.com".into())),
            ),
            ("metno:http://[::1]:80/a", Ok(ForecastAddress::MetNorway("http://[::1]:80/a".into()))),
            ("https://api.open-meteo.com", Err("is malformed".to_owned())),
            ("dwd:https://example.org", Err("names an unknown source".to_owned())),
            ("open-meteo:", Err("is malformed".to_owned())),
            ("open-meteo:ftp://x", Err("is malformed".to_owned())),
            (
                "open-meteo:http://om:8080?models=icon_seamless",
                Ok(ForecastAddress::OpenMeteo("http://om:8080?models=icon_seamless".into())),
            ),
            ("open-meteo:https://x#y", Err("is malformed".to_owned())),
        ] {
            assert_eq!(address(text), expected, "{text}");
        }
    }

    #[test]
    fn met_norway_needs_a_contact_that_fits_into_a_header() {
        let metno = ("HIVEBOX_FORECAST", "metno:https://api.met.no");
        let error = read(&[metno]).unwrap_err();
        assert_eq!(
            error,
            "HIVEBOX_CONTACT (--contact) is missing, but MET Norway refuses requests without a contact; allowed: a mail \
             address or an http(s) address"
        );
        for contact in ["bees@example.org", "https://example.org/hive"] {
            assert_eq!(
                read(&[metno, ("HIVEBOX_CONTACT", contact)]).unwrap().contact.as_deref(),
                Some(contact)
            );
        }
        for wrong in ["me", "@example.org", "a b@example.org", "bees@example.org\r\nX: y", "bée@example.org"]
        {
            assert!(contact(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_hour_and_a_minute_have_their_parts_of_the_budget() {
        let parts = |budget: ForecastBudget| (budget.per_day, budget.per_hour(), budget.per_minute());
        assert_eq!(read(&[]).unwrap().budget.map(parts), Some((9000, 4050, 450)));
        assert_eq!(parts(ForecastBudget { per_day: 100 }), (100, 45, 5));
        assert_eq!(read(&[("HIVEBOX_FORECAST_BUDGET", "off")]).unwrap().budget, None);
    }
}
