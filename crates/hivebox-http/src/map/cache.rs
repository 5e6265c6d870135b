//! The maps of one present. The first request for a map renders it, and later ones reuse it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use hivebox_climate::phenomenon::PhenomenonId;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::compressed::Compressed;
use crate::error::ApiError;
use crate::map::body::MapBody;
use hivebox_present::Present;

/// The most maps to keep. A map of 15,000 boxes takes less than half a megabyte, compressed forms included.
const CAPACITY: usize = 8;

/// Rendered maps, the newest first.
#[derive(Debug, Default)]
pub(crate) struct MapCache(ArcSwap<Vec<CachedMap>>);

#[derive(Debug, Clone)]
struct CachedMap {
    as_of: Timestamp,
    phenomenon: PhenomenonId,
    map: MapCell,
}

/// A map that is rendered or being rendered.
type MapCell = Arc<OnceCell<Arc<Compressed>>>;

impl MapCache {
    /// The map of a phenomenon as of a present. Simultaneous requests wait for the same rendering.
    pub(super) async fn map(
        &self,
        present: &Arc<Present>,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<Compressed>, ApiError> {
        let cell = self.cell(present.readings.as_of(), phenomenon);
        let map = cell.get_or_try_init(|| make(Arc::clone(present), phenomenon)).await?;
        Ok(Arc::clone(map))
    }

    fn cell(&self, as_of: Timestamp, phenomenon: PhenomenonId) -> MapCell {
        let find = |maps: &[CachedMap]| {
            let found = maps.iter().find(|map| map.as_of == as_of && map.phenomenon == phenomenon);
            found.map(|found| Arc::clone(&found.map))
        };
        if let Some(cell) = find(&self.0.load()) {
            return cell;
        }
        let new = CachedMap { as_of, phenomenon, map: MapCell::default() };
        let mut cell = Arc::clone(&new.map);
        self.0.rcu(|maps| {
            if let Some(found) = find(maps) {
                cell = found;
                return Arc::clone(maps);
            }
            cell = Arc::clone(&new.map);
            // Only requests that have already begun still need maps of an earlier present.
            let others = maps.iter().filter(|map| map.as_of == as_of).cloned();
            Arc::new([new.clone()].into_iter().chain(others).take(CAPACITY).collect())
        });
        cell
    }
}

async fn make(present: Arc<Present>, phenomenon: PhenomenonId) -> Result<Arc<Compressed>, ApiError> {
    // It takes a few milliseconds, for which it must not block a thread of the runtime.
    let made = tokio::task::spawn_blocking(move || {
        let json = serde_json::to_vec(&MapBody::of(&present, phenomenon))
            .expect("a map consists of text and integers, which JSON can represent");
        Arc::new(Compressed::of(json.into()))
    });
    made.await.map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use hivebox_climate::catalogue::Catalogue;
    use jiff::SignedDuration;

    use super::*;

    fn phenomena() -> impl Iterator<Item = PhenomenonId> {
        Catalogue::builtin().iter().map(|(id, _)| id)
    }

    #[test]
    fn a_map_is_kept_as_long_as_its_present_and_the_number_of_maps_is_bounded() {
        let maps = MapCache::default();
        let now = Timestamp::UNIX_EPOCH;
        let first = phenomena().next().unwrap();
        let map = maps.cell(now, first);
        assert!(Arc::ptr_eq(&map, &maps.cell(now, first)));
        for phenomenon in phenomena().skip(1).take(CAPACITY - 1) {
            maps.cell(now, phenomenon);
        }
        assert!(Arc::ptr_eq(&map, &maps.cell(now, first)), "the cache is not full yet");
        assert_eq!(maps.0.load().len(), CAPACITY);
        maps.cell(now, phenomena().nth(CAPACITY).unwrap());
        assert_eq!(maps.0.load().len(), CAPACITY);
        assert!(!Arc::ptr_eq(&map, &maps.cell(now, first)), "the oldest was evicted");
        maps.cell(now + SignedDuration::from_secs(1), first);
        assert_eq!(maps.0.load().len(), 1, "maps of the previous present are evicted");
    }
}
