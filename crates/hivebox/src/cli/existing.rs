//! The store of a command that works on what is there.

use std::io::ErrorKind;

use hivebox_archive::SnapshotStore;

use super::settings::DEMO_STORE;
use crate::exit::{Code, Failure};
use crate::service;
use hivebox_config::{StoreAccess, StoreAddress};

/// The store that is configured. A folder must be there: one that is mistyped would look like one that is empty.
pub(super) fn store(access: &StoreAccess) -> Result<SnapshotStore, Failure> {
    if let StoreAddress::Folder(folder) = &access.address
        && std::fs::metadata(folder).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    {
        let folder = folder.display();
        let message = format!(
            "there is no folder {folder}; --store names another, such as {DEMO_STORE} for that of the demo"
        );
        return Err(Failure::new(Code::NoInput, message));
    }
    Ok(service::snapshots(access)?)
}
