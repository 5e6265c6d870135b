//! What `GET /boxes/data` and `GET /boxes/:id/data/:sensorId` are asked for.

use jiff::Timestamp;

use super::parameter::{Parameters, allowed_values, illegal, unparsable};
use super::{bbox, inside, iso};
use crate::catalogue::Exposure;
use crate::error::ApiError;
use crate::object_id::ObjectId;
use crate::sense_box::SenseBox;
use crate::simulation::Simulation;
pub(crate) use column::Column;

mod column;

/// Without dates, the answer is of the last two days.
const DEFAULT_SPAN: i64 = 48 * 3_600_000;

/// A longer time has an empty answer, and nobody is told why.
const LONGEST_SPAN: i64 = 31 * 86_400_000;

/// Names that the API takes as well.
const BOX_ID: [&str; 5] = ["boxId", "senseboxid", "senseboxids", "boxid", "boxids"];
const DELIMITER: [&str; 2] = ["delimiter", "separator"];
const FROM_DATE: [&str; 2] = ["fromDate", "from-date"];
const TO_DATE: [&str; 2] = ["toDate", "to-date"];

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv { delimiter: u8 },
    Json,
}

impl Format {
    fn parse(parameters: &Parameters, default: &str) -> Result<Self, ApiError> {
        let delimiter = parameters.word(parameters.used(&DELIMITER), &["comma", "semicolon"])?;
        Ok(match parameters.word("format", &["csv", "json"])?.unwrap_or(default) {
            "json" => Self::Json,
            _ => Self::Csv { delimiter: if delimiter == Some("semicolon") { b';' } else { b',' } },
        })
    }

    /// The end of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Json => "json",
        }
    }
}

/// Which times and columns are wanted of whatever sensors, and how.
#[derive(Clone, Debug)]
pub(crate) struct Extract {
    /// Milliseconds since 1970; both ends are left out.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Whether the time is too long to be answered.
    pub(crate) is_too_long: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) format: Format,
    /// Whether a browser shall keep the answer as a file.
    pub(crate) download: bool,
}

impl Extract {
    /// What `GET /boxes/:id/data/:sensorId` is asked for. Its times have both ends.
    ///
    /// # Errors
    /// 400, 409 or 422, in the words of the API.
    pub(crate) fn of_a_sensor(parameters: &Parameters, now: i64) -> Result<Self, ApiError> {
        let format = Format::parse(parameters, "json")?;
        let columns = [Column::Location, Column::CreatedAt, Column::Value];
        let (from, to) = span(parameters, now)?;
        Ok(Self {
            from: from - 1,
            to: to + 1,
            is_too_long: to - from > LONGEST_SPAN,
            columns: columns[usize::from(format != Format::Json)..].to_vec(),
            format,
            download: parameters.flag("download")?,
        })
    }
}

/// What `GET /boxes/data` is asked for.
#[derive(Clone, Debug)]
pub(crate) struct DataQuery {
    pub(crate) phenomenon: String,
    pub(crate) extract: Extract,
    area: Area,
    exposures: Option<Vec<String>>,
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
        let ids = box_ids(parameters)?;
        let phenomenon = parameters.required("phenomenon")?.to_owned();
        let exposures = parameters.list("exposure")?;
        let known = Exposure::ALL.map(Exposure::as_str);
        if exposures.iter().flatten().any(|word| !known.contains(word)) {
            return Err(illegal("exposure", &allowed_values(&known)));
        }
        let columns = columns(parameters)?;
        let bounds = bbox(parameters)?;
        let (from, to) = span(parameters, now)?;
        let extract = Extract {
            from,
            to,
            is_too_long: to - from > LONGEST_SPAN,
            columns,
            format: Format::parse(parameters, "csv")?,
            download: parameters.word("download", &["true", "false"])? != Some("false"),
        };
        let only = |which: &str| ApiError::BadRequest(format!("please specify {which} boxId or bbox"));
        let area = match (ids, bounds) {
            (Some(ids), None) => Area::Boxes(ids),
            (None, Some(bounds)) => Area::Within(bounds),
            (Some(_), Some(_)) => return Err(only("only")),
            (None, None) => return Err(only("either")),
        };
        let exposures = exposures.map(|words| words.into_iter().map(str::to_owned).collect());
        Ok(Self { phenomenon, extract, area, exposures })
    }

    /// The places in the simulation of the boxes that have the phenomenon.
    ///
    /// A bounding box does not matter here, for it is a measurement that has a place: where no box is, there is an empty answer.
    pub(crate) fn boxes(&self, simulation: &Simulation, now: i64) -> Vec<u32> {
        let matches = |&index: &u32| {
            let item = simulation.box_at(index as usize, now);
            let exposed =
                |words: &Vec<String>| words.iter().any(|word| word.as_str() == item.exposure().as_str());
            self.exposures.as_ref().is_none_or(exposed)
                && item.plain_sensors().any(|sensor| sensor.title() == self.phenomenon)
        };
        match &self.area {
            Area::Boxes(ids) => {
                let known = ids.iter().filter_map(|&id| Some(simulation.catalogue.position(id)? as u32));
                known.filter(matches).collect()
            }
            Area::Within(_) => (0..simulation.len() as u32).filter(matches).collect(),
        }
    }

    /// Whether a box's measurements lie where they are wanted. Those without a place lie everywhere.
    pub(crate) fn covers(&self, item: &SenseBox<'_>) -> bool {
        match self.area {
            Area::Boxes(_) => true,
            Area::Within(bounds) => item.place().is_none_or(|place| inside(bounds, place)),
        }
    }
}

fn box_ids(parameters: &Parameters) -> Result<Option<Vec<ObjectId>>, ApiError> {
    let name = parameters.used(&BOX_ID);
    let Some(texts) = parameters.list(name)? else { return Ok(None) };
    let ids = texts.into_iter().map(str::parse).collect::<Result<Vec<ObjectId>, _>>();
    let mut ids = ids.map_err(|_| unparsable(name, "array of id"))?;
    ids.sort_unstable();
    ids.dedup();
    Ok(Some(ids))
}

fn columns(parameters: &Parameters) -> Result<Vec<Column>, ApiError> {
    let Some(names) = parameters.list("columns")? else { return Ok(Column::DEFAULT.into()) };
    let column = |name: &str| Column::ALL.into_iter().find(|column| column.name() == name);
    let columns = names.into_iter().map(column).collect::<Option<Vec<Column>>>();
    columns.ok_or_else(|| illegal("columns", &allowed_values(&Column::ALL.map(Column::name))))
}

fn span(parameters: &Parameters, now: i64) -> Result<(i64, i64), ApiError> {
    let to = date(parameters, &TO_DATE)?.unwrap_or(now);
    let from = date(parameters, &FROM_DATE)?.unwrap_or(to - DEFAULT_SPAN);
    if from > to {
        let (from, to) = (iso(from), iso(to));
        return Err(ApiError::InvalidArgument(format!(
            "Invalid time frame specified: fromDate ({from}) is after toDate ({to})"
        )));
    }
    Ok((from, to))
}

fn date(parameters: &Parameters, names: &[&'static str]) -> Result<Option<i64>, ApiError> {
    let name = parameters.used(names);
    let parse = |text: &str| text.parse::<Timestamp>().map_err(|_| unparsable(name, "RFC 3339"));
    Ok(parameters.text(name)?.map(parse).transpose()?.map(Timestamp::as_millisecond))
}
