//! The policy of a route: which middleware its requests pass.

/// Which middleware the requests of a route pass, and how they are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the five properties are independent")]
pub(crate) struct Policy {
    /// Whether requests do work that takes time or can fail; otherwise the response comes from memory.
    pub(crate) does_work: bool,
    /// Whether pages of any origin may read the response.
    pub(crate) is_for_any_origin: bool,
    /// Whether the rate limit applies.
    pub(crate) is_limited: bool,
    /// Whether responses are compressed, and revalidated by entity tags.
    pub(crate) is_represented: bool,
    /// Whether the handler reads the body of a request; otherwise it is dropped while it arrives.
    pub(crate) takes_body: bool,
}

impl Policy {
    /// The oldest routes, whose responses must not change.
    pub(crate) const PLAIN: Self = Self {
        does_work: false,
        is_for_any_origin: false,
        is_limited: false,
        is_represented: false,
        takes_body: false,
    };
    /// The API under `/api/v1`.
    pub(crate) const API: Self = Self {
        does_work: true,
        is_for_any_origin: true,
        is_limited: true,
        is_represented: true,
        ..Self::PLAIN
    };
    /// An event stream of the API, which is sent uncompressed.
    pub(crate) const STREAM: Self = Self { is_for_any_origin: true, is_limited: true, ..Self::PLAIN };
    /// The description of the API.
    pub(crate) const DESCRIPTION: Self =
        Self { is_for_any_origin: true, is_represented: true, ..Self::PLAIN };
    /// The dashboard, which pages of other origins do not need.
    pub(crate) const DASHBOARD: Self = Self { is_represented: true, ..Self::PLAIN };

    /// The same policy for a route that does work.
    pub(crate) const fn with_work(self) -> Self {
        Self { does_work: true, ..self }
    }

    /// The same policy for a route that pages of other origins may not read.
    pub(crate) const fn for_own_origin(self) -> Self {
        Self { is_for_any_origin: false, ..self }
    }

    /// The same policy for a route that reads the bodies of requests.
    pub(crate) const fn with_body(self) -> Self {
        Self { takes_body: true, ..self }
    }

    /// The same policy for a route that responds from memory.
    pub(crate) const fn without_work(self) -> Self {
        Self { does_work: false, ..self }
    }
}
