//! The response headers.

use serde_json::Value;
use utoipa::openapi::Ref;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The description of a response header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeaderDoc {
    /// The name.
    pub(super) name: &'static str,
    description: &'static str,
    example: Example,
}

#[derive(Debug, Clone, Copy)]
enum Example {
    Text(&'static str),
    Seconds(u64),
}

/// `Age`.
pub(crate) const AGE: HeaderDoc = HeaderDoc {
    name: "Age",
    description: "The age of the answer in seconds.",
    example: Example::Seconds(42),
};
/// `Cache-Control`.
pub(crate) const CACHE_CONTROL: HeaderDoc = HeaderDoc {
    name: "Cache-Control",
    description: "Whether and for how long caches may store the response (RFC 9111).",
    example: Example::Text("public, max-age=300"),
};
/// `Cache-Status`.
pub(crate) const CACHE_STATUS: HeaderDoc = HeaderDoc {
    name: "Cache-Status",
    description: "For how many seconds the answer stays fresh; negative if it is stale, and `detail` says why (RFC 9211).",
    example: Example::Text("HiveBox; hit; ttl=258"),
};
/// `Content-Disposition`.
pub(crate) const CONTENT_DISPOSITION: HeaderDoc = HeaderDoc {
    name: "Content-Disposition",
    description: "A file name for saving the response.",
    example: Example::Text("inline; filename=\"2024-10-14T09-20-00.000Z.parquet\""),
};
/// `Content-Encoding`.
pub(crate) const CONTENT_ENCODING: HeaderDoc = HeaderDoc {
    name: "Content-Encoding",
    description: "The compression, chosen by `Accept-Encoding`. Missing if the response is not compressed.",
    example: Example::Text("zstd"),
};
/// `ETag`.
pub(crate) const ETAG: HeaderDoc = HeaderDoc {
    name: "ETag",
    description: "Identifies exactly these bytes.",
    example: Example::Text("\"5f3a1c2b9d8e7f60\""),
};
/// `Link`.
pub(crate) const LINK: HeaderDoc = HeaderDoc {
    name: "Link",
    description: "The next page, as `rel=\"next\"` (RFC 8288); missing on the last page. Of a forecast, its licence and its \
                  source, as `rel=\"license\"` and `rel=\"author\"`.",
    example: Example::Text("</api/v1/boxes?cursor=3538>; rel=\"next\""),
};
/// `RateLimit`.
pub(crate) const RATE_LIMIT: HeaderDoc = HeaderDoc {
    name: "RateLimit",
    description: "How many requests the client has left (`r`) for the next `t` seconds. Missing if there is no limit.",
    example: Example::Text("\"default\";r=599;t=1"),
};
/// `RateLimit-Policy`.
pub(crate) const RATE_LIMIT_POLICY: HeaderDoc = HeaderDoc {
    name: "RateLimit-Policy",
    description: "How many requests (`q`) a client may send in `w` seconds. Missing if there is no limit.",
    example: Example::Text("\"default\";q=600;w=60"),
};
/// `Retry-After`.
pub(crate) const RETRY_AFTER: HeaderDoc = HeaderDoc {
    name: "Retry-After",
    description: "After how many seconds to try again.",
    example: Example::Seconds(10),
};
/// `Vary`.
pub(crate) const VARY: HeaderDoc = HeaderDoc {
    name: "Vary",
    description: "The request headers that select the response.",
    example: Example::Text("accept, accept-encoding"),
};
/// Sent with every response.
pub(crate) const REQUEST_ID: HeaderDoc = HeaderDoc {
    name: "X-Request-Id",
    description: "The id of the request in the log: the client's own if it sent a short one of letters, digits and `-_.:`.",
    example: Example::Text("6d1f0a7700000001"),
};

/// All headers.
pub(super) const ALL: [HeaderDoc; 12] = [
    AGE,
    CACHE_CONTROL,
    CACHE_STATUS,
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    ETAG,
    LINK,
    RATE_LIMIT,
    RATE_LIMIT_POLICY,
    RETRY_AFTER,
    VARY,
    REQUEST_ID,
];

impl HeaderDoc {
    /// A reference to the header in the document's components.
    pub(super) fn reference(self) -> Ref {
        Ref::new(format!("#/components/headers/{}", self.name))
    }

    /// The header as an OpenAPI object.
    pub(super) fn described(self) -> Header {
        let (schema, example) = match self.example {
            Example::Text(text) => (ObjectBuilder::new().schema_type(Type::String), Value::from(text)),
            Example::Seconds(seconds) => {
                (ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)), Value::from(seconds))
            }
        };
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(self.description));
        header.example(Some(example)).build()
    }
}
