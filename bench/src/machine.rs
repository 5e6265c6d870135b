//! The machine, and the division of its cores between servers and load.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

/// The cores of the servers and those of the load, so that neither takes time from the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pinning {
    pub(super) server: String,
    pub(super) load: String,
}

impl Pinning {
    /// The given cores; by default half of the machine's cores for each.
    pub(super) fn new(server: Option<&str>, load: Option<&str>) -> Self {
        let halves = Self::halves(available_parallelism().map_or(1, NonZero::get));
        Self {
            server: server.map_or(halves.server, str::to_owned),
            load: load.map_or(halves.load, str::to_owned),
        }
    }

    fn halves(cores: usize) -> Self {
        let half = cores / 2;
        match cores {
            0 | 1 => Self { server: "0".to_owned(), load: "0".to_owned() },
            2 | 3 => Self { server: "0".to_owned(), load: "1".to_owned() },
            _ => Self { server: format!("0-{}", half - 1), load: format!("{half}-{}", 2 * half - 1) },
        }
    }

    /// The number of cores for the load.
    pub(super) fn load_cores(&self) -> usize {
        count(&self.load)
    }

    /// The command that runs `program` on the cores of the servers.
    pub(super) fn server_command(&self, program: &Path) -> Command {
        on_cores(&self.server, program)
    }

    /// The command that runs `program` on the cores of the load.
    pub(super) fn load_command(&self, program: &Path) -> Command {
        on_cores(&self.load, program)
    }
}

/// The number of cores in a list such as `0-3,5`; 1 for a malformed list, which taskset rejects later.
fn count(cores: &str) -> usize {
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (last + 1).checked_sub(first)
    };
    cores.split(',').map(range).sum::<Option<usize>>().unwrap_or(1).max(1)
}

fn on_cores(cores: &str, program: &Path) -> Command {
    // taskset replaces itself with the program, so the process id is the program's.
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", cores]).arg(program);
    command
}

/// One line about the machine, the toolchain and the commit.
pub(super) fn describe(pinning: &Pinning) -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = available_parallelism().map_or(1, NonZero::get);
    let changed = if output("git", &["status", "--porcelain"]).is_empty() { "" } else { " + changes" };
    format!(
        "{model}, {cores} cores (servers on {}, load on {}) · {} · commit {}{changed} · {}",
        pinning.server,
        pinning.load,
        output("rustc", &["--version"]),
        output("git", &["rev-parse", "--short", "HEAD"]),
        output("date", &["--utc", "+%F"]),
    )
}

/// The program's trimmed output; empty when it fails.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let printed = output.filter(|output| output.status.success()).map(|output| output.stdout);
    String::from_utf8_lossy(&printed.unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(cores: usize) -> (String, String) {
        let Pinning { server, load } = Pinning::halves(cores);
        (server, load)
    }

    #[test]
    fn cores_are_counted() {
        assert_eq!(["1", "4-7", "0-1,5", "0x3"].map(count), [1, 4, 3, 1]);
    }

    #[test]
    fn servers_and_load_get_as_many_cores_each() {
        assert_eq!(halves(1), ("0".into(), "0".into()));
        assert_eq!(halves(2), ("0".into(), "1".into()));
        assert_eq!(halves(3), ("0".into(), "1".into()));
        assert_eq!(halves(8), ("0-3".into(), "4-7".into()));
        assert_eq!(halves(9), ("0-3".into(), "4-7".into()));
    }
}
