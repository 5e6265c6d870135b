//! The load generator `wrk`.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::machine::Pinning;

/// Enough to keep one core of a server busy; more only lengthen the queue.
const CONNECTIONS: u32 = 64;

/// The load in words, for the report.
pub(super) fn load() -> String {
    format!("{CONNECTIONS} connections")
}

/// Requests `url` without pause, and returns the number of answers per second.
///
/// # Errors
/// When any request failed: such a run measures something else.
pub(super) fn requests_per_second(pinning: &Pinning, url: &str, seconds: u32) -> Result<f64> {
    // More threads than cores would only take turns.
    let threads = format!("--threads={}", pinning.load_cores().min(CONNECTIONS as usize));
    let output = pinning
        .load_command(Path::new("wrk"))
        .args([&threads, &format!("--connections={CONNECTIONS}"), &format!("--duration={seconds}s"), url])
        .output()
        .context("cannot start wrk")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("wrk failed: {printed}{}", String::from_utf8_lossy(&output.stderr));
    }
    read(&printed)
}

fn read(printed: &str) -> Result<f64> {
    let after = |label: &str| printed.lines().find_map(|line| line.trim().strip_prefix(label));
    for trouble in ["Socket errors:", "Non-2xx or 3xx responses:"] {
        ensure!(after(trouble).is_none(), "some of wrk's requests failed:\n{printed}");
    }
    let figure = after("Requests/sec:").with_context(|| format!("wrk printed no figure:\n{printed}"))?;
    figure.trim().parse().with_context(|| format!("wrk printed a figure that is not a number: {figure}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
Running 3s test @ http://127.0.0.1:5000/temperature
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms  405.12us   9.71ms   89.31%
    Req/Sec    31.42k     2.10k   35.90k    71.67%
  187700 requests in 3.00s, 57.30MB read
Requests/sec:  62566.67
Transfer/sec:     19.10MB
";

    #[test]
    fn reads_the_figure() {
        assert_eq!(read(PRINTED).unwrap().to_string(), "62566.67");
    }

    #[test]
    fn a_run_with_failures_is_an_error() {
        for trouble in
            ["  Socket errors: connect 0, read 3, write 0, timeout 0", "  Non-2xx or 3xx responses: 12"]
        {
            let printed = PRINTED.replace("Requests/sec", &format!("{trouble}\nRequests/sec"));
            let error = read(&printed).unwrap_err().to_string();
            assert!(error.contains(trouble.trim()), "{error}");
        }
        assert!(read("").unwrap_err().to_string().contains("no figure"));
    }
}
