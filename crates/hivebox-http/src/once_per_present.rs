//! What is computed about one present. The first request for it computes it, and later ones reuse it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::error::ApiError;
use hivebox_present::Present;

/// Values that are computed from the present, by what they are about; the newest first.
#[derive(Debug)]
pub(crate) struct OncePerPresent<K, V> {
    capacity: usize,
    entries: ArcSwap<Vec<Entry<K, V>>>,
}

#[derive(Debug)]
struct Entry<K, V> {
    as_of: Timestamp,
    about: K,
    cell: ValueCell<V>,
}

/// A value that is computed or being computed.
type ValueCell<V> = Arc<OnceCell<Arc<V>>>;

impl<K: Clone, V> Clone for Entry<K, V> {
    fn clone(&self) -> Self {
        Self { as_of: self.as_of, about: self.about.clone(), cell: Arc::clone(&self.cell) }
    }
}

impl<K: Clone + PartialEq, V: Send + Sync + 'static> OncePerPresent<K, V> {
    /// Room for so many values; more evict the oldest.
    pub(crate) fn of(capacity: usize) -> Self {
        Self { capacity, entries: ArcSwap::default() }
    }

    /// The value about `about` as of a present. Simultaneous requests wait for the same `compute`, which must not
    /// run on a thread of the runtime if it takes long.
    pub(crate) async fn get(
        &self,
        present: &Present,
        about: K,
        compute: impl Future<Output = Result<Arc<V>, ApiError>>,
    ) -> Result<Arc<V>, ApiError> {
        let cell = self.cell(present.readings.as_of(), &about);
        cell.get_or_try_init(|| compute).await.cloned()
    }

    fn cell(&self, as_of: Timestamp, about: &K) -> ValueCell<V> {
        let find = |entries: &[Entry<K, V>]| {
            let found = entries.iter().find(|entry| entry.as_of == as_of && entry.about == *about);
            found.map(|found| Arc::clone(&found.cell))
        };
        if let Some(cell) = find(&self.entries.load()) {
            return cell;
        }
        let new = Entry { as_of, about: about.clone(), cell: ValueCell::default() };
        let mut cell = Arc::clone(&new.cell);
        self.entries.rcu(|entries| {
            if let Some(found) = find(entries) {
                cell = found;
                return Arc::clone(entries);
            }
            cell = Arc::clone(&new.cell);
            // Only requests that have already begun still need values of an earlier present.
            let others = entries.iter().filter(|entry| entry.as_of == as_of).cloned();
            Arc::new([new.clone()].into_iter().chain(others).take(self.capacity).collect())
        });
        cell
    }
}

/// Computes a value on a thread that may block.
pub(crate) async fn off_the_runtime<V: Send + 'static>(
    compute: impl FnOnce() -> V + Send + 'static,
) -> Result<Arc<V>, ApiError> {
    tokio::task::spawn_blocking(compute).await.map(Arc::new).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const CAPACITY: usize = 8;

    #[test]
    fn a_value_is_kept_as_long_as_its_present_and_the_number_of_values_is_bounded() {
        let values = OncePerPresent::<usize, ()>::of(CAPACITY);
        let now = Timestamp::UNIX_EPOCH;
        let first = values.cell(now, &0);
        assert!(Arc::ptr_eq(&first, &values.cell(now, &0)));
        for about in 1..CAPACITY {
            values.cell(now, &about);
        }
        assert!(Arc::ptr_eq(&first, &values.cell(now, &0)), "there is room for all of them");
        assert_eq!(values.entries.load().len(), CAPACITY);
        values.cell(now, &CAPACITY);
        assert_eq!(values.entries.load().len(), CAPACITY);
        assert!(!Arc::ptr_eq(&first, &values.cell(now, &0)), "the oldest was evicted");
        values.cell(now + SignedDuration::from_secs(1), &0);
        assert_eq!(values.entries.load().len(), 1, "values of the previous present are evicted");
    }

    #[tokio::test]
    async fn simultaneous_requests_wait_for_one_computation_and_a_failure_is_not_kept() {
        let values = OncePerPresent::<(), u32>::of(1);
        let present = crate::example::present();
        let failed = values.get(&present, (), async { Err(ApiError::bad("no")) }).await;
        assert!(failed.is_err());
        let (begun, may_end) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let slow = values.get(&present, (), async {
            begun.notify_one();
            may_end.notified().await;
            Ok(Arc::new(1))
        });
        let second = async {
            begun.notified().await;
            let waits = values.get(&present, (), async { unreachable!("the first computes it") });
            may_end.notify_one();
            waits.await
        };
        let (one, other) = tokio::join!(slow, second);
        assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()));
    }
}
