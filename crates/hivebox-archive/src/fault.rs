//! Why an object store failed, in words that a user can act on.
//!
//! An answer of an S3 server to a wrong signature repeats the access key and what was signed, and
//! `object_store` puts the whole answer into its error. So its errors go no further than this file: kept
//! are the kind of the fault, the server's code and message, and nothing that is known to be secret.

use std::error::Error;

use object_store::client::{HttpError, HttpErrorKind};
use secrecy::{ExposeSecret, SecretString};

/// The longest text that is taken over from a server.
const REASON_CHARS: usize = 300;

/// Why an object store did not do what it was asked. No text of it has a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreFault {
    /// The server refuses the key, or the key may not do this.
    #[error("{address} refuses it: {reason}; check {check}")]
    Denied {
        /// The server.
        address: String,
        /// What it says.
        reason: String,
        /// The variables to look at.
        check: &'static str,
    },
    /// There are no credentials at all.
    #[error("there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ({reason})")]
    NoCredentials {
        /// Why none could be had from the machine itself.
        reason: String,
    },
    /// The bucket does not exist and may not be made.
    #[error("there is no bucket {bucket} at {address}: make it, or let HiveBox make it")]
    NoBucket {
        /// The bucket.
        bucket: String,
        /// The server.
        address: String,
    },
    /// No connection to the server.
    #[error("{address} cannot be reached: {reason}; check AWS_ENDPOINT_URL and AWS_REGION")]
    Unreachable {
        /// The server.
        address: String,
        /// What the network says.
        reason: String,
    },
    /// The server took longer than is allowed.
    #[error("{address} did not answer in time")]
    TimedOut {
        /// The server.
        address: String,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// The server and bucket that faults are told of.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) address: String,
    pub(crate) bucket: String,
    /// What must not be repeated, whoever says it.
    pub(crate) secrets: Vec<SecretString>,
    /// Whether a key was given; else the machine is asked for one.
    pub(crate) has_key: bool,
}

impl Remote {
    /// The fault behind an error of `object_store`.
    pub(crate) fn fault(&self, error: &object_store::Error) -> StoreFault {
        let text = error.to_string();
        let http: Option<&HttpError> = chain(error).find_map(|error| error.downcast_ref());
        let status = status(&text);
        if is_no_bucket(error) {
            StoreFault::NoBucket { bucket: self.bucket.clone(), address: self.address.clone() }
        } else if !self.has_key && (http.is_some() || status.is_some()) && !text.contains(&self.address) {
            StoreFault::NoCredentials { reason: self.scrubbed(&text) }
        } else if let Some(fault) = self.answered(status, &text) {
            fault
        } else if let Some(http) = http {
            self.unanswered(http)
        } else {
            StoreFault::Other(self.scrubbed(&text))
        }
    }

    /// The fault behind a status and the body of an answer; `None` without a status.
    pub(crate) fn answered(&self, status: Option<&str>, body: &str) -> Option<StoreFault> {
        let status = status?;
        let code = element(body, "Code");
        let reason = match (code, element(body, "Message")) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            _ => format!("HTTP status {status}"),
        };
        let reason = self.scrubbed(&reason);
        if status.starts_with("401") || status.starts_with("403") {
            let check = match code {
                Some("InvalidAccessKeyId") => "AWS_ACCESS_KEY_ID",
                Some("SignatureDoesNotMatch") => "AWS_SECRET_ACCESS_KEY",
                Some("RequestTimeTooSkewed") => "the clock of this machine",
                _ => "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what that key may do in the bucket",
            };
            return Some(StoreFault::Denied { address: self.address.clone(), reason, check });
        }
        Some(StoreFault::Other(format!("{} answers {reason}", self.address)))
    }

    /// The fault behind a request that got no answer.
    pub(crate) fn unanswered(&self, error: &HttpError) -> StoreFault {
        let reason = chain(error).last().map(ToString::to_string).unwrap_or_default();
        let reason = self.scrubbed(&reason);
        let address = self.address.clone();
        match error.kind() {
            HttpErrorKind::Timeout => StoreFault::TimedOut { address },
            _ => StoreFault::Unreachable { address, reason },
        }
    }

    /// The first line of a text, short, up to any markup, without what is secret.
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

/// Whether the server says that it cannot do this at all.
pub(crate) fn is_not_implemented(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. })
        || status(&error.to_string()).is_some_and(|status| status.starts_with("501"))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The HTTP status in the text of `object_store`'s error, whose type cannot be named from outside.
fn status(text: &str) -> Option<&str> {
    const BEFORE: &str = "non-2xx status code: ";
    let (_, status) = text.split_once(BEFORE)?;
    Some(status.split([':', '<', '\n']).next().unwrap_or(status).trim())
}

/// The text of an element in S3's answers, which are flat.
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
        let fault = remote().answered(Some("403 Forbidden"), body).unwrap();
        assert_eq!(
            fault.to_string(),
            "http://127.0.0.1:9000 refuses it: SignatureDoesNotMatch: No match for ….; check AWS_SECRET_ACCESS_KEY"
        );
    }

    #[test]
    fn a_status_is_found_in_the_text_of_an_error() {
        let text = "Error performing GET http://h/ in 1ms - Server returned non-2xx status code: 501 Not Implemented: <x>";
        assert_eq!(status(text), Some("501 Not Implemented"));
        assert_eq!(status("nothing of the kind"), None);
    }
}
