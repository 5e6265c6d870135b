//! Fetches parts of files, and checks what comes.

use std::ops::Range;

use bytes::Bytes;
use object_store::ObjectStoreExt;

use super::error::QueryError;
use super::files::DataFile;
use crate::objects::Objects;

/// Fetches some byte ranges of a file. Checks them against the checksums of the file's blocks, if it has any.
pub(super) async fn fetch(
    objects: &Objects,
    file: &DataFile,
    ranges: &[Range<u64>],
) -> Result<Vec<Bytes>, QueryError> {
    let spans = file.spans(ranges);
    let fetched = match objects.as_object_store().get_ranges(&file.path, &spans).await {
        Ok(fetched) => fetched,
        Err(error) => return Err(why(objects, file, &error).await),
    };
    let Some(checksums) = &file.checksums else { return Ok(fetched) };
    for (span, bytes) in spans.iter().zip(&fetched) {
        if bytes.len() as u64 != span.end - span.start || !checksums.are_right(span.start, bytes) {
            let reason =
                format_args!("a checksum is wrong between the bytes {} and {}", span.start, span.end);
            return Err(QueryError::damaged(&file.path, &reason));
        }
    }
    let slice = |range: &Range<u64>| {
        let place = spans.partition_point(|span| span.end < range.end);
        let (span, bytes) = (spans.get(place)?, fetched.get(place)?);
        let from = range.start.checked_sub(span.start)? as usize;
        let to = (range.end - span.start) as usize;
        (to <= bytes.len()).then(|| bytes.slice(from..to))
    };
    let beyond = || QueryError::damaged(&file.path, &"its footer points beyond its end");
    let empty = |range: &Range<u64>| range.is_empty().then(Bytes::new);
    ranges.iter().map(|range| empty(range).or_else(|| slice(range)).ok_or_else(beyond)).collect()
}

/// Why a file cannot be read: it may have another length than the manifest says.
async fn why(objects: &Objects, file: &DataFile, error: &object_store::Error) -> QueryError {
    match objects.as_object_store().head(&file.path).await {
        Ok(found) if found.size != file.bytes => {
            let reason = format_args!("it has {} bytes instead of {}", found.size, file.bytes);
            QueryError::damaged(&file.path, &reason)
        }
        Err(object_store::Error::NotFound { .. }) => QueryError::damaged(&file.path, &"it is missing"),
        _ => objects.failed("read the history", error).into(),
    }
}
