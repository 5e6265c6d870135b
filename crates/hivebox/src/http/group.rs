//! Which routes belong together, by their paths.

/// Routes whose requests pass the same on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// They answer as they always have.
    Old,
    /// The API under `/api/v1`.
    Api,
    /// Its streams, which are sent as they are.
    Stream,
    /// What describes the API.
    Description,
    /// The dashboard, which no page of another origin has a use for.
    Dashboard,
}

impl Group {
    /// The group of the route at `path`.
    pub(super) fn of(path: &str) -> Self {
        let is_description = path.starts_with("/docs") || path == "/openapi.json";
        match path {
            "/api/v1/live" => Self::Stream,
            "/" | "/dashboard" | "/dashboard/{file}" => Self::Dashboard,
            _ if path.starts_with("/api/v1/") => Self::Api,
            _ if is_description => Self::Description,
            _ => Self::Old,
        }
    }

    /// Whether pages of any origin may ask.
    pub(super) fn is_for_any_origin(self) -> bool {
        matches!(self, Self::Api | Self::Stream | Self::Description)
    }

    /// Whether each client may ask only so often.
    pub(super) fn is_limited(self) -> bool {
        matches!(self, Self::Api | Self::Stream)
    }

    /// Whether answers are compressed, and not sent again to whom has them.
    pub(super) fn is_represented(self) -> bool {
        matches!(self, Self::Api | Self::Description | Self::Dashboard)
    }
}
