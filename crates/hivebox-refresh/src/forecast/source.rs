//! The source that the settings name.

use forecast_sources::{
    HttpOptions, MetNorway, MetNorwayOptions, Observer, OpenMeteo, OpenMeteoOptions, SetUpError, Source,
};
use hivebox_config::{ForecastAddress, ForecastConfig};

/// The source that the settings name; `None` if forecasts are off. It repeats nothing by itself: each question costs a
/// part of the budget, so the cells rest instead.
///
/// # Errors
/// The HTTP client cannot be set up.
pub fn source(config: &ForecastConfig) -> Result<Option<Box<dyn Source>>, SetUpError> {
    observed_source(config, Observer::default())
}

/// The same, with a function that is called after each request.
///
/// # Errors
/// The HTTP client cannot be set up.
pub fn observed_source(
    config: &ForecastConfig,
    observer: Observer,
) -> Result<Option<Box<dyn Source>>, SetUpError> {
    let contact = config.contact.as_deref().map(|contact| format!(" {contact}")).unwrap_or_default();
    let user_agent = format!("hivebox/{}{contact}", env!("CARGO_PKG_VERSION"));
    let limit = |http: HttpOptions| HttpOptions {
        attempt_timeout: config.timeout,
        idle_timeout: config.timeout,
        max_retries: 0,
        observer,
        ..http
    };
    Ok(match &config.address {
        None => None,
        Some(ForecastAddress::OpenMeteo(base_url)) => {
            let mut options = OpenMeteoOptions::new(base_url, user_agent);
            options.http = limit(options.http);
            Some(Box::new(OpenMeteo::new(options)?))
        }
        Some(ForecastAddress::MetNorway(base_url)) => {
            let mut options = MetNorwayOptions::new(base_url, user_agent);
            options.http = limit(options.http);
            Some(Box::new(MetNorway::new(options)?))
        }
    })
}
