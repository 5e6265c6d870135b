//! The events of one present by filter, each made once for all streams that have the same filter.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;

/// How many filters' events are kept. Streams with further ones make theirs each for itself.
const MOST_KEPT: usize = 64;

/// The events of one present, made by the first stream that asks. It goes with its present.
#[derive(Debug)]
pub(super) struct Filtered<F> {
    made: Mutex<Vec<(F, Arc<OnceLock<Bytes>>)>>,
}

impl<F> Default for Filtered<F> {
    fn default() -> Self {
        Self { made: Mutex::default() }
    }
}

impl<F: Clone + PartialEq> Filtered<F> {
    /// The event of `filter`, which is made if nobody has made it. Who asks for the same in the meantime waits,
    /// and nobody else does.
    pub(super) fn event(&self, filter: &F, make: impl FnOnce() -> Bytes) -> Bytes {
        match self.place(filter) {
            Some(place) => place.get_or_init(make).clone(),
            None => make(),
        }
    }

    /// Where the event of `filter` is kept; `None` if there is no place left.
    fn place(&self, filter: &F) -> Option<Arc<OnceLock<Bytes>>> {
        // Whoever panicked has left whole pairs.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = made.iter().find(|(other, _)| other == filter) {
            return Some(Arc::clone(place));
        }
        let place = Arc::default();
        (made.len() < MOST_KEPT).then(|| {
            made.push((filter.clone(), Arc::clone(&place)));
            place
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn an_event_is_made_once_for_each_filter() {
        let (filtered, made) = (Filtered::default(), AtomicUsize::new(0));
        let ask = |filter: usize| {
            filtered.event(&filter, || {
                made.fetch_add(1, Ordering::SeqCst);
                filter.to_string().into()
            })
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..MOST_KEPT).for_each(|filter| assert_eq!(ask(filter), filter.to_string())));
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), MOST_KEPT);
        assert_eq!((ask(MOST_KEPT), ask(MOST_KEPT)), ("64".into(), "64".into()));
        assert_eq!(made.load(Ordering::SeqCst), MOST_KEPT + 2, "what has no place is right all the same");
    }
}
