//! Every stage of the Dockerfile, by buildah, where its base images cannot be fetched: stand-ins under
//! their names are made of a small Debian and this machine's own Rust, and cargo's downloads are lent.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::buildah::Buildah;
use super::dockerfile::Dockerfile;
use super::{DOCKERFILE, Image, Root};
use crate::step;
use crate::tools::{self, BUILDAH, DEBOOTSTRAP};
use crate::workspace::Workspace;

/// What the official image of Rust has beside Rust, in its slim variant.
const PACKAGES: &str = "--include=ca-certificates,gcc,libc6-dev";

pub(super) fn build(workspace: &Workspace, root: Root, directory: &Path, profile: &str) -> Result<Image> {
    tools::ensure(workspace, &[&BUILDAH, &DEBOOTSTRAP])?;
    let dockerfile = Dockerfile::read(&workspace.root().join(DOCKERFILE))?;
    let bases = dockerfile.bases();
    let [base] = bases.as_slice() else { bail!("one base image was expected, not {bases:?}") };
    let release = base.rsplit('-').next().context("the base image names no release of Debian")?;
    let buildah = Buildah::new(root, directory)?;
    let rust = rust(workspace, root, &directory.join("base"), release)?;

    step::heading(&format!("A stand-in of {base}"));
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
    let mut build = buildah.build(&workspace.root().join(DOCKERFILE), &arguments);
    build.arg(workspace.root());
    step::run("Every stage of the image, by buildah", &mut build)?;
    buildah.unpack()
}

/// A folder with a small Debian, a C compiler and Rust. Debian is fetched once.
fn rust(workspace: &Workspace, root: Root, folder: &Path, release: &str) -> Result<PathBuf> {
    if !folder.join("usr/local/rust").is_dir() {
        root.remove(folder)?;
        let mut debootstrap = root.command(DEBOOTSTRAP.path(workspace)?);
        debootstrap.args(["--variant=minbase", PACKAGES, release]).arg(folder);
        step::run("A small Debian", &mut debootstrap)?;
        let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output()?.stdout;
        let sysroot = PathBuf::from(String::from_utf8(sysroot)?.trim());
        let to = folder.join("usr/local/rust");
        step::quiet(
            root.command("mkdir")
                .arg("-p")
                .arg(to.join("share/doc/rust"))
                .arg(folder.join("usr/local/cargo")),
        )?;
        for part in ["bin", "lib", "libexec"] {
            step::quiet(root.command("cp").arg("-a").arg(sysroot.join(part)).arg(&to))?;
        }
        for part in ["licenses", "COPYRIGHT-library.html"] {
            let from = sysroot.join("share/doc/rust").join(part);
            step::quiet(root.command("cp").arg("-a").arg(from).arg(to.join("share/doc/rust")))?;
        }
    }
    Ok(folder.to_owned())
}

fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let home = home.context("there is no CARGO_HOME")?;
    Ok(fs::canonicalize(home)?)
}
