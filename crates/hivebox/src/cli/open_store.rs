//! Opens the store of a command that only works on existing data.

use std::io::ErrorKind;

use hivebox_archive::SnapshotStore;

use super::settings::DEMO_STORE;
use crate::exit::{Code, Failure};
use crate::service;
use hivebox_config::{StoreAddress, StoreConfig};

/// Opens the configured store. A folder must exist, because a mistyped one would look like an empty one.
pub(super) fn open_existing(config: &StoreConfig) -> Result<SnapshotStore, Failure> {
    if let StoreAddress::Folder(folder) = &config.address
        && std::fs::metadata(folder).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    {
        let folder = folder.display();
        let message = format!(
            "there is no folder {folder}; choose another with --store, such as {DEMO_STORE} for the demo"
        );
        return Err(Failure::new(Code::NoInput, message));
    }
    Ok(service::snapshots(config)?)
}
