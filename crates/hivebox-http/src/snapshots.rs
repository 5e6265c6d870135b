//! `GET /api/v1/snapshots`: list and download stored snapshots.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use hivebox_archive::{ArchiveError, Listed, Snapshot, SnapshotName};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::params::Params;
use crate::pieces::{self, Disconnected};
use hivebox_kinds::Formed;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::page::LIMIT;
use hivebox_question::parameters::{Ask, Parameter, Reader};

/// The pattern only describes names of this century. Others are read as well, but none exist.
const SNAPSHOT_NAME: Formed<SnapshotName> = Formed::new(
    "the name of a snapshot, such as 2024-10-14T09-20-00.000Z; GET /api/v1/snapshots lists all names",
    concat!(
        r"^20([0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
        r"|02-(0[1-9]|1[0-9]|2[0-8]))|([02468][048]|[13579][26])-02-29)",
        r"T([01][0-9]|2[0-3])-[0-5][0-9]-[0-5][0-9]\.[0-9]{3}Z$",
    ),
);
const NAME: Parameter<Formed<SnapshotName>> = Parameter {
    name: "name",
    description: "The snapshot's name, which is its time in UTC.",
    kind: SNAPSHOT_NAME,
    example: "2024-10-14T09-20-00.000Z",
    default: None,
};
const BEFORE: Parameter<Formed<SnapshotName>> = Parameter {
    name: "before",
    description: "Only snapshots older than this one: the `next_before` of the previous page.",
    kind: SNAPSHOT_NAME,
    example: "2024-10-14T09-20-00.000Z",
    default: None,
};
/// The default is the stored file itself.
const FORMATS: Formats = Formats(&[Format::Parquet, Format::Json, Format::Csv]);

/// The time of the examples.
const MOMENT: Timestamp = Timestamp::constant(1_728_897_600, 0);

/// A request for a page of snapshots.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskList {
    limit: usize,
    before: Option<SnapshotName>,
}

impl Ask for AskList {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (limit, before) = (reader.query(&LIMIT), reader.query(&BEFORE));
        Some(Self { limit: limit? as usize, before })
    }
}

/// A page of snapshots, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SnapshotPage {
    /// The snapshots.
    snapshots: Vec<Listed>,
    /// The `before` of the next page; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// `GET /api/v1/snapshots?limit=…&before=…`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Params(AskList { limit, before }): Params<AskList>,
) -> Result<Json<SnapshotPage>, ApiError> {
    let snapshots = app.snapshots.list(before, limit).await?;
    let next_before = snapshots.last().filter(|_| snapshots.len() == limit).map(|last| last.name.clone());
    Ok(Json(SnapshotPage { snapshots, next_before }))
}

/// A request for a snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskOne {
    name: SnapshotName,
    format: Format,
}

impl Ask for AskOne {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (name, format) = (reader.path(&NAME), reader.format(FORMATS));
        Some(Self { name: name?, format: format? })
    }
}

/// `GET /api/v1/snapshots/{name}`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Params(AskOne { name, format }): Params<AskOne>,
) -> Result<Response, ApiError> {
    let snapshot = app.snapshots.get(name).await?;
    let ending = format.name();
    let disposition = format!("inline; filename=\"{name}.{ending}\"");
    let tag = format!("\"{}-{ending}\"", &snapshot.sha256()[..16]);
    let content_type = format.media_type().to_owned();
    let headers = [(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition), (ETAG, tag)];
    Ok((headers, body(snapshot, format)?).into_response())
}

/// The snapshot in `format`. Text is streamed at the speed at which the client reads.
fn body(snapshot: Snapshot, format: Format) -> Result<Body, ApiError> {
    let format = match format {
        Format::Json => hivebox_archive::SnapshotFormat::Json,
        Format::Csv => hivebox_archive::SnapshotFormat::Csv,
        _ => return Ok(Body::from(snapshot.file().clone())),
    };
    pieces::body(move |sender| {
        let pieces = match snapshot.export(format) {
            Ok(pieces) => pieces,
            Err(error) => return sender.fail(error),
        };
        for piece in pieces {
            match piece.map(|piece| sender.send(piece)) {
                Ok(Ok(())) => {}
                Ok(Err(Disconnected)) => return,
                Err(error) => return sender.fail(error),
            }
        }
    })
}

/// A reading in a snapshot. docs/snapshots.md describes each column in detail.
#[derive(Serialize, ToSchema)]
struct SnapshotRow {
    /// The time as of which the reading was judged.
    snapshot_at: Timestamp,
    /// The senseBox's id.
    box_id: &'static str,
    /// The senseBox's name.
    box_name: &'static str,
    /// `indoor`, `outdoor`, `mobile` or `unknown`.
    exposure: &'static str,
    /// The senseBox's model.
    model: &'static str,
    /// Latitude in degrees (WGS 84).
    latitude: Option<f64>,
    /// Longitude in degrees (WGS 84).
    longitude: Option<f64>,
    /// Metres above sea level.
    height: Option<f64>,
    /// The sensor's id.
    sensor_id: &'static str,
    /// What it measures, in the owner's words.
    title: &'static str,
    /// The unit of `raw_value`, in the owner's spelling.
    unit: &'static str,
    /// The sensor's chip, in the owner's spelling.
    sensor_type: &'static str,
    /// The phenomenon that HiveBox derives from the title.
    phenomenon: Option<&'static str>,
    /// The value as the sensor sent it.
    raw_value: Option<f64>,
    /// The value in the phenomenon's unit.
    value: Option<f64>,
    /// When it was measured.
    measured_at: Timestamp,
    /// `ok`, or why the reading does not count.
    verdict: &'static str,
}

pub(super) fn describe_list() -> Operation {
    let name = SnapshotName::at(MOMENT);
    let snapshot =
        Listed { name: name.to_string(), object: name.object_path(), moment: MOMENT, bytes: 1_140_000 };
    let page = SnapshotPage { snapshots: vec![snapshot], next_before: Some(name.to_string()) };
    Operation::new("listSnapshots", Tag::Past, "List stored snapshots, newest first")
        .asks::<AskList>()
        .responds(ResponseDoc::ok("A page of snapshots.").json(&page))
        .needs_store()
        .may_fail()
}

pub(super) fn describe_show() -> Operation {
    let row = SnapshotRow {
        snapshot_at: MOMENT,
        box_id: "5ade1acf223bd80019a1011c",
        box_name: "Balkon",
        exposure: "outdoor",
        model: "homeV2Wifi",
        latitude: Some(52.52),
        longitude: Some(13.4),
        height: Some(34.0),
        sensor_id: "5ade1acf223bd80019a10121",
        title: "Temperatur",
        unit: "°C",
        sensor_type: "HDC1080",
        phenomenon: Some("air_temperature"),
        raw_value: Some(11.5),
        value: Some(11.5),
        measured_at: MOMENT,
        verdict: "ok",
    };
    let csv = "snapshot_at,box_id,…,verdict\n2024-10-14T09:20:00.000Z,5ade1acf223bd80019a1011c,…,ok\n";
    let answer = ResponseDoc::ok("All readings of the snapshot.")
        .bytes(Format::Parquet.media_type())
        .json_array(&[row])
        .text(Format::Csv.media_type(), csv)
        .headers(&[headers::CONTENT_DISPOSITION, headers::ETAG]);
    let missing = ArchiveError::NotFound { name: SnapshotName::at(MOMENT) };
    Operation::new("getSnapshot", Tag::Past, "Download a snapshot")
        .description("The stored Parquet file itself, or its rows as JSON or CSV.")
        .asks::<AskOne>()
        .responds(answer)
        .fails("There is no such snapshot.", &missing.into())
        .fails("Too many large responses are in progress.", &pieces::busy())
        .needs_store()
        .may_fail()
}
