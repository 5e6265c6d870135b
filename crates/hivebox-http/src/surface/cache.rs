//! The tiles of the present's surfaces, computed once.

use std::sync::Arc;

use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::Tile;
use hivebox_present::Present;
use tokio::sync::Semaphore;

use crate::compressed::Compressed;
use crate::error::ApiError;
use crate::once_per_present::{OncePerPresent, off_the_runtime};
use crate::surface::body::{self, SIZE, SurfaceBody};

/// The most tiles to keep. One takes about 15 kB, compressed forms included.
const TILES: usize = 256;
/// The most phenomena whose boxes are kept.
const PHENOMENA: usize = 8;
/// How many tiles are computed at once: they must not take all cores from other requests.
const AT_ONCE: usize = 2;

/// The surfaces of the present that were asked for.
#[derive(Debug)]
pub(crate) struct Surfaces {
    tiles: OncePerPresent<(PhenomenonId, Tile), Compressed>,
    /// The boxes that estimates of a phenomenon can use.
    places: OncePerPresent<PhenomenonId, BoxIndex>,
    turns: Arc<Semaphore>,
}

impl Default for Surfaces {
    fn default() -> Self {
        let (tiles, places) = (OncePerPresent::of(TILES), OncePerPresent::of(PHENOMENA));
        Self { tiles, places, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Surfaces {
    /// A tile of the surface of a phenomenon.
    pub(super) async fn tile(
        &self,
        present: &Arc<Present>,
        tile: Tile,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<Compressed>, ApiError> {
        let compute = async {
            // The turn ends with the computation, also if the client has gone by then.
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(ApiError::internal)?;
            let places = self.places(present, phenomenon).await?;
            let present = Arc::clone(present);
            off_the_runtime(move || {
                let _turn = turn;
                let body = SurfaceBody::of(&present, &places, tile, phenomenon, SIZE);
                let json = serde_json::to_vec(&body)
                    .expect("a surface consists of text and integers, which JSON can represent");
                Compressed::of(json.into())
            })
            .await
        };
        self.tiles.get(present, (phenomenon, tile), compute).await
    }

    async fn places(
        &self,
        present: &Arc<Present>,
        phenomenon: PhenomenonId,
    ) -> Result<Arc<BoxIndex>, ApiError> {
        let computed_from = Arc::clone(present);
        let compute = off_the_runtime(move || body::places(&computed_from, phenomenon));
        self.places.get(present, phenomenon, compute).await
    }
}
