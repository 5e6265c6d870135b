//! Metrics of the process itself, under the names that all Prometheus clients use.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads `/proc` at each scrape. Systems without it have no such metrics.
#[derive(Debug)]
pub(super) struct ProcessCollector;

/// What the kernel knows about this process.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ProcessStats {
    cpu_seconds: f64,
    threads: f64,
    start_time_seconds: f64,
    virtual_memory_bytes: f64,
    resident_memory_bytes: f64,
    open_fds: f64,
    max_fds: f64,
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let Some(stats) = ProcessStats::read() else {
            return Ok(());
        };
        let cpu = ConstCounter::new(stats.cpu_seconds);
        let help = "CPU time used, in user and system mode";
        cpu.encode(encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?)?;
        for (name, help, value) in [
            ("process_threads", "Threads", stats.threads),
            ("process_start_time_seconds", "When the process started", stats.start_time_seconds),
            ("process_virtual_memory_bytes", "Virtual memory", stats.virtual_memory_bytes),
            ("process_resident_memory_bytes", "Resident memory", stats.resident_memory_bytes),
            ("process_open_fds", "Open file descriptors", stats.open_fds),
            ("process_max_fds", "Limit on open file descriptors", stats.max_fds),
        ] {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}

impl ProcessStats {
    /// The current figures; `None` if `/proc` is missing or unreadable.
    #[cfg(target_os = "linux")]
    fn read() -> Option<Self> {
        use procfs::process::{LimitValue, Process};

        let process = Process::myself().ok()?;
        let stat = process.stat().ok()?;
        let seconds = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
        Some(Self {
            cpu_seconds: seconds(stat.utime + stat.stime),
            threads: stat.num_threads as f64,
            start_time_seconds: procfs::boot_time_secs().ok()? as f64 + seconds(stat.starttime),
            virtual_memory_bytes: stat.vsize as f64,
            resident_memory_bytes: (stat.rss * procfs::page_size()) as f64,
            open_fds: process.fd_count().ok()? as f64,
            max_fds: match process.limits().ok()?.max_open_files.soft_limit {
                LimitValue::Unlimited => f64::INFINITY,
                LimitValue::Value(limit) => limit as f64,
            },
        })
    }

    /// Other systems have no `/proc`.
    #[cfg(not(target_os = "linux"))]
    fn read() -> Option<Self> {
        None
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_a_running_process() {
        let stats = ProcessStats::read().unwrap();
        assert!(stats.threads >= 1.0);
        assert!(
            stats.resident_memory_bytes > 1e5 && stats.virtual_memory_bytes > stats.resident_memory_bytes
        );
        assert!(stats.start_time_seconds > 1.6e9);
        assert!(stats.open_fds >= 3.0 && stats.max_fds >= stats.open_fds);
    }
}
