//! Streams of events, and clients that do not take what they are sent.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Streams of events, and clients that do not take what they are sent.
#[derive(Debug, Clone)]
pub(crate) struct LiveMetrics {
    streams: Gauge,
    events: Counter,
    closed: [Counter; StreamEnd::ALL.len()],
    stalled_connections: Counter,
}

/// Why a stream has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// The client closed it, or the network did.
    Client,
    /// It has had as many events as the client wanted.
    Finished,
    /// The client took nothing for too long.
    Stalled,
    /// The service stops.
    Stopping,
}

impl StreamEnd {
    const ALL: [Self; 4] = [Self::Client, Self::Finished, Self::Stalled, Self::Stopping];

    const fn slug(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Finished => "finished",
            Self::Stalled => "stalled",
            Self::Stopping => "stopping",
        }
    }
}

impl LiveMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let closed = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let metrics = Self {
            streams: Gauge::default(),
            events: Counter::default(),
            closed: StreamEnd::ALL.map(|end| closed.get_or_create(&[("reason", end.slug())]).clone()),
            stalled_connections: Counter::default(),
        };
        registry.register("live_streams", "Streams of events that are open", metrics.streams.clone());
        registry.register("live_events", "Events sent to streams", metrics.events.clone());
        registry.register("live_streams_closed", "Streams of events that have ended, by reason", closed);
        let help = "Connections closed because the client took nothing of an answer for too long";
        registry.register("stalled_connections", help, metrics.stalled_connections.clone());
        metrics
    }

    /// A stream begins.
    pub(crate) fn opened(&self) {
        self.streams.inc();
    }

    /// A stream is sent an event.
    pub(crate) fn sent(&self) {
        self.events.inc();
    }

    /// A stream has ended.
    pub(crate) fn closed(&self, end: StreamEnd) {
        self.streams.dec();
        // In the order of `StreamEnd::ALL`, which is that of the declaration.
        self.closed[end as usize].inc();
    }

    /// A connection is closed because the client takes nothing any more.
    pub(crate) fn stalled(&self) {
        self.stalled_connections.inc();
    }
}
