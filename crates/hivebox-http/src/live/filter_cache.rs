//! The events of one present by filter. Streams with the same filter share the rendering.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;

/// How many filters are cached. A stream with a further filter renders its own events.
const CAPACITY: usize = 64;

/// The events of one present by filter. It is dropped together with the present.
#[derive(Debug)]
pub(super) struct FilterCache<F> {
    cells: Mutex<Vec<(F, Arc<OnceLock<Bytes>>)>>,
}

impl<F> Default for FilterCache<F> {
    fn default() -> Self {
        Self { cells: Mutex::default() }
    }
}

impl<F: Clone + PartialEq> FilterCache<F> {
    /// The event of `filter`, rendered by `make` if no stream has rendered it yet. Only streams with the same filter
    /// wait for the rendering.
    pub(super) fn event(&self, filter: &F, make: impl FnOnce() -> Bytes) -> Bytes {
        match self.cell(filter) {
            Some(cell) => cell.get_or_init(make).clone(),
            None => make(),
        }
    }

    /// The cell of `filter`; `None` if the cache is full.
    fn cell(&self, filter: &F) -> Option<Arc<OnceLock<Bytes>>> {
        // The vector is only extended by whole pairs, so a panic elsewhere cannot have broken it.
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = cells.iter().find(|(other, _)| other == filter) {
            return Some(Arc::clone(cell));
        }
        let cell = Arc::default();
        (cells.len() < CAPACITY).then(|| {
            cells.push((filter.clone(), Arc::clone(&cell)));
            cell
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn an_event_is_rendered_once_per_filter() {
        let (cache, rendered) = (FilterCache::default(), AtomicUsize::new(0));
        let ask = |filter: usize| {
            cache.event(&filter, || {
                rendered.fetch_add(1, Ordering::SeqCst);
                filter.to_string().into()
            })
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..CAPACITY).for_each(|filter| assert_eq!(ask(filter), filter.to_string())));
            }
        });
        assert_eq!(rendered.load(Ordering::SeqCst), CAPACITY);
        assert_eq!((ask(CAPACITY), ask(CAPACITY)), ("64".into(), "64".into()));
        assert_eq!(
            rendered.load(Ordering::SeqCst),
            CAPACITY + 2,
            "without a cell, each call renders the event"
        );
    }
}
