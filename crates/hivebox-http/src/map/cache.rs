//! The maps of the present, rendered once.

use std::sync::Arc;

use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_present::Present;

use crate::compressed::Compressed;
use crate::error::ApiError;
use crate::map::body::MapBody;
use crate::once_per_present::{OncePerPresent, off_the_runtime};

/// The most maps to keep. A map of 15,000 boxes takes less than half a megabyte, compressed forms included.
const CAPACITY: usize = 8;

/// The maps of the present that were asked for.
#[derive(Debug)]
pub(crate) struct Maps(OncePerPresent<PhenomenonId, Compressed>);

impl Default for Maps {
    fn default() -> Self {
        Self(OncePerPresent::of(CAPACITY))
    }
}

impl Maps {
    /// The map of a phenomenon.
    pub(super) async fn map(
        &self,
        present: &Arc<Present>,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<Compressed>, ApiError> {
        let rendered_from = Arc::clone(present);
        // It takes a few milliseconds.
        let render = off_the_runtime(move || {
            let json = serde_json::to_vec(&MapBody::of(&rendered_from, phenomenon))
                .expect("a map consists of text and integers, which JSON can represent");
            Compressed::of(json.into())
        });
        self.0.get(present, phenomenon, render).await
    }
}
