//! The representation of a response: compressed if the client accepts that, and 304 if the client already has it.

pub(crate) mod entity_tag;

use std::convert::Infallible;
use std::future::ready;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::error::ApiError;
use hivebox_question::format::Format;

/// Smaller bodies fit into one packet uncompressed.
const WORTH_COMPRESSING: u64 = 1024;
/// How many bytes are hashed before the task yields to other requests: about 100 µs of work.
const HASHED_AT_ONCE: usize = 64 << 10;

const VARIES: HeaderValue = HeaderValue::from_static("accept, accept-encoding");
/// Caches must revalidate. Nobody can predict when the present changes, and one page must not mix answers from
/// two presents; revalidating costs the client no more than a 304.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");
/// Headers that a 304 omits, because it has no content.
const ABOUT_CONTENT: [HeaderName; 4] = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_DISPOSITION];

/// Adapts the route's response to the client: encoding, entity tag, and 304.
pub(super) async fn represent(request: Request, next: Next) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    let accepted = all_of(request.headers(), &ACCEPT_ENCODING);
    let conditions = all_of(request.headers(), &IF_NONE_MATCH);
    let mut response = next.run(request).await;
    response.headers_mut().insert(VARY, VARIES);
    response.headers_mut().entry(CACHE_CONTROL).or_insert(REVALIDATED);
    if response.status() != StatusCode::OK {
        return response;
    }
    let response = encoded(tagged(response).await, accepted).await;
    if response.status() == StatusCode::OK && is_known(&response, &conditions) {
        return not_modified(response);
    }
    response
}

fn all_of(headers: &HeaderMap, name: &HeaderName) -> HeaderMap {
    headers.get_all(name).iter().map(|value| (name.clone(), value.clone())).collect()
}

/// Adds an entity tag computed from the body, unless the route set a tag or streams the body.
async fn tagged(response: Response) -> Response {
    if response.headers().contains_key(ETAG) || response.body().size_hint().exact().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return ApiError::internal(error).into_response(),
    };
    parts.headers.insert(ETAG, entity_tag::of(&hash(&bytes).await));
    Response::from_parts(parts, Body::from(bytes))
}

async fn hash(bytes: &Bytes) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for piece in bytes.chunks(HASHED_AT_ONCE) {
        hasher.update(piece);
        if piece.len() == HASHED_AT_ONCE {
            tokio::task::yield_now().await;
        }
    }
    hasher.finalize().into()
}

/// Compresses the response with the best encoding that the client accepts. The bytes differ, so the tag does too.
async fn encoded(response: Response, accepted: HeaderMap) -> Response {
    let is_worth_it =
        SizeAbove::new(WORTH_COMPRESSING).and(NotForContentType::const_new(Format::Parquet.media_type()));
    let mut answer = Some(fused(response));
    let service = service_fn(|_: Request| {
        ready(Ok::<_, Infallible>(answer.take().expect("oneshot calls the service once")))
    });
    let mut request = Request::default();
    *request.headers_mut() = accepted;
    let compressed = CompressionLayer::new().compress_when(is_worth_it).layer(service).oneshot(request).await;
    let Ok(mut response) = compressed.map(|response| response.map(Body::new));
    if response.status() == StatusCode::NOT_ACCEPTABLE {
        let detail = "Accept-Encoding excludes br, gzip, zstd and identity; allow at least one of them.";
        let mut refused = ApiError::not_acceptable(detail).into_response();
        refused.headers_mut().insert(VARY, VARIES);
        refused.headers_mut().insert(CACHE_CONTROL, REVALIDATED);
        return refused;
    }
    let headers = response.headers();
    if let (Some(tag), Some(encoding)) = (headers.get(ETAG), headers.get(CONTENT_ENCODING)) {
        let tag = entity_tag::encoded(tag, encoding);
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Makes a streamed body safe to poll after its end, which compression does.
fn fused(response: Response) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().fuse()))
}

fn is_known(response: &Response, conditions: &HeaderMap) -> bool {
    response.headers().get(ETAG).is_some_and(|tag| entity_tag::is_listed(tag, conditions))
}

fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in ABOUT_CONTENT {
        response.headers_mut().remove(name);
    }
    *response.body_mut() = Body::empty();
    response
}
