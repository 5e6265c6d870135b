//! Opens the store of a command that only works on existing data.

use std::io::ErrorKind;

use hivebox_archive::SnapshotStore;

use super::settings::DEMO_STORE;
use crate::exit::{Code, Failure};
use crate::service;
use hivebox_config::{StoreAccess, StoreAddress};

/// What a command does with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It only reads, so the store may be on a read-only disk, or belong to another user.
    Read,
    Write,
}

/// Opens the configured store. A folder must exist, because a mistyped one would look like an empty one.
pub(super) fn open_existing(access: &StoreAccess, to: Access) -> Result<SnapshotStore, Failure> {
    if let StoreAddress::Folder(folder) = &access.address
        && std::fs::metadata(folder).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    {
        let folder = folder.display();
        let message = format!(
            "there is no folder {folder}; choose another with --store, such as {DEMO_STORE} for the demo"
        );
        return Err(Failure::new(Code::NoInput, message));
    }
    Ok(match to {
        Access::Read => service::snapshots_to_read(access)?,
        Access::Write => service::snapshots(access)?,
    })
}
