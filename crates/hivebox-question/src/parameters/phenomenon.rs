//! What sensors measure, as a parameter names it.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_kinds::{Kind, in_a_row, one_of};
use utoipa::openapi::schema::Schema;

/// What sensors measure, by its name in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhenomenonSlug;

impl Kind for PhenomenonSlug {
    type Value = PhenomenonId;

    fn read(&self, text: &str) -> Result<PhenomenonId, String> {
        Catalogue::builtin().by_slug(text).ok_or_else(|| "is not a phenomenon of the catalogue".to_owned())
    }

    fn allowed(&self) -> String {
        in_a_row(slugs())
    }

    fn schema(&self) -> Schema {
        one_of(slugs())
    }
}

fn slugs() -> impl Iterator<Item = &'static str> {
    Catalogue::builtin().iter().map(|(_, phenomenon)| phenomenon.slug())
}
