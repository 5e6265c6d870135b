//! Writes the files of boxes and sensors.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;

use super::rows::{BoxRow, SensorRow};
use crate::error::ArchiveError;
use crate::history::layout::HistoryTable;
use crate::history::utc_day::epoch_day;

pub(super) fn boxes<'a>(rows: &(impl Iterator<Item = &'a BoxRow> + Clone)) -> Result<Bytes, ArchiveError> {
    let texts = |text: fn(&BoxRow) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.clone().map(text)))
    };
    let numbers = |number: fn(&BoxRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.clone().map(number).collect::<Float64Array>())
    };
    let days = |day: fn(&BoxRow) -> i32| -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(rows.clone().map(day)))
    };
    let columns = vec![
        texts(|row| &row.box_id),
        texts(|row| &row.name),
        texts(|row| &row.model),
        texts(|row| row.exposure.slug()),
        numbers(|row| row.place.map(|place| place.latitude_degrees())),
        numbers(|row| row.place.map(|place| place.longitude_degrees())),
        numbers(|row| row.place.and_then(|place| place.height_metres())),
        days(|row| epoch_day(row.days.first)),
        days(|row| epoch_day(row.days.last)),
        numbers(|row| row.extent.map(|extent| extent.latitudes[0])),
        numbers(|row| row.extent.map(|extent| extent.latitudes[1])),
        numbers(|row| row.extent.map(|extent| extent.longitudes[0])),
        numbers(|row| row.extent.map(|extent| extent.longitudes[1])),
    ];
    file(HistoryTable::Boxes, columns)
}

pub(super) fn sensors<'a>(
    rows: &(impl Iterator<Item = &'a SensorRow> + Clone),
) -> Result<Bytes, ArchiveError> {
    let texts = |text: fn(&SensorRow) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.clone().map(text)))
    };
    let days = |day: fn(&SensorRow) -> i32| -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(rows.clone().map(day)))
    };
    let mut phenomenon = StringBuilder::new();
    rows.clone().for_each(|row| phenomenon.append_option(row.phenomenon.as_deref()));
    let columns = vec![
        texts(|row| &row.sensor_id),
        texts(|row| &row.box_id),
        texts(|row| &row.title),
        texts(|row| &row.unit),
        texts(|row| &row.sensor_type),
        Arc::new(phenomenon.finish()),
        days(|row| epoch_day(row.days.first)),
        days(|row| epoch_day(row.days.last)),
    ];
    file(HistoryTable::Sensors, columns)
}

fn file(table: HistoryTable, columns: Vec<ArrayRef>) -> Result<Bytes, ArchiveError> {
    let rows = RecordBatch::try_new(table.schema(), columns).map_err(parquet::errors::ParquetError::from)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(table.properties()?))?;
    writer.write(&rows)?;
    Ok(writer.into_inner()?.into())
}
