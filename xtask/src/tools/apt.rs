//! Debian packages.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;

/// Keeps packages from asking questions and from starting their services: a test starts its own servers, on
/// free ports. The second variable is for systemd, the third for other init systems.
const QUIET: [&str; 3] = ["DEBIAN_FRONTEND=noninteractive", "SYSTEMD_OFFLINE=1", "RUNLEVEL=1"];
const INSTALL: [&str; 6] = [
    "apt-get",
    "install",
    "--yes",
    "--quiet=2",
    "--no-install-recommends",
    "--option=DPkg::Lock::Timeout=120",
];

/// Installs the packages.
///
/// # Errors
/// Without `apt-get` or the rights to use it; the error names the command to run by hand.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    let by_hand = by_hand(packages);
    if !step::succeeds(Command::new("apt-get").arg("--version")) {
        bail!(
            "this system has no apt-get: install the programs of the Debian packages {} by other means, on the PATH",
            packages.join(" ")
        );
    }
    let Some(run_as_root) = run_as_root() else {
        bail!(
            "installing packages needs root or a sudo without password; run this, then try again:\n\n{by_hand}\n"
        );
    };
    let call = |arguments: &[&str]| {
        let words: Vec<_> = run_as_root.iter().chain(&["env"]).chain(&QUIET).chain(arguments).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    };
    // One broken source among many makes this fail, although the package may still be available.
    if let Err(error) = step::quiet(&mut call(&["apt-get", "update", "--quiet=2"])) {
        eprintln!("apt-get update failed ({error}); continuing with the present package lists");
    }
    let arguments: Vec<_> = INSTALL.iter().chain(packages).copied().collect();
    step::quiet(&mut call(&arguments)).with_context(|| {
        format!("cannot install the Debian packages; run this, then try again:\n\n{by_hand}\n")
    })?;
    for service in services(packages) {
        // Otherwise it would run from the next boot on. Without systemd there is nothing to disable.
        let _ = call(&["systemctl", "--quiet", "disable", &service]).output();
    }
    Ok(())
}

/// The systemd services of the packages.
fn services(packages: &[&str]) -> Vec<String> {
    let listed = Command::new("dpkg").arg("--listfiles").args(packages).output();
    let listed = listed.map(|output| output.stdout).unwrap_or_default();
    service_names(&String::from_utf8_lossy(&listed))
}

fn service_names(files: &str) -> Vec<String> {
    let units = files.lines().filter_map(|file| file.split_once("/systemd/system/")).map(|(_, unit)| unit);
    let is_service = |unit: &&str| unit.ends_with(".service") && !unit.contains(['/', '@']);
    units.filter(is_service).map(str::to_owned).collect()
}

/// The words before a command that run it as root: none for root itself. `None` if there is no way.
pub(crate) fn run_as_root() -> Option<&'static [&'static str]> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        Some(&[])
    } else if step::succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn by_hand(packages: &[&str]) -> String {
    format!(
        "    sudo apt-get update && sudo env {} apt-get install --no-install-recommends {}",
        QUIET.join(" "),
        packages.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_services_among_the_files_of_a_package() {
        let files = "/lib/systemd/system/prometheus.service\n/lib/systemd/system/redis-server@.service\n\
                     /usr/bin/promtool\n/lib/systemd/system/x.service.d/y.service\n";
        assert_eq!(service_names(files), ["prometheus.service"]);
    }

    #[test]
    fn the_command_to_run_by_hand_starts_no_service() {
        assert_eq!(
            by_hand(&["prometheus", "wrk"]),
            "    sudo apt-get update && sudo env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 RUNLEVEL=1 \
             apt-get install --no-install-recommends prometheus wrk"
        );
    }
}
