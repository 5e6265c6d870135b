//! Writes an object that must not be there yet.
//!
//! A small file is one request that says `If-None-Match: *`. A large one goes up in parts to a name beside
//! the snapshots, and is then copied by the server to its own name under the same condition, since the
//! completion of parts that `object_store` gives us overwrites whatever is there. What is there is never
//! overwritten so. Of two large files that are completed at the very same moment, `SeaweedFS` lets both
//! through, and the later one stays, whole.
//!
//! On a server that does not know the condition, the only way is to look first, and whoever stores must
//! agree beforehand that only one does.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, Result};

use crate::fault::is_not_implemented;
use crate::seal;

/// The object by which it is found out whether the server knows the condition.
const MARKER: &str = ".hivebox-probe";
const MARKER_TEXT: &[u8] = b"By this object HiveBox finds out whether the store refuses to overwrite.\n";
/// Where files go up in parts.
const STAGING: &str = ".uploading";
/// The least that S3 takes for a part is 5 MiB.
const PART_BYTES: usize = 8 << 20;

/// How an object is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Whether the server refuses to overwrite when it is told so.
    pub(super) conditional: bool,
    /// Larger files go up in parts.
    pub(super) multipart_bytes: usize,
}

/// Writes the object whole, unless there is one of the name; whether it did.
pub(super) async fn create(objects: &dyn ObjectStore, path: &Path, file: &Bytes, how: How) -> Result<bool> {
    if file.len() > how.multipart_bytes {
        // The copy would find out too, but only after all of it went up.
        if exists(objects, path).await? {
            Ok(false)
        } else if how.conditional {
            create_by_copy(objects, path, file).await
        } else {
            upload_in_parts(objects, path, file).await.map(|()| true)
        }
    } else if how.conditional {
        create_small(objects, path, file.clone()).await
    } else if exists(objects, path).await? {
        Ok(false)
    } else {
        objects.put(path, PutPayload::from(file.clone())).await.map(|_| true)
    }
}

/// Whether the server refuses to overwrite when it is told so. A server that does not know the condition
/// overwrites in silence, or says that it does not know it.
pub(super) async fn is_conditional(objects: &dyn ObjectStore) -> Result<bool> {
    let marker = Path::from(MARKER);
    for _ in 0..2 {
        match create_small(objects, &marker, Bytes::from_static(MARKER_TEXT)).await {
            Ok(false) => return Ok(true),
            // There was none yet, or it was overwritten: the second time tells.
            Ok(true) => {}
            Err(error) if is_not_implemented(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

async fn create_small(objects: &dyn ObjectStore, path: &Path, file: Bytes) -> Result<bool> {
    let options = PutOptions::from(PutMode::Create);
    match objects.put_opts(path, PutPayload::from(file), options).await {
        Ok(_) => Ok(true),
        Err(Error::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn create_by_copy(objects: &dyn ObjectStore, path: &Path, file: &Bytes) -> Result<bool> {
    // Named for what is in it, so that two who store the same name at once do not mix.
    let staged = Path::from(format!("{STAGING}/{}", seal::sha256_hex(&[file])));
    upload_in_parts(objects, &staged, file).await?;
    let copied = objects.copy_if_not_exists(&staged, path).await;
    // What stays behind in a failure here is overwritten when the same file is stored again.
    let _ = objects.delete(&staged).await;
    match copied {
        Ok(()) => Ok(true),
        Err(Error::AlreadyExists { .. }) => Ok(false),
        // Somebody who stored the same bytes was faster, and has cleared up.
        Err(Error::NotFound { .. }) if exists(objects, path).await? => Ok(false),
        Err(error) => Err(error),
    }
}

/// Nothing stands under the name until all parts are there.
async fn upload_in_parts(objects: &dyn ObjectStore, path: &Path, file: &Bytes) -> Result<()> {
    let mut upload = objects.put_multipart(path).await?;
    let sent = async {
        for start in (0..file.len()).step_by(PART_BYTES) {
            let part = file.slice(start..file.len().min(start + PART_BYTES));
            upload.put_part(PutPayload::from(part)).await?;
        }
        upload.complete().await
    }
    .await;
    if sent.is_err() {
        // The first error tells more than one from clearing up.
        let _ = upload.abort().await;
    }
    sent.map(|_| ())
}

async fn exists(objects: &dyn ObjectStore, path: &Path) -> Result<bool> {
    match objects.head(path).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
