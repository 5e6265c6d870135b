//! The files of the history, as all machines of a cluster see them.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};

use crate::query::files::DataFile;
use crate::query::sql::plain_schema;
use crate::store::SnapshotStore;

/// A table of files, by their addresses. Text has no views: they become too long on their way between machines.
pub(crate) fn table(
    store: &SnapshotStore,
    files: &[DataFile],
    schema: &SchemaRef,
) -> Result<Arc<dyn TableProvider>> {
    let url = |file: &DataFile| {
        let url = store.url_of(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
        ListingTableUrl::parse(url)
    };
    let urls = files.iter().map(url).collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(plain_schema(schema));
    Ok(Arc::new(ListingTable::try_new(config)?))
}
