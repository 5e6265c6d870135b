//! The SQL functions that HiveBox adds or replaces.

mod date_trunc;
mod sketch_percentile;

pub(crate) use date_trunc::date_trunc_utc;
pub(crate) use sketch_percentile::sketch_percentile;
