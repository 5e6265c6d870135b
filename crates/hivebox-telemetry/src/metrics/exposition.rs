//! The two text formats that Prometheus can scrape.

/// A text format for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// Prometheus's text format, version 0.0.4.
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Exposition {
    /// The media type, with its parameters.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Converts OpenMetrics text to this format.
    pub(super) fn of(self, open_metrics: String) -> String {
        match self {
            Self::OpenMetrics => open_metrics,
            Self::Prometheus => to_prometheus(&open_metrics),
        }
    }
}

/// OpenMetrics describes a counter or info by its name without the suffix of its samples. Prometheus's format
/// describes it by the samples' full name.
fn to_prometheus(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len() + open_metrics.len() / 8);
    let mut lines = open_metrics.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "# EOF" || line.starts_with("# UNIT ") {
            continue;
        }
        let type_line =
            if line.starts_with("# HELP ") { lines.peek().copied().unwrap_or_default() } else { line };
        let (suffix, kind) = match type_line.rsplit_once(' ') {
            Some((_, "counter")) => ("_total", "counter"),
            Some((_, "info")) => ("_info", "gauge"),
            Some((_, "unknown")) => ("", "untyped"),
            Some((_, kind)) => ("", kind),
            None => ("", ""),
        };
        match line.splitn(4, ' ').collect::<Vec<_>>().as_slice() {
            ["#", "HELP", name, help] => text.push_str(&format_line("HELP", name, suffix, help)),
            ["#", "TYPE", name, _] => text.push_str(&format_line("TYPE", name, suffix, kind)),
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

fn format_line(keyword: &str, name: &str, suffix: &str, rest: &str) -> String {
    format!("# {keyword} {name}{suffix} {rest}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_infos_are_described_by_their_samples_names() {
        let open_metrics = "# HELP stores Stored snapshots.\n# TYPE stores counter\nstores_total 0\n\
            # HELP build Version.\n# TYPE build info\nbuild_info{version=\"1\"} 1\n\
            # HELP age Age.\n# TYPE age gauge\n# UNIT age seconds\nage 1.5\n# EOF\n";
        assert_eq!(
            Exposition::Prometheus.of(open_metrics.into()),
            "# HELP stores_total Stored snapshots.\n# TYPE stores_total counter\nstores_total 0\n\
            # HELP build_info Version.\n# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n\
            # HELP age Age.\n# TYPE age gauge\nage 1.5\n"
        );
        assert_eq!(Exposition::OpenMetrics.of(open_metrics.into()), open_metrics);
    }
}
