//! Images built by buildah, without a daemon and without the rights that a container takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::dockerfile::Dockerfile;
use super::{Image, Root, version};
use crate::step;
use crate::tools::{self, BUILDAH};
use crate::workspace::Workspace;

const TAG: &str = "hivebox:check";

/// Buildah with a storage of its own below `directory`.
#[derive(Debug)]
pub(super) struct Buildah {
    root: Root,
    directory: PathBuf,
}

/// Whether buildah can be had here and can make a container.
pub(super) fn works(workspace: &Workspace, root: Root, directory: &Path) -> Result<bool> {
    if let Err(error) = tools::ensure(workspace, &[&BUILDAH]) {
        step::heading(&format!("No buildah: {error:#}"));
        return Ok(false);
    }
    let buildah = Buildah::new(root, directory)?;
    let output = buildah.command(&["from", "--name=trial", "scratch"]).output()?;
    let works = output.status.success() && buildah.output(&["mount", "trial"]).is_ok();
    if !works {
        step::heading(&format!("buildah: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(works)
}

/// Removes what buildah stored.
pub(super) fn clean(root: Root, directory: &Path) -> Result<()> {
    root.remove(&directory.join("storage"))?;
    root.remove(&directory.join("run"))
}

/// Runs the last stage of the Dockerfile on `files`, which stand for what the stages before it make.
pub(super) fn finish(
    workspace: &Workspace,
    root: Root,
    dockerfile: &Dockerfile,
    files: &Path,
    directory: &Path,
) -> Result<Image> {
    let context = files.parent().context("the files are in no folder")?;
    let file = directory.join("Dockerfile");
    fs::write(&file, dockerfile.last_stage_on_prebuilt())?;
    let buildah = Buildah::new(root, directory)?;
    let mut build = buildah.build(&file, &[]);
    build.arg(context).current_dir(workspace.root());
    step::run("Last stage of the image, by buildah", &mut build)?;
    buildah.unpack()
}

impl Buildah {
    /// Begins with an empty storage.
    pub(super) fn new(root: Root, directory: &Path) -> Result<Self> {
        clean(root, directory)?;
        fs::create_dir_all(directory)?;
        // Nothing is fetched, so there is no signature to ask for.
        fs::write(directory.join("policy.json"), r#"{"default":[{"type":"insecureAcceptAnything"}]}"#)?;
        Ok(Self { root, directory: directory.to_owned() })
    }

    /// `buildah SUBCOMMAND …`.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.root.command("buildah");
        command.arg("--root").arg(self.directory.join("storage"));
        command.arg("--runroot").arg(self.directory.join("run")).arg("--storage-driver=vfs");
        let (subcommand, rest) = words.split_first().expect("a subcommand");
        command.arg(subcommand);
        if ["from", "build", "commit"].contains(subcommand) {
            command.arg("--signature-policy").arg(self.directory.join("policy.json"));
        }
        command.args(rest);
        command
    }

    /// `buildah build` without its context. The OCI format has no place for HEALTHCHECK, Docker's has.
    pub(super) fn build(&self, dockerfile: &Path, arguments: &[String]) -> Command {
        let mut command = self.command(&["build", "--isolation=chroot", "--format=docker", "--pull-never"]);
        command.arg(format!("--tag={TAG}")).arg(format!("--build-arg=VERSION={}", version()));
        command.args(arguments).arg("--file").arg(dockerfile);
        command
    }

    /// What a command prints.
    pub(super) fn output(&self, words: &[&str]) -> Result<String> {
        let output = self.command(words).output().context("cannot start buildah")?;
        if !output.status.success() {
            bail!("buildah {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The image as a folder, and what it says about itself.
    pub(super) fn unpack(&self) -> Result<Image> {
        let container = self.output(&["from", "--pull-never", TAG])?;
        let root = PathBuf::from(self.output(&["mount", &container])?);
        let about: Value = serde_json::from_str(&self.output(&["inspect", "--type=image", TAG])?)?;
        Ok(image(root, &about["Docker"]["config"]))
    }
}

fn image(root: PathBuf, config: &Value) -> Image {
    let text = |name: &str| config[name].as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let keys = |name: &str| -> Vec<String> {
        config[name].as_object().into_iter().flat_map(|object| object.keys().cloned()).collect()
    };
    let labels = config["Labels"].as_object().into_iter().flatten();
    Image {
        root,
        user: text("User"),
        environment: list(&config["Env"]),
        entrypoint: list(&config["Entrypoint"]),
        command: list(&config["Cmd"]),
        healthcheck: list(&config["Healthcheck"]["Test"]),
        working_directory: text("WorkingDir"),
        volumes: keys("Volumes"),
        ports: keys("ExposedPorts"),
        stop_signal: text("StopSignal"),
        labels: labels
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_image_says_is_read() {
        let config = serde_json::json!({
            "User": "1:1", "Env": ["A=b"], "Entrypoint": ["/a"], "Cmd": ["serve"],
            "Healthcheck": {"Test": ["CMD", "/a", "b"]}, "Volumes": {"/data": {}},
            "ExposedPorts": {"5000/tcp": {}}, "StopSignal": "SIGTERM", "Labels": {"x": "y"},
            "WorkingDir": "/data",
        });
        let read = image("/root".into(), &config);
        assert_eq!((read.user.as_str(), read.healthcheck.len()), ("1:1", 3));
        assert_eq!((read.volumes, read.ports), (vec!["/data".to_owned()], vec!["5000/tcp".to_owned()]));
        assert_eq!(read.labels, [("x".to_owned(), "y".to_owned())]);
    }
}
