//! Creates a bucket, for which `object_store` has no call.

use std::fmt;

use http::{Method, StatusCode};
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpConnector, HttpRequest, HttpRequestBody, ReqwestConnector};

use crate::fault::{Remote, StoreFault};

/// A bucket, with everything needed to create it.
pub(crate) struct Bucket {
    pub(crate) remote: Remote,
    pub(crate) url: String,
    pub(crate) region: String,
    /// The region to name in the request, if the server requires it.
    pub(crate) location: Option<String>,
    pub(crate) may_create: bool,
    pub(crate) credentials: AwsCredentialProvider,
    pub(crate) client_options: ClientOptions,
}

impl fmt::Debug for Bucket {
    /// Leaves out the credentials: their `Debug` shows the access key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bucket").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Bucket {
    /// Creates the bucket; returns whether this call did. The signature goes into a header, because URLs get into logs.
    pub(crate) async fn create(&self) -> Result<bool, StoreFault> {
        let refused = |error: object_store::Error| self.remote.fault(&error);
        let credential = self.credentials.get_credential().await.map_err(refused)?;
        let mut request = HttpRequest::new(HttpRequestBody::from(self.body()));
        *request.method_mut() = Method::PUT;
        *request.uri_mut() =
            self.url.parse().map_err(|_| StoreFault::Other("the bucket's URL is malformed".into()))?;
        AwsAuthorizer::new(&credential, "s3", &self.region).authorize(&mut request, None);
        let client = ReqwestConnector::default().connect(&self.client_options).map_err(refused)?;
        let response = client.execute(request).await.map_err(|error| self.remote.unanswered(&error))?;
        let (parts, body) = response.into_parts();
        match parts.status {
            status if status.is_success() => Ok(true),
            // Another process created it just now.
            StatusCode::CONFLICT => Ok(false),
            status => {
                let body = body.bytes().await.map_err(|error| self.remote.unanswered(&error))?;
                Err(self.remote.answered(status, &String::from_utf8_lossy(&body)))
            }
        }
    }

    fn body(&self) -> String {
        self.location.as_ref().map_or_else(String::new, |region| {
            format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            )
        })
    }
}
