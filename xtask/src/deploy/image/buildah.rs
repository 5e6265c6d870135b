//! Images built by buildah, without a daemon and without the rights of a container.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::unpacked::{DOCKERFILES, Image, Root, VERSION};
use crate::step;
use crate::workspace::Workspace;

const TAG: &str = "hivebox:check";

/// Buildah with its own storage below `directory`.
#[derive(Debug)]
pub(super) struct Buildah {
    root: Root,
    directory: PathBuf,
}

/// Removes the storage.
pub(super) fn clean(root: Root, directory: &Path) -> Result<()> {
    root.remove(&directory.join("storage"))?;
    root.remove(&directory.join("run"))?;
    root.remove(&directory.join("image.tar"))
}

/// Runs the last stage of the Dockerfile on `files`, the output of the stages before it.
pub(super) fn finish(workspace: &Workspace, root: Root, files: &Path, directory: &Path) -> Result<Image> {
    let context = files.parent().context("the files have no parent folder")?;
    let file = directory.join("Dockerfile");
    fs::write(&file, last_stage(&workspace.read(DOCKERFILES[0])?)?)?;
    let buildah = Buildah::new(root, directory)?;
    let mut build = buildah.build(&file, &[]);
    build.arg(context).current_dir(workspace.root());
    step::run("Last stage of the image", &mut build)?;
    buildah.unpack()
}

/// The last stage of a Dockerfile, with the folder `image` of the context as output of the stage before it.
fn last_stage(dockerfile: &str) -> Result<String> {
    let start = dockerfile.rfind("\nFROM ").context("the Dockerfile has one stage only")?;
    Ok(format!("FROM scratch AS build\nCOPY image /image\n{}", &dockerfile[start + 1..]))
}

impl Buildah {
    /// Starts with an empty storage.
    pub(super) fn new(root: Root, directory: &Path) -> Result<Self> {
        clean(root, directory)?;
        fs::create_dir_all(directory)?;
        // Nothing is downloaded, so there is no signature to check.
        fs::write(directory.join("policy.json"), r#"{"default":[{"type":"insecureAcceptAnything"}]}"#)?;
        Ok(Self { root, directory: directory.to_owned() })
    }

    /// `buildah SUBCOMMAND …`.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.root.command("buildah");
        command.arg("--root").arg(self.directory.join("storage"));
        command.arg("--runroot").arg(self.directory.join("run")).arg("--storage-driver=vfs");
        let (subcommand, rest) = words.split_first().expect("every call names a subcommand");
        command.arg(subcommand);
        if ["from", "build", "commit", "push"].contains(subcommand) {
            command.arg("--signature-policy").arg(self.directory.join("policy.json"));
        }
        command.args(rest);
        command
    }

    /// `buildah build` without its context. Docker's format has a place for HEALTHCHECK, the OCI format none.
    pub(super) fn build(&self, dockerfile: &Path, arguments: &[String]) -> Command {
        let mut command = self.command(&["build", "--isolation=chroot", "--format=docker", "--pull-never"]);
        command.arg(format!("--tag={TAG}")).arg(format!("--build-arg=VERSION={VERSION}"));
        command.args(arguments).arg("--file").arg(dockerfile);
        command
    }

    /// The trimmed output of a command.
    pub(super) fn output(&self, words: &[&str]) -> Result<String> {
        let output = step::output(&mut self.command(words))?;
        Ok(String::from_utf8(output)?.trim().to_owned())
    }

    /// The image as a folder and as an archive, with its configuration.
    pub(super) fn unpack(&self) -> Result<Image> {
        let archive = self.directory.join("image.tar");
        self.output(&["push", "--quiet", TAG, &format!("docker-archive:{}:{TAG}", archive.display())])?;
        let container = self.output(&["from", "--pull-never", TAG])?;
        let root = PathBuf::from(self.output(&["mount", &container])?);
        ensure!(root.is_dir(), "buildah mounts no image: run this as root, where mounting is allowed");
        let about: Value = serde_json::from_str(&self.output(&["inspect", "--type=image", TAG])?)?;
        let config = self.directory.join("config.json");
        fs::write(&config, about["Docker"]["config"].to_string())?;
        Ok(Image { root, archive, config })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_uses_the_files_that_exist() {
        let text = "FROM rust:1 AS build\nRUN make\n\nFROM scratch\nCOPY --from=build /image/root/ /\n";
        assert_eq!(
            last_stage(text).unwrap(),
            "FROM scratch AS build\nCOPY image /image\nFROM scratch\nCOPY --from=build /image/root/ /\n"
        );
        assert!(last_stage("FROM scratch\n").is_err());
    }
}
