//! What handlers have at hand: the parts of the service, and what HTTP keeps for itself.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use hivebox_config::HttpConfig;
use hivebox_telemetry::metrics::Metrics;

use crate::app::App;
use crate::compressed::Compressed;
use crate::live::Live;
use crate::map::Maps;
use crate::metrics::HttpMetrics;
use crate::rate_limit::RateLimit;
use crate::temperature::Rendered;

/// What handlers have at hand. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HttpState(Arc<Parts>);

/// What [`HttpState`] leads to.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The parts of the service.
    pub(crate) app: Arc<App>,
    /// All metrics of the process.
    pub(crate) exposition: Metrics,
    /// What HTTP counts.
    pub(crate) metrics: HttpMetrics,
    /// `/temperature` as it was last answered.
    pub(crate) rendered: Rendered,
    /// `/api/v1/map` as it was last answered.
    pub(crate) maps: Maps,
    /// Streams of events.
    pub(crate) live: Live,
    /// How often each client may ask; `None` means no limit.
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    /// The description of the API.
    pub(crate) description: Arc<Description>,
}

/// The description of the API, made once.
#[derive(Debug)]
pub(crate) struct Description {
    /// For programs.
    pub(crate) document: Arc<Compressed>,
    /// For people.
    pub(crate) page: Arc<Compressed>,
}

impl HttpState {
    pub(crate) fn new(
        app: Arc<App>,
        config: &HttpConfig,
        exposition: Metrics,
        metrics: HttpMetrics,
        description: Arc<Description>,
    ) -> Self {
        let rate_limit = RateLimit::new(config, metrics.rate_limited.clone()).map(Arc::new);
        Self(Arc::new(Parts {
            app,
            exposition,
            metrics,
            rendered: Rendered::default(),
            maps: Maps::default(),
            live: Live::new(config),
            rate_limit,
            description,
        }))
    }
}

impl Deref for HttpState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Most handlers need no more than the parts of the service.
impl FromRef<HttpState> for Arc<App> {
    fn from_ref(state: &HttpState) -> Self {
        Arc::clone(&state.app)
    }
}
