//! `GET /api/v1/snapshots`: the stored past, listed and given out.

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

use super::describe::{Answer, Operation, Tag, headers};
use super::pieces::{self, Gone};
use crate::app::App;
use crate::asked::Asked;
use crate::error::ApiError;
use hivebox_kinds::Formed;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::page::LIMIT;
use hivebox_question::parameters::{Ask, Parameter, Reader};

/// Names of this century. Any other is read as well, but there is none.
const SNAPSHOT_NAME: Formed<SnapshotName> = Formed::new(
    "the name of a snapshot, such as 2024-10-14T09-20-00.000Z, as GET /api/v1/snapshots lists them",
    concat!(
        r"^20([0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
        r"|02-(0[1-9]|1[0-9]|2[0-8]))|([02468][048]|[13579][26])-02-29)",
        r"T([01][0-9]|2[0-3])-[0-5][0-9]-[0-5][0-9]\.[0-9]{3}Z$",
    ),
);
const NAME: Parameter<Formed<SnapshotName>> = Parameter {
    name: "name",
    description: "The snapshot's name: the moment that it is named for, in UTC.",
    kind: SNAPSHOT_NAME,
    example: "2024-10-14T09-20-00.000Z",
    default: None,
};
const BEFORE: Parameter<Formed<SnapshotName>> = Parameter {
    name: "before",
    description: "Only snapshots older than the one of this name: what `next_before` of the page before says.",
    kind: SNAPSHOT_NAME,
    example: "2024-10-14T09-20-00.000Z",
    default: None,
};
/// The stored file itself first.
const FORMATS: Formats = Formats(&[Format::Parquet, Format::Json, Format::Csv]);

/// In examples.
const MOMENT: Timestamp = Timestamp::constant(1_728_897_600, 0);

/// Which page is asked for.
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
#[schema(as = SnapshotPage)]
pub(super) struct Page {
    snapshots: Vec<Listed>,
    /// What to give as `before` for the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// `GET /api/v1/snapshots?limit=…&before=…`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(AskList { limit, before }): Asked<AskList>,
) -> Result<Json<Page>, ApiError> {
    let snapshots = app.snapshots.list(before, limit).await?;
    let next_before = snapshots.last().filter(|_| snapshots.len() == limit).map(|last| last.name.clone());
    Ok(Json(Page { snapshots, next_before }))
}

/// Which snapshot is asked for, and as what.
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

/// `GET /api/v1/snapshots/{name}`: as Parquet, or as JSON or CSV by `?format=` or `Accept`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Asked(AskOne { name, format }): Asked<AskOne>,
) -> Result<Response, ApiError> {
    let snapshot = app.snapshots.get(name).await?;
    let ending = format.name();
    let disposition = format!("inline; filename=\"{name}.{ending}\"");
    let tag = format!("\"{}-{ending}\"", &snapshot.sha256()[..16]);
    let content_type = format.media_type().to_owned();
    let headers = [(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition), (ETAG, tag)];
    Ok((headers, body(snapshot, format)?).into_response())
}

/// The snapshot piece by piece: rows are turned into text on a thread for such work, no faster than the
/// client takes them.
fn body(snapshot: Snapshot, format: Format) -> Result<Body, ApiError> {
    let format = match format {
        Format::Json => hivebox_archive::Format::Json,
        Format::Csv => hivebox_archive::Format::Csv,
        _ => return Ok(Body::from(snapshot.file().clone())),
    };
    pieces::body(move |sink| match snapshot.export(format) {
        Ok(mut pieces) => {
            let _ = pieces.try_for_each(|piece| match piece {
                Ok(piece) => sink.send(piece),
                Err(error) => {
                    sink.fail(error);
                    Err(Gone)
                }
            });
        }
        Err(error) => sink.fail(error),
    })
}

/// A reading of a snapshot; docs/snapshots.md says more of each column.
#[derive(Serialize, ToSchema)]
#[schema(as = SnapshotRow)]
struct Row {
    /// The moment as of which the reading was judged.
    snapshot_at: Timestamp,
    /// The senseBox.
    box_id: &'static str,
    box_name: &'static str,
    /// Where it stands: indoor, outdoor, mobile or unknown.
    exposure: &'static str,
    model: &'static str,
    /// In degrees, by WGS 84.
    latitude: Option<f64>,
    /// In degrees, by WGS 84.
    longitude: Option<f64>,
    /// In metres above sea level.
    height: Option<f64>,
    /// The sensor.
    sensor_id: &'static str,
    title: &'static str,
    unit: &'static str,
    sensor_type: &'static str,
    /// What HiveBox takes it to measure.
    phenomenon: Option<&'static str>,
    /// As the sensor sent it.
    raw_value: Option<f64>,
    /// In the phenomenon's unit.
    value: Option<f64>,
    measured_at: Timestamp,
    /// `ok`, or why the reading does not count.
    verdict: &'static str,
}

pub(super) fn describe_list() -> Operation {
    let name = SnapshotName::at(MOMENT);
    let snapshot =
        Listed { name: name.to_string(), object: name.object_path(), moment: MOMENT, bytes: 1_140_000 };
    let page = Page { snapshots: vec![snapshot], next_before: Some(name.to_string()) };
    Operation::new("listSnapshots", Tag::Past, "List stored snapshots, newest first")
        .asks::<AskList>()
        .answers(Answer::ok("A page of snapshots.").json(&page))
        .may_fail()
}

pub(super) fn describe_show() -> Operation {
    let row = Row {
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
    let answer = Answer::ok("All readings of one moment.")
        .bytes(Format::Parquet.media_type())
        .json_array(&[row])
        .text(Format::Csv.media_type(), csv)
        .headers(&[headers::CONTENT_DISPOSITION, headers::ETAG]);
    let missing = ArchiveError::NotFound { name: SnapshotName::at(MOMENT) };
    Operation::new("getSnapshot", Tag::Past, "Give out a snapshot")
        .description("The stored file itself, or its rows as JSON or CSV.")
        .asks::<AskOne>()
        .answers(answer)
        .fails("There is no such snapshot.", &missing.into())
        .fails("Too much is being sent.", &pieces::busy())
        .may_fail()
}
