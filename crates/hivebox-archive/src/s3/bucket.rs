//! Makes a bucket, for which `object_store` has no call.

use std::fmt;

use http::{Method, StatusCode};
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpConnector, HttpRequest, HttpRequestBody, ReqwestConnector};

use crate::fault::{Remote, StoreFault};

/// A bucket, and what it takes to make it.
pub(crate) struct Bucket {
    pub(crate) remote: Remote,
    pub(crate) url: String,
    pub(crate) region: String,
    /// The region to say in the request, where that has to be said.
    pub(crate) location: Option<String>,
    pub(crate) may_create: bool,
    pub(crate) credentials: AwsCredentialProvider,
    pub(crate) client_options: ClientOptions,
}

impl fmt::Debug for Bucket {
    /// The credentials' own `Debug` shows the access key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bucket").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Bucket {
    /// Makes the bucket; whether it was this call that did. The signature goes into a header: a URL that
    /// carries one could get into a log.
    pub(crate) async fn create(&self) -> Result<bool, StoreFault> {
        let refused = |error: object_store::Error| self.remote.fault(&error);
        let credential = self.credentials.get_credential().await.map_err(refused)?;
        let mut request = HttpRequest::new(HttpRequestBody::from(self.body()));
        *request.method_mut() = Method::PUT;
        *request.uri_mut() =
            self.url.parse().map_err(|_| StoreFault::Other("the bucket has no URL".into()))?;
        AwsAuthorizer::new(&credential, "s3", &self.region).authorize(&mut request, None);
        let client = ReqwestConnector::default().connect(&self.client_options).map_err(refused)?;
        let response = client.execute(request).await.map_err(|error| self.remote.unanswered(&error))?;
        let (parts, body) = response.into_parts();
        match parts.status {
            status if status.is_success() => Ok(true),
            // Somebody else made it just now.
            StatusCode::CONFLICT => Ok(false),
            status => {
                let body = body.bytes().await.map_err(|error| self.remote.unanswered(&error))?;
                let fault = self.remote.answered(Some(&status.to_string()), &String::from_utf8_lossy(&body));
                Err(fault.unwrap_or_else(|| StoreFault::Other(status.to_string())))
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
