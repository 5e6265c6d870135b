//! The process itself, by the names that all Prometheus clients use.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads `/proc` at each scrape. Where there is none, the metrics are missing.
#[derive(Debug)]
pub(super) struct ProcessMetrics;

/// What `/proc/self` says.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Process {
    cpu_seconds: f64,
    threads: f64,
    start_time_seconds: f64,
    virtual_memory_bytes: f64,
    resident_memory_bytes: f64,
    open_fds: f64,
    max_fds: f64,
}

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let Some(process) = Process::read() else {
            return Ok(());
        };
        let cpu = prometheus_client::metrics::counter::ConstCounter::new(process.cpu_seconds);
        let help = "CPU time used, in user and system mode";
        cpu.encode(encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?)?;
        for (name, help, value) in [
            ("process_threads", "Threads", process.threads),
            ("process_start_time_seconds", "When the process started", process.start_time_seconds),
            ("process_virtual_memory_bytes", "Virtual memory", process.virtual_memory_bytes),
            ("process_resident_memory_bytes", "Resident memory", process.resident_memory_bytes),
            ("process_open_fds", "Open file descriptors", process.open_fds),
            ("process_max_fds", "Most file descriptors that may be open", process.max_fds),
        ] {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}

impl Process {
    fn read() -> Option<Self> {
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        let page_bytes = rustix::param::page_size() as f64;
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The second field is the program's name in brackets, which may hold anything.
        let fields: Vec<f64> =
            stat.rsplit_once(") ")?.1.split(' ').skip(1).map(|field| field.parse().unwrap_or(0.0)).collect();
        // Fields are numbered from 1 in proc(5); the first two and the state (3) are gone.
        let field = |number: usize| fields.get(number - 4).copied();
        let boot_seconds: f64 = fs::read_to_string("/proc/stat")
            .ok()?
            .lines()
            .find_map(|line| line.strip_prefix("btime ")?.parse().ok())?;
        Some(Self {
            cpu_seconds: (field(14)? + field(15)?) / ticks_per_second,
            threads: field(20)?,
            start_time_seconds: boot_seconds + field(22)? / ticks_per_second,
            virtual_memory_bytes: field(23)?,
            resident_memory_bytes: field(24)? * page_bytes,
            open_fds: fs::read_dir("/proc/self/fd").ok()?.count() as f64,
            max_fds: rustix::process::getrlimit(rustix::process::Resource::Nofile)
                .current
                .map_or(f64::INFINITY, |limit| limit as f64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_told_apart_from_nothing() {
        let process = Process::read().unwrap();
        assert!(process.threads >= 1.0);
        assert!(
            process.resident_memory_bytes > 1e5
                && process.virtual_memory_bytes > process.resident_memory_bytes
        );
        assert!(process.start_time_seconds > 1.6e9);
        assert!(process.open_fds >= 3.0 && process.max_fds >= process.open_fds);
    }
}
