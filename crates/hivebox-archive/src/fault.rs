//! Why an object store failed, in words that a user can act on.
//!
//! When a signature is wrong, an S3 server repeats the access key and the signed text in its response, and
//! `object_store` puts the whole response into its error. So its errors stop at this file, which keeps only the kind of
//! fault, the server's code and message, and no secret.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use http::StatusCode;
use object_store::client::{HttpError, HttpErrorKind};
use secrecy::{ExposeSecret, SecretString};

/// The longest text to copy from a server.
const REASON_CHARS: usize = 300;

/// Why an object store refused or failed. Contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreFault {
    /// The server rejects the key, or the key lacks a permission.
    #[error("{address} denies access: {reason}; check {check}")]
    Denied {
        /// The server.
        address: String,
        /// What the server says.
        reason: String,
        /// The variables to check.
        check: &'static str,
    },
    /// There are no credentials at all.
    #[error("there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ({reason})")]
    NoCredentials {
        /// Why the machine itself provides none.
        reason: String,
    },
    /// The bucket does not exist, and HiveBox may not create it.
    #[error("there is no bucket {bucket} at {address}: create it, or allow HiveBox to create it")]
    NoBucket {
        /// The bucket.
        bucket: String,
        /// The server.
        address: String,
    },
    /// The connection to the server failed.
    #[error("{address} cannot be reached: {reason}; check AWS_ENDPOINT_URL and AWS_REGION")]
    Unreachable {
        /// The server.
        address: String,
        /// What the network says.
        reason: String,
    },
    /// The server exceeded the request timeout.
    #[error("{address} did not answer in time")]
    TimedOut {
        /// The server.
        address: String,
    },
    /// The server reports a fault of its own, or is overloaded.
    #[error("{address} fails: {reason}; see the log of that server")]
    Failing {
        /// The server.
        address: String,
        /// What the server says.
        reason: String,
    },
    /// The disk, or the quota of the user, is full.
    #[error("the disk of {} is full: {reason}; make room, or lower retention and compacted-keep", folder.display())]
    Full {
        /// The folder of the store.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Too many uploads wait.
    #[error(
        "the upload queue is full: {waiting} snapshots wait for a slow upload; check the network to the store, or raise \
         store-interval"
    )]
    QueueFull {
        /// How many wait.
        waiting: usize,
    },
    /// One object cannot be read; others may be readable.
    #[error("the object cannot be read: {reason}")]
    Unreadable {
        /// Why not.
        reason: String,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl StoreFault {
    /// Whether the store as a whole is away or full. It may work again later without any change to HiveBox.
    #[must_use]
    pub fn is_of_whole_store(&self) -> bool {
        match self {
            Self::NoCredentials { .. }
            | Self::NoBucket { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Failing { .. }
            | Self::Full { .. }
            | Self::QueueFull { .. } => true,
            Self::Denied { .. } | Self::Unreadable { .. } | Self::Other(_) => false,
        }
    }
}

/// The fault behind an error of the file system below a folder.
pub(crate) fn folder_fault(folder: &Path, error: &(dyn Error + 'static)) -> StoreFault {
    let of_system = chain(error).find_map(|error| error.downcast_ref::<io::Error>());
    match of_system {
        Some(full) if matches!(full.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            StoreFault::Full { folder: folder.into(), reason: full.to_string() }
        }
        _ => StoreFault::Other(error.to_string()),
    }
}

/// The server and bucket named in faults.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) address: String,
    pub(crate) bucket: String,
    /// Never repeated, whatever text they occur in.
    pub(crate) secrets: Vec<SecretString>,
    /// Whether the settings have a key; without one `object_store` asks the machine it runs on.
    pub(crate) has_key: bool,
}

impl Remote {
    /// The fault behind an error of `object_store`.
    pub(crate) fn fault(&self, error: &object_store::Error) -> StoreFault {
        let text = error.to_string();
        let transport: Option<&HttpError> = chain(error).find_map(|error| error.downcast_ref());
        let status = status(error);
        if is_no_bucket(error) {
            StoreFault::NoBucket { bucket: self.bucket.clone(), address: self.address.clone() }
        } else if !self.has_key && (transport.is_some() || status.is_some()) && !text.contains(&self.address)
        {
            StoreFault::NoCredentials { reason: self.scrubbed(&text) }
        } else if let Some(status) = status {
            self.answered(status, &text)
        } else if let Some(transport) = transport {
            self.unanswered(transport)
        } else {
            StoreFault::Other(self.scrubbed(&text))
        }
    }

    /// The fault behind a response with an error status. `body` is the response, or a text that contains it.
    pub(crate) fn answered(&self, status: StatusCode, body: &str) -> StoreFault {
        let code = element(body, "Code");
        let reason = match (code, element(body, "Message")) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            _ => format!("HTTP status {status}"),
        };
        let reason = self.scrubbed(&reason);
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let check = match code {
                Some("InvalidAccessKeyId") => "AWS_ACCESS_KEY_ID",
                Some("SignatureDoesNotMatch") => "AWS_SECRET_ACCESS_KEY",
                Some("RequestTimeTooSkewed") => "the clock of this machine",
                _ => "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the permissions of that key in the bucket",
            };
            return StoreFault::Denied { address: self.address.clone(), reason, check };
        }
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
            || status == StatusCode::TOO_MANY_REQUESTS
        {
            return StoreFault::Failing { address: self.address.clone(), reason };
        }
        StoreFault::Other(format!("{} answers {reason}", self.address))
    }

    /// The fault behind a request without a response.
    pub(crate) fn unanswered(&self, error: &HttpError) -> StoreFault {
        // The innermost error names the cause; `chain` always yields the error itself.
        let reason = chain(error).last().map_or_else(|| error.to_string(), ToString::to_string);
        let reason = self.scrubbed(&reason);
        let address = self.address.clone();
        match error.kind() {
            HttpErrorKind::Timeout => StoreFault::TimedOut { address },
            _ => StoreFault::Unreachable { address, reason },
        }
    }

    /// The first line of a text up to any markup, shortened and without secrets.
    fn scrubbed(&self, text: &str) -> String {
        let end = text.find(['<', '\n']).unwrap_or(text.len());
        let mut short = text[..end].trim_end_matches([' ', ':']).to_owned();
        for secret in &self.secrets {
            if !secret.expose_secret().is_empty() {
                short = short.replace(secret.expose_secret(), "…");
            }
        }
        short.chars().take(REASON_CHARS).collect()
    }
}

/// Whether the server says that the bucket does not exist.
pub(crate) fn is_no_bucket(error: &object_store::Error) -> bool {
    element(&error.to_string(), "Code") == Some("NoSuchBucket")
}

/// Whether the server says that it does not support the request.
pub(crate) fn is_not_implemented(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. })
        || status(error) == Some(StatusCode::NOT_IMPLEMENTED)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The HTTP status of the response behind an error; `None` if there was no response.
///
/// `object_store` 0.13 has a variant for each of some statuses. All other statuses are in its `RetryError`, which is
/// public but in a private module (`pub(crate) mod retry`), so that no other crate can name the type and downcast to it.
/// Neither does it expose status or body in any other way than its text. So this reads the text for those, and a test
/// with a real response in `tests/integration/bucket.rs` fails if a new version changes it.
fn status(error: &object_store::Error) -> Option<StatusCode> {
    match error {
        object_store::Error::Unauthenticated { .. } => Some(StatusCode::UNAUTHORIZED),
        object_store::Error::PermissionDenied { .. } => Some(StatusCode::FORBIDDEN),
        object_store::Error::Generic { .. } => status_in(&error.to_string()),
        _ => chain(error).skip(1).find_map(|error| status_in(&error.to_string())),
    }
}

/// The status in the text of `RetryError`.
fn status_in(text: &str) -> Option<StatusCode> {
    const BEFORE: &str = "non-2xx status code: ";
    let (_, status) = text.split_once(BEFORE)?;
    status.get(..3)?.parse().ok()
}

/// The text of an element in a response of S3, whose XML is flat.
fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote() -> Remote {
        Remote {
            address: "http://127.0.0.1:9000".into(),
            bucket: "hive".into(),
            secrets: vec!["AKIAEXAMPLE".into(), "hush".into()],
            has_key: true,
        }
    }

    #[test]
    fn what_the_server_repeats_of_a_request_is_left_out() {
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>No match for AKIAEXAMPLE.</Message>\
                    <AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><StringToSign>hush</StringToSign></Error>";
        let fault = remote().answered(StatusCode::FORBIDDEN, body);
        assert_eq!(
            fault.to_string(),
            "http://127.0.0.1:9000 denies access: SignatureDoesNotMatch: No match for ….; check AWS_SECRET_ACCESS_KEY"
        );
    }

    #[test]
    fn a_status_is_found_in_the_text_of_an_error() {
        let text = "Error performing GET http://h/ in 1ms - Server returned non-2xx status code: 501 Not Implemented: <x>";
        assert_eq!(status_in(text), Some(StatusCode::NOT_IMPLEMENTED));
        assert_eq!(status_in("nothing of the kind"), None);
    }

    #[test]
    fn a_full_disk_is_told_as_such_however_deep_the_error_is() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let source = Box::new(io::Error::from(kind));
            let error = object_store::Error::Generic { store: "LocalFileSystem", source };
            let fault = folder_fault(Path::new("/data"), &error);
            assert!(matches!(fault, StoreFault::Full { .. }), "{fault}");
            assert!(fault.to_string().contains("the disk of /data is full"), "{fault}");
        }
        let fault = folder_fault(Path::new("/data"), &io::Error::from(ErrorKind::PermissionDenied));
        assert!(matches!(fault, StoreFault::Other(_)), "{fault}");
    }

    #[test]
    fn a_server_that_fails_is_a_fault_of_the_whole_store_and_one_object_is_not() {
        let of_whole_store = |status| remote().answered(status, "").is_of_whole_store();
        assert!(of_whole_store(StatusCode::INTERNAL_SERVER_ERROR));
        assert!(of_whole_store(StatusCode::SERVICE_UNAVAILABLE));
        assert!(of_whole_store(StatusCode::TOO_MANY_REQUESTS));
        assert!(!of_whole_store(StatusCode::BAD_REQUEST));
        assert!(!of_whole_store(StatusCode::FORBIDDEN));
    }

    #[test]
    fn a_typed_error_tells_its_status_without_its_text() {
        let error = object_store::Error::PermissionDenied { path: "a".into(), source: "no".into() };
        assert_eq!(status(&error), Some(StatusCode::FORBIDDEN));
    }
}
