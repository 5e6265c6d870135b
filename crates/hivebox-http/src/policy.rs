//! What the requests of a route pass on their way.

/// What the requests of a route pass on their way, and how they are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a route has or has not")]
pub(crate) struct Policy {
    /// Whether a request does work for which it may have to wait; otherwise the answer comes out of memory.
    pub(crate) does_work: bool,
    /// Whether pages of any origin may read the answer.
    pub(crate) is_for_any_origin: bool,
    /// Whether each client may send only so many requests.
    pub(crate) is_limited: bool,
    /// Whether answers are compressed, and revalidated by entity tags.
    pub(crate) is_represented: bool,
}

impl Policy {
    /// Routes that answer as they always have.
    pub(crate) const PLAIN: Self =
        Self { does_work: false, is_for_any_origin: false, is_limited: false, is_represented: false };
    /// The API under `/api/v1`.
    pub(crate) const API: Self =
        Self { does_work: true, is_for_any_origin: true, is_limited: true, is_represented: true };
    /// A stream of the API, which is sent as it is.
    pub(crate) const STREAM: Self =
        Self { does_work: false, is_for_any_origin: true, is_limited: true, is_represented: false };
    /// The description of the API.
    pub(crate) const DESCRIPTION: Self =
        Self { does_work: false, is_for_any_origin: true, is_limited: false, is_represented: true };
    /// The dashboard, which pages of other origins have no use for.
    pub(crate) const DASHBOARD: Self =
        Self { does_work: false, is_for_any_origin: false, is_limited: false, is_represented: true };

    /// The same for a route that does work.
    pub(crate) const fn with_work(self) -> Self {
        Self { does_work: true, ..self }
    }

    /// The same for a route that answers out of memory.
    pub(crate) const fn without_work(self) -> Self {
        Self { does_work: false, ..self }
    }
}
