//! The maps of one present: each is made for the first who asks for it, and kept for all others.

use std::sync::Arc;

use arc_swap::ArcSwap;
use hivebox_climate::phenomenon::PhenomenonId;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::body::Map;
use crate::compressed::Compressed;
use crate::error::ApiError;
use hivebox_present::Present;

/// The most maps that are kept. One of 15,000 boxes takes less than half a megabyte, with what it is compressed to.
const MOST: usize = 8;

/// Maps that may be asked for again, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Maps(ArcSwap<Vec<Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    as_of: Timestamp,
    phenomenon: PhenomenonId,
    map: Making,
}

/// A map, or that somebody makes it.
type Making = Arc<OnceCell<Arc<Compressed>>>;

impl Maps {
    /// The map of a phenomenon as of a present. All who ask for it at once wait for the same.
    pub(super) async fn map(
        &self,
        present: &Arc<Present>,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<Compressed>, ApiError> {
        let making = self.making(present.readings.as_of(), phenomenon);
        let map = making.get_or_try_init(|| make(Arc::clone(present), phenomenon)).await?;
        Ok(Arc::clone(map))
    }

    fn making(&self, as_of: Timestamp, phenomenon: PhenomenonId) -> Making {
        let find = |kept: &[Kept]| {
            let found = kept.iter().find(|kept| kept.as_of == as_of && kept.phenomenon == phenomenon);
            found.map(|kept| Arc::clone(&kept.map))
        };
        if let Some(making) = find(&self.0.load()) {
            return making;
        }
        let new = Kept { as_of, phenomenon, map: Making::default() };
        let mut making = Arc::clone(&new.map);
        self.0.rcu(|kept| {
            if let Some(found) = find(kept) {
                making = found;
                return Arc::clone(kept);
            }
            making = Arc::clone(&new.map);
            // Nobody asks for a present that is past, but for those who have just begun to.
            let others = kept.iter().filter(|kept| kept.as_of == as_of).cloned();
            Arc::new([new.clone()].into_iter().chain(others).take(MOST).collect())
        });
        making
    }
}

async fn make(present: Arc<Present>, phenomenon: PhenomenonId) -> Result<Arc<Compressed>, ApiError> {
    // That takes some milliseconds, in which a thread of the runtime would answer nobody else.
    let made = tokio::task::spawn_blocking(move || {
        let json = serde_json::to_vec(&Map::of(&present, phenomenon))
            .expect("a map is numbers and texts, which JSON can always hold");
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
    fn a_map_is_kept_as_long_as_its_present_and_no_more_than_a_few_are() {
        let maps = Maps::default();
        let now = Timestamp::UNIX_EPOCH;
        let first = phenomena().next().unwrap();
        let map = maps.making(now, first);
        assert!(Arc::ptr_eq(&map, &maps.making(now, first)));
        for phenomenon in phenomena().skip(1).take(MOST - 1) {
            maps.making(now, phenomenon);
        }
        assert!(Arc::ptr_eq(&map, &maps.making(now, first)), "so many have room");
        assert_eq!(maps.0.load().len(), MOST);
        maps.making(now, phenomena().nth(MOST).unwrap());
        assert_eq!(maps.0.load().len(), MOST);
        assert!(!Arc::ptr_eq(&map, &maps.making(now, first)), "the oldest went");
        maps.making(now + SignedDuration::from_secs(1), first);
        assert_eq!(maps.0.load().len(), 1, "those of the present before are gone");
    }
}
