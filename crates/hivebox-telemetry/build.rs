//! Tells the compiler's version to the program, which tells it in its metrics.

use std::process::Command;

fn main() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|version| version.split(' ').nth(1).map(str::to_owned))
        .unwrap_or_else(|| "unknown".into());
    println!("cargo::rustc-env=HIVEBOX_RUSTC_VERSION={version}");
    println!("cargo::rerun-if-changed=build.rs");
}
