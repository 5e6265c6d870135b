//! As what an answer is sent: compressed if the client can take that, and not again if the client has it.

pub(super) mod entity_tag;

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

/// Smaller answers fit into one packet as they are.
const WORTH_COMPRESSING: u64 = 1024;
/// How much is hashed before other requests have their turn: some 100 µs of work.
const HASHED_AT_ONCE: usize = 64 << 10;

const VARIES: HeaderValue = HeaderValue::from_static("accept, accept-encoding");
/// Whoever keeps an answer asks whether it is still right. The present changes at no moment that could be
/// promised, and two answers of one page should not be of two presents; to ask costs the client a 304.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");
/// What a 304 does not say, because it has no content.
const ABOUT_CONTENT: [HeaderName; 4] = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_DISPOSITION];

/// Sends what the route answers as the client wants it.
pub(super) async fn represent(request: Request, next: Next) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    let accepted = all_of(request.headers(), &ACCEPT_ENCODING);
    let known = all_of(request.headers(), &IF_NONE_MATCH);
    let mut response = next.run(request).await;
    response.headers_mut().insert(VARY, VARIES);
    response.headers_mut().entry(CACHE_CONTROL).or_insert(REVALIDATED);
    if response.status() != StatusCode::OK {
        return response;
    }
    let response = encoded(tagged(response).await, accepted).await;
    if response.status() == StatusCode::OK && is_known(&response, &known) {
        return not_modified(response);
    }
    response
}

fn all_of(headers: &HeaderMap, name: &HeaderName) -> HeaderMap {
    headers.get_all(name).iter().map(|value| (name.clone(), value.clone())).collect()
}

/// The answer with an entity tag of its bytes, if they are at hand and the route gave it no tag.
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

/// The answer in the best encoding that the client accepts. That changes the bytes, so it has another tag.
async fn encoded(response: Response, accepted: HeaderMap) -> Response {
    let is_worth_it =
        SizeAbove::new(WORTH_COMPRESSING).and(NotForContentType::const_new(Format::Parquet.media_type()));
    let mut answer = Some(fused(response));
    // It is called once.
    let service = service_fn(|_: Request| ready(Ok::<_, Infallible>(answer.take().unwrap_or_default())));
    let mut request = Request::default();
    *request.headers_mut() = accepted;
    let compressed = CompressionLayer::new().compress_when(is_worth_it).layer(service).oneshot(request).await;
    let Ok(mut response) = compressed.map(|response| response.map(Body::new));
    if response.status() == StatusCode::NOT_ACCEPTABLE {
        let detail = "Accept-Encoding takes neither br, gzip or zstd nor the answer as it is (identity).";
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

/// The answer with a body that may be asked for more after its end, as compression does.
fn fused(response: Response) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().fuse()))
}

fn is_known(response: &Response, known: &HeaderMap) -> bool {
    let tag = response.headers().get(ETAG);
    tag.is_some_and(|tag| known.values().any(|list| entity_tag::is_listed(tag, list)))
}

fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in ABOUT_CONTENT {
        response.headers_mut().remove(name);
    }
    *response.body_mut() = Body::empty();
    response
}
