//! Opens a bucket of an S3 server, such as `MinIO`, `SeaweedFS` or AWS.

use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3CopyIfNotExists};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::ArchiveError;
use crate::fault::Remote;
use bucket::Bucket;

pub(crate) mod bucket;

/// Where a bucket is and how to reach it.
#[derive(Debug, Clone)]
pub struct S3Options {
    /// The bucket's name.
    pub bucket: String,
    /// The folder in the bucket; may be empty.
    pub prefix: String,
    /// The `AWS_*` variables: endpoint, region, keys. Unknown ones are ignored.
    pub variables: Vec<(String, SecretString)>,
    /// Whether to create the bucket if it is missing.
    pub create_bucket: bool,
    /// The timeout of one request, from connecting to the last byte of the response. Also the time after the first
    /// attempt within which retries may start.
    pub request_timeout: Duration,
    /// The timeout for connecting.
    pub connect_timeout: Duration,
    /// The number of retries of a failed request.
    pub retries: usize,
    /// Files larger than this go up in parts.
    pub multipart_bytes: usize,
}

impl S3Options {
    /// The default of [`multipart_bytes`](Self::multipart_bytes).
    pub const MULTIPART_BYTES: usize = 16 << 20;

    /// A bucket with the defaults: no prefix, no variables, created if missing, timeouts of 30 seconds for a request and
    /// 5 for connecting, 3 retries.
    #[must_use]
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: String::new(),
            variables: Vec::new(),
            create_bucket: true,
            request_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            retries: 3,
            multipart_bytes: Self::MULTIPART_BYTES,
        }
    }
}

const BACKOFF: BackoffConfig = BackoffConfig {
    init_backoff: Duration::from_millis(100),
    max_backoff: Duration::from_secs(2),
    base: 2.0,
};

/// An opened bucket. Nothing has been sent yet.
#[derive(Debug)]
pub(crate) struct OpenBucket {
    pub(crate) objects: AmazonS3,
    pub(crate) bucket: Bucket,
    pub(crate) prefix: Path,
}

/// Opens the bucket without a request to the server.
pub(crate) fn open(options: &S3Options) -> Result<OpenBucket, ArchiveError> {
    check_bucket_name(&options.bucket)?;
    let prefix = Path::parse(options.prefix.trim_matches('/')).map_err(|error| ArchiveError::Setting {
        setting: "the prefix of the bucket",
        reason: format!("is not a path: {error}"),
    })?;
    let mut builder = AmazonS3Builder::new();
    let mut secrets = Vec::new();
    for (name, value) in &options.variables {
        if let (Some(key), Some(value)) = (config_key(name), value_of(name, value)?) {
            if is_secret(key) {
                secrets.push(value.into());
            }
            builder = builder.with_config(key, value);
        }
    }
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region).unwrap_or_else(|| "us-east-1".into());
    let given = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|key| builder.get_config_value(key));
    let endpoint = endpoint(given.as_deref(), &region)?;
    let is_virtual_hosted = builder
        .get_config_value(&AmazonS3ConfigKey::VirtualHostedStyleRequest)
        .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
    let client_options = ClientOptions::new()
        .with_timeout(options.request_timeout)
        .with_connect_timeout(options.connect_timeout)
        .with_allow_http(endpoint.scheme() == "http");
    let has_key = builder.get_config_value(&AmazonS3ConfigKey::AccessKeyId).is_some();
    let objects = builder
        .with_bucket_name(&options.bucket)
        .with_client_options(client_options.clone())
        .with_retry(RetryConfig {
            backoff: BACKOFF,
            max_retries: options.retries,
            retry_timeout: options.request_timeout,
        })
        .with_checksum_algorithm(Checksum::SHA256)
        .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
        .build()
        .map_err(|error| ArchiveError::Setting {
            setting: "the AWS_* variables",
            reason: format!("do not fit together: {error}"),
        })?;
    let bucket = Bucket {
        remote: Remote {
            address: endpoint.origin().ascii_serialization(),
            bucket: options.bucket.clone(),
            secrets,
            has_key,
        },
        url: bucket_url(&endpoint, given.is_some(), is_virtual_hosted, &options.bucket),
        location: (given.is_none() && region != "us-east-1").then(|| region.clone()),
        region,
        may_create: options.create_bucket,
        credentials: objects.credentials().clone(),
        client_options,
    };
    Ok(OpenBucket { objects, bucket, prefix })
}

/// The key of a variable that `object_store` knows, except for the bucket, which has its own option.
fn config_key(name: &str) -> Option<AmazonS3ConfigKey> {
    let name = name.to_ascii_lowercase();
    let key = name.starts_with("aws_").then(|| name.parse().ok())??;
    (key != AmazonS3ConfigKey::Bucket).then_some(key)
}

/// The value of a variable; `None` if it is empty, as templates may leave it. Trims the newline that a key read from a
/// file may end with.
fn value_of<'a>(name: &str, value: &'a SecretString) -> Result<Option<&'a str>, ArchiveError> {
    let value = value.expose_secret().trim();
    // The value goes into a header or a URL, where `object_store` would panic on it.
    if value.bytes().any(|byte| byte.is_ascii_control() || !byte.is_ascii()) {
        return Err(ArchiveError::Setting {
            setting: "the AWS_* variables",
            reason: format!("have a character in {name} that HTTP cannot send"),
        });
    }
    Ok(Some(value).filter(|value| !value.is_empty()))
}

fn is_secret(key: AmazonS3ConfigKey) -> bool {
    matches!(
        key,
        AmazonS3ConfigKey::AccessKeyId | AmazonS3ConfigKey::SecretAccessKey | AmazonS3ConfigKey::Token
    )
}

/// Checks the rules that all servers share. They also keep a name from changing the URL that it becomes part of.
fn check_bucket_name(name: &str) -> Result<(), ArchiveError> {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let is_good = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|&byte| is_inner(byte) || byte == b'-' || byte == b'.')
        && is_inner(bytes[0])
        && is_inner(bytes[bytes.len() - 1]);
    is_good.then_some(()).ok_or_else(|| ArchiveError::Setting {
        setting: "the bucket",
        reason: format!("{name:?} must be 3 to 63 lowercase letters, digits, hyphens and dots"),
    })
}

/// The server's URL. Refuses anything but a plain URL, because `object_store` would panic on it.
fn endpoint(given: Option<&str>, region: &str) -> Result<Url, ArchiveError> {
    let setting = if given.is_some() { "AWS_ENDPOINT_URL" } else { "AWS_REGION" };
    let bad = |reason: &str| ArchiveError::Setting { setting, reason: reason.into() };
    let text = given.map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned);
    let url = Url::parse(&text).map_err(|_| bad("does not make a URL such as http://127.0.0.1:9000"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad("must start with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "must not contain a user or password: use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("must not have a query or a fragment"));
    }
    Ok(url)
}

/// The URL that `object_store` uses for the bucket but does not expose.
fn bucket_url(endpoint: &Url, is_given: bool, is_virtual_hosted: bool, bucket: &str) -> String {
    let endpoint = endpoint.as_str().trim_end_matches('/');
    match (is_virtual_hosted, is_given) {
        (true, true) => endpoint.to_owned(),
        (true, false) => endpoint.replacen("https://", &format!("https://{bucket}."), 1),
        (false, _) => format!("{endpoint}/{bucket}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_variables(variables: &[(&str, &str)]) -> S3Options {
        let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), SecretString::from(*value));
        S3Options { variables: variables.iter().map(secret).collect(), ..S3Options::new("hive") }
    }

    #[test]
    fn a_bucket_is_addressed_by_path_at_the_endpoint_or_at_aws() {
        let at = |variables: &[(&str, &str)]| open(&with_variables(variables)).unwrap().bucket.url;
        assert_eq!(at(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:9000/")]), "http://127.0.0.1:9000/hive");
        assert_eq!(at(&[("AWS_REGION", "eu-central-1")]), "https://s3.eu-central-1.amazonaws.com/hive");
        assert_eq!(at(&[]), "https://s3.us-east-1.amazonaws.com/hive");
        assert_eq!(
            at(&[("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")]),
            "https://hive.s3.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn only_aws_beyond_its_first_region_is_told_the_region_of_a_new_bucket() {
        let location = |variables: &[(&str, &str)]| open(&with_variables(variables)).unwrap().bucket.location;
        assert_eq!(location(&[("AWS_REGION", "eu-central-1")]).as_deref(), Some("eu-central-1"));
        assert_eq!(location(&[]), None);
        assert_eq!(location(&[("AWS_REGION", "eu-central-1"), ("AWS_ENDPOINT_URL", "http://h")]), None);
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
        for (setting, options) in [
            ("AWS_ENDPOINT_URL", with_variables(&[("AWS_ENDPOINT_URL", "127.0.0.1:9000")])),
            ("AWS_ENDPOINT_URL", with_variables(&[("AWS_ENDPOINT_URL", "http://me:hush@h")])),
            ("AWS_ENDPOINT_URL", with_variables(&[("AWS_ENDPOINT_URL", "ftp://h")])),
            ("AWS_REGION", with_variables(&[("AWS_REGION", "not a region")])),
            ("the AWS_* variables", with_variables(&[("AWS_ACCESS_KEY_ID", "alone")])),
            ("the AWS_* variables", with_variables(&[("AWS_SECRET_ACCESS_KEY", "hush\u{7}")])),
            ("the bucket", S3Options::new("No_Bucket")),
            ("the bucket", S3Options::new("a")),
            ("the prefix of the bucket", S3Options { prefix: "a//b".into(), ..S3Options::new("hive") }),
        ] {
            let error = open(&options).unwrap_err().to_string();
            assert!(error.starts_with(setting) && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn an_empty_variable_is_none_and_the_end_of_a_line_is_no_part_of_a_key() {
        let empty = [("AWS_ENDPOINT_URL", ""), ("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", " ")];
        let bucket = open(&with_variables(&empty)).unwrap().bucket;
        assert!(!bucket.remote.has_key && bucket.url.starts_with("https://s3.us-east-1."));
        let ended = [("AWS_ACCESS_KEY_ID", "key\n"), ("AWS_SECRET_ACCESS_KEY", "hush\n")];
        let secrets = open(&with_variables(&ended)).unwrap().bucket.remote.secrets;
        assert_eq!(secrets.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), ["key", "hush"]);
    }

    #[test]
    fn variables_that_nobody_knows_are_ignored_and_secrets_never_shown() {
        let options = with_variables(&[
            ("AWS_PAGER", "less"),
            ("HIVEBOX_STORE", "x"),
            ("AWS_BUCKET", "another"),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
        ]);
        let opened = open(&options).unwrap();
        assert_eq!(opened.bucket.url, "https://s3.us-east-1.amazonaws.com/hive");
        let shown = format!("{options:?} {:?}", opened.bucket);
        assert!(!shown.contains("AKIAEXAMPLE") && !shown.contains("hush"), "{shown}");
    }
}
