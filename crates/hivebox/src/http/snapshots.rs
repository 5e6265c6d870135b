//! `GET /api/v1/snapshots`: the stored past, listed and given out.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use hivebox_archive::{ArchiveError, Format, Listed, Snapshot, SnapshotName};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::ApiError;
use crate::app::App;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
/// Pieces of a snapshot that wait for a slow client: each is about half a megabyte.
const PIECES_AHEAD: usize = 2;

/// The query of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    limit: Option<usize>,
    before: Option<String>,
}

/// A page of snapshots, newest first.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    snapshots: Vec<Listed>,
    /// What to give as `before` for the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// `GET /api/v1/snapshots?limit=…&before=…`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(query) = query.map_err(|error| {
        ApiError::bad_request(format!("{}; allowed are limit and before.", error.body_text()))
    })?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::bad_request(format!("limit must be from 1 to {MAX_LIMIT}, not {limit}.")));
    }
    let before: Option<SnapshotName> = query.before.map(|name| name.parse()).transpose()?;
    let snapshots = app.snapshots.list(before, limit).await?;
    let next_before = snapshots.last().filter(|_| snapshots.len() == limit).map(|last| last.name.clone());
    Ok(Json(Page { snapshots, next_before }))
}

/// The query of a snapshot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShowQuery {
    format: Option<String>,
}

/// `GET /api/v1/snapshots/{name}`: as Parquet, or as JSON or CSV by `?format=` or `Accept`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    query: Result<Query<ShowQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(query) =
        query.map_err(|error| ApiError::bad_request(format!("{}; allowed is format.", error.body_text())))?;
    let format = match &query.format {
        Some(name) => by_name(name)?,
        None => by_accept(headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()))?,
    };
    let name: SnapshotName = name.parse()?;
    let snapshot = app.snapshots.get(name).await?;
    let (media_type, extension) = (format.media_type(), extension(format));
    let disposition = format!("inline; filename=\"{name}.{extension}\"");
    let tag = format!("\"{}-{extension}\"", &snapshot.sha256()[..16]);
    let headers = [(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, disposition), (ETAG, tag)];
    Ok((headers, body(snapshot, format)).into_response())
}

/// The snapshot piece by piece: rows are turned into text on a thread for such work, no faster than the
/// client takes them.
fn body(snapshot: Snapshot, format: Format) -> Body {
    if format == Format::Parquet {
        return Body::from(snapshot.file().clone());
    }
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let pieces = match snapshot.export(format) {
            Ok(pieces) => pieces,
            // Nobody listens any more if sending fails.
            Err(error) => return drop(sender.blocking_send(Err(error))),
        };
        for piece in pieces {
            if sender.blocking_send(piece).is_err() {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(
        receiver,
        async |mut receiver: mpsc::Receiver<Result<_, ArchiveError>>| {
            Some((receiver.recv().await?, receiver))
        },
    ))
}

fn by_name(name: &str) -> Result<Format, ApiError> {
    match name {
        "parquet" => Ok(Format::Parquet),
        "json" => Ok(Format::Json),
        "csv" => Ok(Format::Csv),
        other => {
            let other: String = other.chars().take(40).collect();
            Err(ApiError::bad_request(format!("format must be parquet, json or csv, not {other:?}.")))
        }
    }
}

/// The first format that the client accepts, in the order in which it names them.
fn by_accept(accept: Option<&str>) -> Result<Format, ApiError> {
    let Some(accept) = accept else {
        return Ok(Format::Parquet);
    };
    let known = accept.split(',').find_map(|range| match range.split(';').next()?.trim() {
        "application/vnd.apache.parquet" | "application/octet-stream" | "application/*" | "*/*" => {
            Some(Format::Parquet)
        }
        "application/json" => Some(Format::Json),
        "text/csv" | "text/*" => Some(Format::Csv),
        _ => None,
    });
    known.ok_or_else(|| {
        ApiError::not_acceptable(
            "A snapshot can be had as application/vnd.apache.parquet, application/json or text/csv.",
        )
    })
}

const fn extension(format: Format) -> &'static str {
    match format {
        Format::Parquet => "parquet",
        Format::Json => "json",
        Format::Csv => "csv",
    }
}
