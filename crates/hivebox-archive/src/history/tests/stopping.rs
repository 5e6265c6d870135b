//! A store that stops at one of its calls.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Notify;

/// Where the store stops: before or after the call with a number takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopAt {
    Never,
    Before(usize),
    After(usize),
}

/// Passes calls on until the one at which it stops. That one notifies `stopped` and never returns.
#[derive(Debug)]
pub(super) struct Stopping {
    inner: Arc<InMemory>,
    stop: StopAt,
    calls: Arc<AtomicUsize>,
    stopped: Arc<Notify>,
}

impl Stopping {
    pub(super) fn new(inner: Arc<InMemory>, stop: StopAt) -> Self {
        Self { inner, stop, calls: Arc::default(), stopped: Arc::default() }
    }

    pub(super) fn stopped(&self) -> Arc<Notify> {
        Arc::clone(&self.stopped)
    }

    pub(super) fn calls(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.calls)
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        let gate = CallGate { stop: self.stop, calls: Arc::clone(&self.calls), stopped: self.stopped() };
        gate.pass(call).await
    }
}

struct CallGate {
    stop: StopAt,
    calls: Arc<AtomicUsize>,
    stopped: Arc<Notify>,
}

impl CallGate {
    async fn pass<T>(self, call: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if self.stop == StopAt::Before(number) {
            self.stopped.notify_one();
            return pending().await;
        }
        let done = call.await;
        if self.stop == StopAt::After(number) {
            self.stopped.notify_one();
            return pending().await;
        }
        done
    }
}

impl fmt::Display for Stopping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a store that stops")
    }
}

#[async_trait]
impl ObjectStore for Stopping {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.call(self.inner.put_opts(at, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.call(self.inner.put_multipart_opts(at, options)).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.call(self.inner.get_opts(at, options)).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (inner, stop, calls, stopped) =
            (Arc::clone(&self.inner), self.stop, self.calls(), self.stopped());
        let delete = move |path: Result<Path>| {
            let gate = CallGate { stop, calls: Arc::clone(&calls), stopped: Arc::clone(&stopped) };
            let inner = Arc::clone(&inner);
            async move {
                let delete = inner.delete_stream(stream::iter([path]).boxed()).collect::<Vec<_>>();
                stream::iter(gate.pass(delete).await)
            }
        };
        paths.then(delete).flatten().boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let gate = CallGate { stop: self.stop, calls: self.calls(), stopped: self.stopped() };
        let listed = self.inner.list(prefix).collect::<Vec<_>>();
        stream::once(async move { stream::iter(gate.pass(listed).await) }).flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.call(self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.call(self.inner.copy_opts(from, to, options)).await
    }
}
