//! The parameters of `GET /boxes/data` and `GET /boxes/:id/data/:sensorId`.

use jiff::Timestamp;

use super::parameter::{Parameters, allowed_values, illegal, unparsable};
use super::{bbox, inside, iso};
use crate::error::ErrorAnswer;
use crate::object_id::ObjectId;
use crate::simulated_box::SimulatedBox;
use crate::simulation::Simulation;
use crate::stations::BoxExposure;
pub(crate) use column::DataColumn;

mod column;

/// The default time span in milliseconds: the last two days.
const DEFAULT_SPAN: i64 = 48 * 3_600_000;

/// A longer time span gets an empty answer without explanation.
const LONGEST_SPAN: i64 = 31 * 86_400_000;

/// Alternative names of parameters.
const BOX_ID: [&str; 5] = ["boxId", "senseboxid", "senseboxids", "boxid", "boxids"];
const DELIMITER: [&str; 2] = ["delimiter", "separator"];
const FROM_DATE: [&str; 2] = ["fromDate", "from-date"];
const TO_DATE: [&str; 2] = ["toDate", "to-date"];

/// The format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataFormat {
    Csv { delimiter: u8 },
    Json,
}

impl DataFormat {
    fn parse(parameters: &Parameters, default: &str) -> Result<Self, ErrorAnswer> {
        let delimiter = parameters.word(parameters.used(&DELIMITER), &["comma", "semicolon"])?;
        Ok(match parameters.word("format", &["csv", "json"])?.unwrap_or(default) {
            "json" => Self::Json,
            _ => Self::Csv { delimiter: if delimiter == Some("semicolon") { b';' } else { b',' } },
        })
    }

    /// The file extension.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Json => "json",
        }
    }
}

/// The requested times, columns and format, whatever the sensors.
#[derive(Clone, Debug)]
pub(crate) struct Extract {
    /// Milliseconds since 1970; both ends are excluded.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Whether the time span is too long to be answered.
    pub(crate) is_too_long: bool,
    pub(crate) columns: Vec<DataColumn>,
    pub(crate) format: DataFormat,
    /// Whether a browser should save the answer as a file.
    pub(crate) download: bool,
}

impl Extract {
    /// Parses the parameters of `GET /boxes/:id/data/:sensorId`, whose time span includes both
    /// ends.
    ///
    /// # Errors
    /// 400, 409 or 422, in the API's words.
    pub(crate) fn of_a_sensor(parameters: &Parameters, now: i64) -> Result<Self, ErrorAnswer> {
        let format = DataFormat::parse(parameters, "json")?;
        let columns = [DataColumn::Location, DataColumn::CreatedAt, DataColumn::Value];
        let (from, to) = span(parameters, now)?;
        Ok(Self {
            from: from - 1,
            to: to + 1,
            is_too_long: to - from > LONGEST_SPAN,
            columns: columns[usize::from(format != DataFormat::Json)..].to_vec(),
            format,
            download: parameters.flag("download")?,
        })
    }
}

/// A validated query of `GET /boxes/data`.
#[derive(Clone, Debug)]
pub(crate) struct DataQuery {
    pub(crate) phenomenon: String,
    pub(crate) extract: Extract,
    area: DataArea,
    exposures: Option<Vec<String>>,
}

#[derive(Clone, Debug)]
enum DataArea {
    Boxes(Vec<ObjectId>),
    Within([f64; 4]),
}

impl DataQuery {
    /// Parses the parameters. Unknown ones are ignored.
    ///
    /// # Errors
    /// 400, 409 or 422, in the API's words.
    pub(crate) fn parse(parameters: &Parameters, now: i64) -> Result<Self, ErrorAnswer> {
        let ids = box_ids(parameters)?;
        let phenomenon = parameters.required("phenomenon")?.to_owned();
        let exposures = parameters.list("exposure")?;
        let known = BoxExposure::ALL.map(BoxExposure::as_str);
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
            format: DataFormat::parse(parameters, "csv")?,
            download: parameters.word("download", &["true", "false"])? != Some("false"),
        };
        let only = |which: &str| ErrorAnswer::BadRequest(format!("please specify {which} boxId or bbox"));
        let area = match (ids, bounds) {
            (Some(ids), None) => DataArea::Boxes(ids),
            (None, Some(bounds)) => DataArea::Within(bounds),
            (Some(_), Some(_)) => return Err(only("only")),
            (None, None) => return Err(only("either")),
        };
        let exposures = exposures.map(|words| words.into_iter().map(str::to_owned).collect());
        Ok(Self { phenomenon, extract, area, exposures })
    }

    /// The indices in the simulation of the boxes with the phenomenon.
    ///
    /// The bounding box does not matter here, because it applies to measurements: if no box is
    /// inside, the answer is empty.
    pub(crate) fn boxes(&self, simulation: &Simulation, now: i64) -> Vec<u32> {
        let matches = |&index: &u32| {
            let item = simulation.box_at(index as usize, now);
            let exposed =
                |words: &Vec<String>| words.iter().any(|word| word.as_str() == item.exposure().as_str());
            self.exposures.as_ref().is_none_or(exposed)
                && item.plain_sensors().any(|sensor| sensor.title() == self.phenomenon)
        };
        match &self.area {
            DataArea::Boxes(ids) => {
                let known = ids.iter().filter_map(|&id| Some(simulation.catalogue.position(id)? as u32));
                known.filter(matches).collect()
            }
            DataArea::Within(_) => (0..simulation.len() as u32).filter(matches).collect(),
        }
    }

    /// Whether a box's measurements are in the requested area. Those without a place are
    /// everywhere.
    pub(crate) fn covers(&self, item: &SimulatedBox<'_>) -> bool {
        match self.area {
            DataArea::Boxes(_) => true,
            DataArea::Within(bounds) => item.place().is_none_or(|place| inside(bounds, place)),
        }
    }
}

fn box_ids(parameters: &Parameters) -> Result<Option<Vec<ObjectId>>, ErrorAnswer> {
    let name = parameters.used(&BOX_ID);
    let Some(texts) = parameters.list(name)? else { return Ok(None) };
    let ids = texts.into_iter().map(str::parse).collect::<Result<Vec<ObjectId>, _>>();
    let mut ids = ids.map_err(|_| unparsable(name, "array of id"))?;
    ids.sort_unstable();
    ids.dedup();
    Ok(Some(ids))
}

fn columns(parameters: &Parameters) -> Result<Vec<DataColumn>, ErrorAnswer> {
    let Some(names) = parameters.list("columns")? else { return Ok(DataColumn::DEFAULT.into()) };
    let column = |name: &str| DataColumn::ALL.into_iter().find(|column| column.name() == name);
    let columns = names.into_iter().map(column).collect::<Option<Vec<DataColumn>>>();
    columns.ok_or_else(|| illegal("columns", &allowed_values(&DataColumn::ALL.map(DataColumn::name))))
}

fn span(parameters: &Parameters, now: i64) -> Result<(i64, i64), ErrorAnswer> {
    let to = date(parameters, &TO_DATE)?.unwrap_or(now);
    let from = date(parameters, &FROM_DATE)?.unwrap_or(to - DEFAULT_SPAN);
    if from > to {
        let (from, to) = (iso(from), iso(to));
        return Err(ErrorAnswer::InvalidArgument(format!(
            "Invalid time frame specified: fromDate ({from}) is after toDate ({to})"
        )));
    }
    Ok((from, to))
}

fn date(parameters: &Parameters, names: &[&'static str]) -> Result<Option<i64>, ErrorAnswer> {
    let name = parameters.used(names);
    let parse = |text: &str| text.parse::<Timestamp>().map_err(|_| unparsable(name, "RFC 3339"));
    Ok(parameters.text(name)?.map(parse).transpose()?.map(Timestamp::as_millisecond))
}
