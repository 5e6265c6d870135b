//! The metrics of event streams and stalled connections.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The metrics of event streams, and of connections whose client stopped reading.
#[derive(Debug, Clone)]
pub(crate) struct LiveMetrics {
    streams: Gauge,
    events: Counter,
    closed: [Counter; StreamEnd::ALL.len()],
    stalled_connections: Counter,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// The client or the network closed the connection.
    Client,
    /// The stream sent the requested number of events.
    Finished,
    /// The client read nothing for too long.
    Stalled,
    /// The service is stopping.
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
    /// Registers the metrics at zero.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let closed = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let metrics = Self {
            streams: Gauge::default(),
            events: Counter::default(),
            closed: StreamEnd::ALL.map(|end| closed.get_or_create(&[("reason", end.slug())]).clone()),
            stalled_connections: Counter::default(),
        };
        registry.register("live_streams", "Event streams that are open", metrics.streams.clone());
        registry.register("live_events", "Events sent to streams", metrics.events.clone());
        registry.register("live_streams_closed", "Event streams that have ended, by reason", closed);
        let help = "Connections closed because the client read nothing of a response for too long";
        registry.register("stalled_connections", help, metrics.stalled_connections.clone());
        metrics
    }

    /// Counts a new stream.
    pub(crate) fn opened(&self) {
        self.streams.inc();
    }

    /// Counts an event sent to a stream.
    pub(crate) fn sent(&self) {
        self.events.inc();
    }

    /// Counts the end of a stream.
    pub(crate) fn closed(&self, end: StreamEnd) {
        self.streams.dec();
        // `StreamEnd::ALL` has the order of the declaration.
        self.closed[end as usize].inc();
    }

    /// Counts a connection closed because its client stopped reading.
    pub(crate) fn stalled(&self) {
        self.stalled_connections.inc();
    }
}
