//! Runs every stage of the Dockerfile with buildah, where its base image cannot be downloaded: a substitute of
//! that name consists of a small Debian, this machine's Rust, and cargo's downloads.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::buildah::Buildah;
use super::unpacked::{DOCKERFILES, Image, Root};
use crate::step;
use crate::tools::{self, DEBOOTSTRAP};
use crate::workspace::Workspace;

/// The packages of Rust's official slim image, besides Rust.
const PACKAGES: &str = "--include=ca-certificates,gcc,libc6-dev";

pub(super) fn build(workspace: &Workspace, root: Root, directory: &Path, profile: &str) -> Result<Image> {
    tools::ensure(workspace, &[&DEBOOTSTRAP])?;
    let dockerfile = workspace.read(DOCKERFILES[0])?;
    let base = dockerfile.lines().find_map(|line| line.strip_prefix("FROM ")?.split(' ').next());
    let base = base.context("the Dockerfile names no base image")?;
    let release = base.rsplit('-').next().context("the base image names no release of Debian")?;
    let buildah = Buildah::new(root, directory)?;
    let rust = rust(workspace, root, &directory.join("base"), release)?;

    step::heading(&format!("A substitute of {base}"));
    let container = buildah.output(&["from", "scratch"])?;
    buildah.output(&["add", "--quiet", &container, &rust.to_string_lossy(), "/"])?;
    for setting in
        ["--env=PATH=/usr/local/rust/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--env=CARGO_HOME=/usr/local/cargo"]
    {
        buildah.output(&["config", setting, &container])?;
    }
    buildah.output(&["commit", "--quiet", "--rm", &container, base])?;

    let registry = cargo_home()?.join("registry");
    let arguments = [
        format!("--build-arg=PROFILE={profile}"),
        format!("--volume={}:/usr/local/cargo/registry:ro", registry.display()),
        "--env=CARGO_NET_OFFLINE=true".to_owned(),
    ];
    let mut build = buildah.build(&workspace.root().join(DOCKERFILES[0]), &arguments);
    build.arg(workspace.root());
    step::run("Every stage of the image", &mut build)?;
    buildah.unpack()
}

/// A folder with a small Debian, a C compiler and Rust. Debian is downloaded once.
fn rust(workspace: &Workspace, root: Root, folder: &Path, release: &str) -> Result<PathBuf> {
    if !folder.join("usr/local/rust").is_dir() {
        root.remove(folder)?;
        let mut debootstrap = root.command(DEBOOTSTRAP.path(workspace)?);
        debootstrap.args(["--variant=minbase", PACKAGES, release]).arg(folder);
        step::run("A small Debian", &mut debootstrap)?;
        let sysroot = step::output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let sysroot = PathBuf::from(String::from_utf8(sysroot)?.trim());
        let to = folder.join("usr/local/rust");
        let documents = to.join("share/doc/rust");
        step::quiet(root.command("mkdir").arg("-p").arg(&documents).arg(folder.join("usr/local/cargo")))?;
        for part in ["bin", "lib", "libexec"] {
            step::quiet(root.command("cp").arg("-a").arg(sysroot.join(part)).arg(&to))?;
        }
        for part in ["licenses", "COPYRIGHT-library.html"] {
            let from = sysroot.join("share/doc/rust").join(part);
            step::quiet(root.command("cp").arg("-a").arg(from).arg(&documents))?;
        }
    }
    Ok(folder.to_owned())
}

fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    fs::canonicalize(home.context("neither CARGO_HOME nor HOME is set")?).context("cannot find cargo's home")
}
