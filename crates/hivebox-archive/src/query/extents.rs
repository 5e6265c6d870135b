//! Where boxes have ever been.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use object_store::path::Path;

use super::columns;
use super::error::QueryError;
use super::files::DataFile;
use super::filter::Rect;
use super::memory::MemoryShare;
use super::reader::FileReader;
use super::rows::RowScan;
use super::scan::DictionaryColumn;

/// The extents of all boxes, from the file of boxes that was read last. They tell which pages of the readings, which are
/// sorted by place, may have a box.
#[derive(Debug, Default)]
pub(super) struct BoxExtents {
    last: Mutex<Option<Arc<ExtentsOfFile>>>,
}

#[derive(Debug)]
struct ExtentsOfFile {
    path: Path,
    /// `None` for a box that never had a position.
    by_id: HashMap<Box<str>, Option<Rect>>,
    _memory: MemoryShare,
}

/// Comparing more rectangles takes longer than reading what they exclude.
const MOST_RECTS: usize = 32;
/// About how much memory a box takes.
const BOX_BYTES: usize = 128;

impl BoxExtents {
    /// Rectangles that contain all places where some boxes have ever been; at least one.
    pub(super) async fn of(
        &self,
        reader: &FileReader,
        file: &DataFile,
        ids: &[String],
    ) -> Result<Vec<Rect>, QueryError> {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = if let Some(known) = known.filter(|known| known.path == file.path) {
            known
        } else {
            let read = Arc::new(read(reader, file).await?);
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
            read
        };
        let found = ids.iter().filter_map(|id| *known.by_id.get(id.as_str())?);
        let mut rects: Vec<Rect> = Vec::new();
        for rect in found {
            if rects.len() < MOST_RECTS {
                rects.push(rect);
            } else if let Some(last) = rects.last_mut() {
                *last = last.union(rect);
            }
        }
        if rects.is_empty() {
            rects.push(Rect::NOWHERE);
        }
        Ok(rects)
    }
}

async fn read(reader: &FileReader, file: &DataFile) -> Result<ExtentsOfFile, QueryError> {
    let footer = reader.footer(file, false).await?;
    let mut memory = reader.memory().share();
    memory.resize(usize::try_from(file.rows).unwrap_or(usize::MAX).saturating_mul(BOX_BYTES))?;
    let names = ["box_id", "min_latitude", "max_latitude", "min_longitude", "max_longitude"];
    let columns = names.iter().map(|name| columns::place(file, footer.metadata(), name));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut by_id = HashMap::new();
    for row_group in 0..footer.metadata().num_row_groups() {
        let rows = RowScan { file, footer: &footer, row_group, selected: None, columns: &columns };
        let read = rows.read(reader, |batch| {
            add(batch, &mut by_id).map_err(|column| QueryError::bad_column(&file.path, column))
        });
        read.await?;
    }
    Ok(ExtentsOfFile { path: file.path.clone(), by_id, _memory: memory })
}

/// Fails with the name of the column that is malformed.
fn add(rows: &RecordBatch, by_id: &mut HashMap<Box<str>, Option<Rect>>) -> Result<(), &'static str> {
    let ids = DictionaryColumn::of(rows, "box_id")?;
    let degrees = |name: &'static str| {
        let column = rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>());
        column.ok_or(name)
    };
    let (south, north) = (degrees("min_latitude")?, degrees("max_latitude")?);
    let (west, east) = (degrees("min_longitude")?, degrees("max_longitude")?);
    for row in 0..rows.num_rows() {
        let is_known = [south, north, west, east].iter().all(|column| column.is_valid(row));
        let rect = is_known.then(|| Rect {
            south: south.value(row),
            north: north.value(row),
            west: west.value(row),
            east: east.value(row),
        });
        by_id.insert(ids.text(row).ok_or("box_id")?.into(), rect);
    }
    Ok(())
}
