//! The state that handlers share: the parts of the service, and what HTTP adds to them.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use hivebox_config::HttpConfig;
use hivebox_telemetry::metrics::Metrics;

use crate::app::App;
use crate::compressed::Compressed;
use crate::content_policy::ContentPolicy;
use crate::live::hub::LiveHub;
use crate::map::cache::Maps;
use crate::metrics::HttpMetrics;
use crate::rate_limit::RateLimit;
use crate::surface::cache::Surfaces;
use crate::temperature::rendered::RenderedTemperature;

/// The state that handlers share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HttpState(Arc<SharedState>);

/// The fields of [`HttpState`].
#[derive(Debug)]
pub(crate) struct SharedState {
    /// The parts of the service.
    pub(crate) app: Arc<App>,
    /// All metrics of the process.
    pub(crate) exposition: Metrics,
    /// The metrics of HTTP.
    pub(crate) metrics: HttpMetrics,
    /// The last response to `/temperature`.
    pub(crate) rendered: RenderedTemperature,
    /// Recent responses to `/api/v1/map`.
    pub(crate) maps: Maps,
    /// Recent responses to `/api/v1/surface`.
    pub(crate) surfaces: Surfaces,
    /// What the dashboard may load.
    pub(crate) content_policy: ContentPolicy,
    /// Event streams.
    pub(crate) live: LiveHub,
    /// The rate limit per client; `None` means no limit.
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    /// The description of the API.
    pub(crate) description: Arc<Description>,
}

/// The rendered description of the API.
#[derive(Debug)]
pub(crate) struct Description {
    /// `/openapi.json`.
    pub(crate) document: Arc<Compressed>,
    /// `/docs`.
    pub(crate) page: Arc<Compressed>,
}

impl HttpState {
    /// State without rendered responses and streams.
    pub(crate) fn new(
        app: Arc<App>,
        config: &HttpConfig,
        exposition: Metrics,
        metrics: HttpMetrics,
        description: Arc<Description>,
    ) -> Self {
        let rate_limit = RateLimit::new(config, metrics.rate_limited.clone()).map(Arc::new);
        let content_policy = ContentPolicy::of(app.tiles());
        Self(Arc::new(SharedState {
            app,
            exposition,
            metrics,
            rendered: RenderedTemperature::default(),
            maps: Maps::default(),
            surfaces: Surfaces::default(),
            content_policy,
            live: LiveHub::new(config),
            rate_limit,
            description,
        }))
    }
}

impl Deref for HttpState {
    type Target = SharedState;

    fn deref(&self) -> &SharedState {
        &self.0
    }
}

/// Most handlers only need the parts of the service.
impl FromRef<HttpState> for Arc<App> {
    fn from_ref(state: &HttpState) -> Self {
        Arc::clone(&state.app)
    }
}
