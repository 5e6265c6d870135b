//! The last stage of the Dockerfile put together by hand, in a folder. It knows the few instructions that
//! our Dockerfile uses there, and stops at any other.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::dockerfile::{Dockerfile, Instruction, words};
use super::{Image, Root};
use crate::step;

/// Where the stage before puts what the last stage copies.
const BUILT: &str = "/image/";

/// Does what the last stage says with `files`, which stand for what the stages before it make.
pub(super) fn finish(root: Root, dockerfile: &Dockerfile, files: &Path, directory: &Path) -> Result<Image> {
    let target = directory.join("plain");
    root.remove(&target)?;
    step::quiet(root.command("mkdir").arg("-p").arg(&target))?;
    let image = describe(dockerfile.last_stage())?;
    for copy in dockerfile.last_stage().iter().filter(|instruction| instruction.keyword == "COPY") {
        let Copy { owner, from, to } = Copy::parse(&copy.rest)?;
        let from = files.join(from).join(".");
        let staged = directory.join("plain-copy");
        root.remove(&staged)?;
        step::quiet(root.command("cp").arg("-a").arg(from).arg(&staged))?;
        step::quiet(root.command("chown").arg("-R").arg(owner).arg(&staged))?;
        // What is there already keeps its owner, as with any builder.
        for entry in std::fs::read_dir(&staged)? {
            let to = target.join(to.trim_start_matches('/'));
            step::quiet(root.command("cp").arg("-a").arg(entry?.path()).arg(to))?;
        }
        root.remove(&staged)?;
    }
    Ok(Image { root: target, ..image })
}

#[derive(Debug, PartialEq, Eq)]
struct Copy<'a> {
    owner: &'a str,
    from: &'a str,
    to: &'a str,
}

impl<'a> Copy<'a> {
    fn parse(rest: &'a str) -> Result<Self> {
        let mut owner = "0:0";
        let mut paths = Vec::new();
        for word in rest.split_whitespace() {
            if let Some(named) = word.strip_prefix("--chown=") {
                owner = named;
            } else if !word.starts_with("--from=") {
                paths.push(word);
            }
        }
        let [from, to] = paths.as_slice() else { bail!("COPY {rest}: one source and one place, please") };
        let from = from.strip_prefix(BUILT).with_context(|| format!("COPY {rest}: not from {BUILT}"))?;
        Ok(Self { owner, from, to })
    }
}

/// What the instructions say about how to run the image.
fn describe(instructions: &[Instruction]) -> Result<Image> {
    let mut image = Image::default();
    for Instruction { keyword, rest } in instructions {
        match keyword.as_str() {
            "ENV" => image.environment.extend(rest.split_whitespace().map(str::to_owned)),
            "USER" => image.user.clone_from(rest),
            "WORKDIR" => image.working_directory.clone_from(rest),
            "VOLUME" => image.volumes = words(rest)?,
            "EXPOSE" => image.ports.push(format!("{rest}/tcp")),
            "STOPSIGNAL" => image.stop_signal.clone_from(rest),
            "ENTRYPOINT" => image.entrypoint = words(rest)?,
            "CMD" => image.command = words(rest)?,
            "HEALTHCHECK" => {
                let (_, command) = rest.split_once("CMD ").context("a HEALTHCHECK without CMD")?;
                image.healthcheck = vec!["CMD".to_owned()];
                image.healthcheck.extend(words(command)?);
            }
            "FROM" | "ARG" | "COPY" => {}
            "LABEL" => image.labels.extend(labels(rest)),
            other => bail!("the last stage has {other}, which is not known here"),
        }
    }
    Ok(image)
}

/// The labels that stand as they are, and the version, which is an argument of the build.
fn labels(rest: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let mut text = rest;
    while let Some((name, after)) = text.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        let value = value.replace("${VERSION}", super::version());
        labels.push((name.trim().to_owned(), value));
        text = after;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_read() {
        let copy = Copy::parse("--from=build --chown=1:1 /image/data/ /var/lib/").unwrap();
        assert_eq!(copy, Copy { owner: "1:1", from: "data/", to: "/var/lib/" });
        assert!(Copy::parse("--from=build /etc/passwd /etc/").is_err());
        assert!(Copy::parse("/image/a /image/b /").is_err());
    }

    #[test]
    fn an_instruction_that_is_not_known_stops_it() {
        let run = Instruction { keyword: "RUN".into(), rest: "true".into() };
        assert!(describe(&[run]).unwrap_err().to_string().contains("RUN"));
    }

    #[test]
    fn labels_are_read() {
        let read = labels("a=\"b c\" d=\"${VERSION}\"");
        assert_eq!(read, [("a".into(), "b c".into()), ("d".into(), super::super::version().into())]);
    }
}
