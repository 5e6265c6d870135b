//! Creates an object without overwriting an existing one.
//!
//! A small file is one request with `If-None-Match: *`. A large file goes up in parts under a temporary name; the server
//! then copies it to its own name under the same condition, because the multipart completion of `object_store`
//! overwrites. If two large files complete at the very same moment, `SeaweedFS` accepts both; the later one stays, whole.
//!
//! On servers without conditional writes HiveBox checks first, and writers must agree beforehand that only one writes.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, Result};

use crate::fault::is_not_implemented;
use crate::seal;

/// HiveBox writes this object twice to see whether the server refuses the second write.
const MARKER: &str = ".hivebox-probe";
const MARKER_TEXT: &[u8] = b"By this object HiveBox finds out whether the store refuses to overwrite.\n";
/// The folder for uploads in parts.
const STAGING: &str = ".uploading";
/// S3 accepts parts from 5 MiB.
const PART_BYTES: usize = 8 << 20;

/// How to write an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct WriteMode {
    /// Whether the server supports conditional writes.
    pub(super) conditional: bool,
    /// Larger files go up in parts.
    pub(super) multipart_bytes: usize,
}

/// Creates the whole object unless one exists at the path; returns whether it did.
pub(super) async fn create(
    objects: &dyn ObjectStore,
    path: &Path,
    file: &Bytes,
    mode: WriteMode,
) -> Result<bool> {
    if file.len() > mode.multipart_bytes {
        // The copy would find out too, but only after the whole upload.
        if exists(objects, path).await? {
            Ok(false)
        } else if mode.conditional {
            create_by_copy(objects, path, file).await
        } else {
            upload_in_parts(objects, path, file).await.map(|()| true)
        }
    } else if mode.conditional {
        create_small(objects, path, file.clone()).await
    } else if exists(objects, path).await? {
        Ok(false)
    } else {
        objects.put(path, PutPayload::from(file.clone())).await.map(|_| true)
    }
}

/// Whether the server supports conditional writes. A server that does not either ignores the condition and overwrites,
/// or answers 501.
pub(super) async fn supports_conditional_writes(objects: &dyn ObjectStore) -> Result<bool> {
    let marker = Path::from(MARKER);
    for _ in 0..2 {
        match create_small(objects, &marker, Bytes::from_static(MARKER_TEXT)).await {
            Ok(false) => return Ok(true),
            // The marker was missing, or the server overwrote it: the second attempt tells which.
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
    // Named after its content, so that two uploads for the same name do not mix.
    let staged = Path::from(format!("{STAGING}/{}", seal::sha256_hex(&[file])));
    upload_in_parts(objects, &staged, file).await?;
    let copied = objects.copy_if_not_exists(&staged, path).await;
    // If this fails, the next upload of the same file overwrites what stays behind.
    let _ = objects.delete(&staged).await;
    match copied {
        Ok(()) => Ok(true),
        Err(Error::AlreadyExists { .. }) => Ok(false),
        // Another process stored the same bytes first and has already cleaned up.
        Err(Error::NotFound { .. }) if exists(objects, path).await? => Ok(false),
        Err(error) => Err(error),
    }
}

/// Uploads a file in parts. The object appears only once the upload is complete.
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
        // The first error tells more than one from cleaning up.
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
