//! What `GET /boxes/data` is asked for.

use jiff::Timestamp;

use super::parameter::{Parameters, allowed_values, illegal, unparsable};
use super::{bbox, inside, iso};
use crate::catalogue::Exposure;
use crate::error::ApiError;
use crate::object_id::ObjectId;
use crate::simulation::Simulation;

/// Without dates, the answer is of the last two days.
const DEFAULT_SPAN: i64 = 48 * 3_600_000;

/// A longer time has an empty answer, and nobody is told why.
const LONGEST_SPAN: i64 = 31 * 86_400_000;

/// What can be told of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    CreatedAt,
    Value,
    Latitude,
    Longitude,
    Height,
    Unit,
    BoxId,
    SensorId,
    Phenomenon,
    SensorType,
    BoxName,
    Exposure,
}

impl Column {
    const ALL: [Self; 12] = [
        Self::CreatedAt,
        Self::Value,
        Self::Latitude,
        Self::Longitude,
        Self::Height,
        Self::Unit,
        Self::BoxId,
        Self::SensorId,
        Self::Phenomenon,
        Self::SensorType,
        Self::BoxName,
        Self::Exposure,
    ];

    const DEFAULT: [Self; 5] =
        [Self::SensorId, Self::CreatedAt, Self::Value, Self::Latitude, Self::Longitude];

    /// The name by which it is asked for and headed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "createdAt",
            Self::Value => "value",
            Self::Latitude => "lat",
            Self::Longitude => "lon",
            Self::Height => "height",
            Self::Unit => "unit",
            Self::BoxId => "boxId",
            Self::SensorId => "sensorId",
            Self::Phenomenon => "phenomenon",
            Self::SensorType => "sensorType",
            Self::BoxName => "boxName",
            Self::Exposure => "exposure",
        }
    }
}

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv { delimiter: u8 },
    Json,
}

/// A checked query.
#[derive(Clone, Debug)]
pub(crate) struct DataQuery {
    pub(crate) phenomenon: String,
    area: Area,
    exposures: Option<Vec<String>>,
    /// Both ends are left out.
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) columns: Vec<Column>,
    pub(crate) format: Format,
    pub(crate) download: bool,
}

#[derive(Clone, Debug)]
enum Area {
    Boxes(Vec<ObjectId>),
    Within([f64; 4]),
}

impl DataQuery {
    /// Reads the parameters. Those that it does not know are ignored.
    ///
    /// # Errors
    /// 400, 409 or 422, in the words of the API.
    pub(crate) fn parse(parameters: &Parameters, now: i64) -> Result<Self, ApiError> {
        let phenomenon = parameters.required("phenomenon")?.to_owned();
        let exposures = parameters.list("exposure")?;
        let known = Exposure::ALL.map(Exposure::as_str);
        if exposures.iter().flatten().any(|word| !known.contains(word)) {
            return Err(illegal("exposure", &allowed_values(&known)));
        }
        let (from, to) = span(parameters, now)?;
        let delimiter = parameters.word("delimiter", &["comma", "semicolon"])?;
        let format = match parameters.word("format", &["csv", "json"])? {
            Some("json") => Format::Json,
            _ => Format::Csv { delimiter: if delimiter == Some("semicolon") { b';' } else { b',' } },
        };
        Ok(Self {
            area: area(parameters)?,
            exposures: exposures.map(|words| words.into_iter().map(str::to_owned).collect()),
            columns: columns(parameters)?,
            download: parameters.word("download", &["true", "false"])? != Some("false"),
            phenomenon,
            from,
            to,
            format,
        })
    }

    /// Whether the time is too long to be answered.
    pub(crate) fn is_too_long(&self) -> bool {
        self.to - self.from > LONGEST_SPAN
    }

    /// The places in the simulation of the boxes that match.
    pub(crate) fn select(&self, simulation: &Simulation, now: i64) -> Vec<u32> {
        let chosen: Vec<u32> = match &self.area {
            Area::Boxes(ids) => {
                ids.iter().filter_map(|&id| Some(simulation.catalogue.position(id)? as u32)).collect()
            }
            Area::Within(_) => (0..simulation.len() as u32).collect(),
        };
        let matches = |&index: &u32| {
            let item = simulation.box_at(index as usize, now);
            let exposed =
                |words: &Vec<String>| words.iter().any(|word| word.as_str() == item.exposure().as_str());
            self.exposures.as_ref().is_none_or(exposed)
                && match self.area {
                    Area::Boxes(_) => true,
                    Area::Within(bounds) => item.place().is_some_and(|place| inside(bounds, place)),
                }
                && item.plain_sensors().any(|sensor| sensor.title() == self.phenomenon)
        };
        chosen.into_iter().filter(matches).collect()
    }
}

fn area(parameters: &Parameters) -> Result<Area, ApiError> {
    let ids = parameters.list("boxId")?;
    match (ids, bbox(parameters)?) {
        (Some(ids), None) => {
            let ids = ids.into_iter().map(str::parse).collect::<Result<Vec<ObjectId>, _>>();
            let mut ids = ids.map_err(|_| unparsable("boxId", "array of id"))?;
            ids.sort_unstable();
            ids.dedup();
            Ok(Area::Boxes(ids))
        }
        (None, Some(bounds)) => Ok(Area::Within(bounds)),
        _ => Err(ApiError::BadRequest("please specify either boxId or bbox".to_owned())),
    }
}

fn columns(parameters: &Parameters) -> Result<Vec<Column>, ApiError> {
    let Some(names) = parameters.list("columns")? else { return Ok(Column::DEFAULT.into()) };
    let column = |name: &str| Column::ALL.into_iter().find(|column| column.name() == name);
    let columns = names.into_iter().map(column).collect::<Option<Vec<Column>>>();
    columns.ok_or_else(|| illegal("columns", &allowed_values(&Column::ALL.map(Column::name))))
}

fn span(parameters: &Parameters, now: i64) -> Result<(i64, i64), ApiError> {
    let to = date(parameters, "to-date")?.unwrap_or(now);
    let from = date(parameters, "from-date")?.unwrap_or(to - DEFAULT_SPAN);
    if from > to {
        let (from, to) = (iso(from), iso(to));
        return Err(ApiError::InvalidArgument(format!(
            "Invalid time frame specified: fromDate ({from}) is after toDate ({to})"
        )));
    }
    Ok((from, to))
}

fn date(parameters: &Parameters, name: &str) -> Result<Option<i64>, ApiError> {
    let parse = |text: &str| text.parse::<Timestamp>().map_err(|_| unparsable(name, "RFC 3339"));
    Ok(parameters.text(name)?.map(parse).transpose()?.map(Timestamp::as_millisecond))
}
