//! `GET /dashboard` and its files: the web page, built from `web/` and embedded in the program.

use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use crate::compressed::Compressed;
use crate::content_policy::ContentPolicy;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::params::Params;
use crate::state::HttpState;
use hivebox_question::parameters::filter::FILE;
use hivebox_question::parameters::{Ask, Reader};

/// The media type of pages.
pub(super) const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const JSON: &str = "application/json";
const PICTURE: &str = "image/svg+xml";
const ICON: &str = "image/png";
const MANIFEST: &str = "application/manifest+json";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");

/// The service worker of the page, which also answers for `/`.
const SERVICE_WORKER: &str = "sw.js";

/// The page may only load its own files, and ask for the location if a person wants that.
const POLICIES: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (PERMISSIONS_POLICY, HeaderValue::from_static("geolocation=(self)")),
];

/// The tiles of the map's detail, by column and row. `web/build/detail.mjs` generates them.
macro_rules! detail {
    ($($tile:literal),*) => {
        [$(EmbeddedFile::of(
            concat!("detail-", $tile, ".bin"),
            BYTES,
            include_bytes!(concat!("../dashboard/detail-", $tile, ".bin")),
        )),*]
    };
}

/// An embedded file of the page.
struct EmbeddedFile {
    name: &'static str,
    media_type: &'static str,
    content: Arc<Compressed>,
}

static PAGE: LazyLock<EmbeddedFile> =
    LazyLock::new(|| EmbeddedFile::of("index.html", HTML, include_bytes!("../dashboard/index.html")));
static FILES: LazyLock<Vec<EmbeddedFile>> = LazyLock::new(|| {
    let mut files = vec![
        EmbeddedFile::of("app.js", SCRIPT, include_bytes!("../dashboard/app.js")),
        EmbeddedFile::of("docs.js", SCRIPT, include_bytes!("../dashboard/docs.js")),
        EmbeddedFile::of("app.css", STYLE, include_bytes!("../dashboard/app.css")),
        EmbeddedFile::of("map-worker.js", SCRIPT, include_bytes!("../dashboard/map-worker.js")),
        EmbeddedFile::of("land.json", JSON, include_bytes!("../dashboard/land.json")),
        EmbeddedFile::of("towns.json", JSON, include_bytes!("../dashboard/towns.json")),
        EmbeddedFile::of("icon.svg", PICTURE, include_bytes!("../dashboard/icon.svg")),
        EmbeddedFile::of("icon-192.png", ICON, include_bytes!("../dashboard/icon-192.png")),
        EmbeddedFile::of("icon-512.png", ICON, include_bytes!("../dashboard/icon-512.png")),
        EmbeddedFile::of(
            "manifest.webmanifest",
            MANIFEST,
            include_bytes!("../dashboard/manifest.webmanifest"),
        ),
        EmbeddedFile::of(SERVICE_WORKER, SCRIPT, include_bytes!("../dashboard/sw.js")),
        EmbeddedFile::of("licences.txt", TEXT, include_bytes!("../dashboard/licences.txt")),
    ];
    files.extend(detail![
        "0-1", "0-2", "0-3", "0-4", "0-5", "1-0", "1-1", "1-2", "1-3", "1-4", "2-0", "2-1", "2-2", "2-3",
        "2-4", "2-5", "3-0", "3-1", "3-2", "3-3", "3-4", "3-5", "4-0", "4-1", "4-2", "4-3", "4-4", "4-5",
        "5-0", "5-1", "5-2", "5-3", "5-4", "5-5", "6-0", "6-1", "6-2", "6-3", "6-4", "7-1", "7-2", "7-3",
        "7-4", "7-5"
    ]);
    files
});

impl EmbeddedFile {
    fn of(name: &'static str, media_type: &'static str, content: &'static [u8]) -> Self {
        let content = Arc::new(Compressed::of(Bytes::from_static(content)));
        Self { name, media_type, content }
    }

    async fn answer(&self, request: &HeaderMap, policy: &ContentPolicy) -> Result<Response, ApiError> {
        let mut response = self.content.answer(request).await?;
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy.header().clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.extend(POLICIES);
        if self.name == SERVICE_WORKER {
            headers.insert(SERVICE_WORKER_ALLOWED, HeaderValue::from_static("/"));
        }
        Ok(response)
    }
}

/// A request for a file of the page.
#[derive(Debug)]
pub(super) struct AskFile {
    name: String,
}

impl Ask for AskFile {
    fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self { name: reader.path(&FILE)? })
    }
}

/// `GET /dashboard`. The page itself reads the query.
pub(super) async fn page(State(state): State<HttpState>, request: HeaderMap) -> Result<Response, ApiError> {
    PAGE.answer(&request, &state.content_policy).await
}

/// `GET /dashboard/{file}`.
pub(super) async fn file(
    State(state): State<HttpState>,
    request: HeaderMap,
    Params(AskFile { name }): Params<AskFile>,
) -> Result<Response, ApiError> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(unknown)?;
    file.answer(&request, &state.content_policy).await
}

/// The description of the page as a response.
pub(super) fn described_page() -> ResponseDoc {
    ResponseDoc::ok("The page.").text(HTML, "<!doctype html><title>HiveBox</title>")
}

pub(super) fn describe_page() -> Operation {
    Operation::new("getDashboard", Tag::Service, "The dashboard, a web page").responds(described_page())
}

pub(super) fn describe_file() -> Operation {
    let file = ResponseDoc::ok("The file.")
        .text(SCRIPT, "document.title = 'HiveBox'")
        .text(STYLE, "body { margin: 0 }")
        .object(JSON, serde_json::Map::new())
        .text(PICTURE, "<svg xmlns='http://www.w3.org/2000/svg'/>")
        .text(TEXT, "MIT License");
    Operation::new("getDashboardFile", Tag::Service, "A file of the dashboard")
        .asks::<AskFile>()
        .responds(file)
        .fails("There is no such file.", &unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("The dashboard has no such file.")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_built_file_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard");
        let built =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let served = FILES.iter().map(|file| file.name.to_owned()).chain([PAGE.name.to_owned()]);
        assert_eq!(built.collect::<BTreeSet<_>>(), served.collect::<BTreeSet<_>>());
    }
}
