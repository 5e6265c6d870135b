//! The store of a command that only reads it.

use hivebox_archive::SnapshotStore;

use crate::config::{StoreAddress, StoreConfig};
use crate::exit::{Code, Failure};
use crate::service;

/// The store that is configured. A folder must be there: one that is mistyped would look like one that is empty.
pub(super) fn store(config: &StoreConfig) -> Result<SnapshotStore, Failure> {
    match &config.address {
        StoreAddress::Folder(folder) if !folder.is_dir() => {
            let message = format!(
                "there is no folder {}; --store names another, such as file:./hivebox-data/demo for that of the demo",
                folder.display()
            );
            Err(Failure::new(Code::NoInput, message))
        }
        _ => Ok(service::snapshots(config)?),
    }
}
