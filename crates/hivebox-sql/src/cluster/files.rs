//! The files of the history for a cluster.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::Result;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};

use crate::rows::plain_schema;
use crate::table::FileTable;

/// The same table by the URLs of its files, so that other machines can read it. Its text columns are no views, because views
/// grow too long between machines.
pub(super) fn listing(table: &FileTable) -> Result<Arc<dyn TableProvider>> {
    let urls = table.urls()?.into_iter().map(ListingTableUrl::parse).collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(plain_schema(table.columns()));
    Ok(Arc::new(ListingTable::try_new(config)?))
}
