//! The headers of answers.

use serde_json::Value;
use utoipa::openapi::Ref;
use utoipa::openapi::header::{Header as Described, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// A header of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(super) name: &'static str,
    description: &'static str,
    example: Example,
}

#[derive(Debug, Clone, Copy)]
enum Example {
    Text(&'static str),
    Seconds(u64),
}

pub(crate) const AGE: Header = Header {
    name: "Age",
    description: "For how many seconds the answer has been known.",
    example: Example::Seconds(42),
};
pub(crate) const CACHE_CONTROL: Header = Header {
    name: "Cache-Control",
    description: "Whether and how long the answer may be kept (RFC 9111).",
    example: Example::Text("public, max-age=300"),
};
pub(crate) const CACHE_STATUS: Header = Header {
    name: "Cache-Status",
    description: "How long the answer is fresh; below zero it is old, and `detail` says why (RFC 9211).",
    example: Example::Text("HiveBox; hit; ttl=258"),
};
pub(crate) const CONTENT_DISPOSITION: Header = Header {
    name: "Content-Disposition",
    description: "A name for the file.",
    example: Example::Text("inline; filename=\"2024-10-14T09-20-00.000Z.parquet\""),
};
pub(crate) const CONTENT_ENCODING: Header = Header {
    name: "Content-Encoding",
    description: "How the answer is compressed, by `Accept-Encoding`. Missing if it is not.",
    example: Example::Text("zstd"),
};
pub(crate) const ETAG: Header = Header {
    name: "ETag",
    description: "Stands for exactly these bytes.",
    example: Example::Text("\"5f3a1c2b9d8e7f60\""),
};
pub(crate) const LINK: Header = Header {
    name: "Link",
    description: "The next page, as `rel=\"next\"` (RFC 8288). Missing on the last one.",
    example: Example::Text("</api/v1/boxes?cursor=3538>; rel=\"next\""),
};
pub(crate) const RATE_LIMIT: Header = Header {
    name: "RateLimit",
    description: "How many requests are left (`r`) in the next `t` seconds. Missing where there is no limit.",
    example: Example::Text("\"default\";r=599;t=1"),
};
pub(crate) const RATE_LIMIT_POLICY: Header = Header {
    name: "RateLimit-Policy",
    description: "How many requests (`q`) a client may make in `w` seconds. Missing where there is no limit.",
    example: Example::Text("\"default\";q=600;w=60"),
};
pub(crate) const RETRY_AFTER: Header = Header {
    name: "Retry-After",
    description: "After how many seconds another attempt may go well.",
    example: Example::Seconds(10),
};
pub(crate) const VARY: Header = Header {
    name: "Vary",
    description: "By which headers of requests answers differ.",
    example: Example::Text("accept, accept-encoding"),
};
/// Of every answer.
pub(crate) const REQUEST_ID: Header = Header {
    name: "X-Request-Id",
    description: "The id of the request in the log: the client's own, if it sent a short and plain one.",
    example: Example::Text("6d1f0a7700000001"),
};

/// All of them.
pub(super) const ALL: [Header; 12] = [
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

impl Header {
    /// To its description in the document's components.
    pub(super) fn reference(self) -> Ref {
        Ref::new(format!("#/components/headers/{}", self.name))
    }

    pub(super) fn described(self) -> Described {
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
